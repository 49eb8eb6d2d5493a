"""What a connection has read and not yet worked off."""

from __future__ import annotations

from collections import deque


class Inbox:
    """Bytes in, slices out; a chunk is cut but never copied whole.

    Attributes:
        size: bytes that wait.
    """

    __slots__ = ("_chunks", "_offset", "size")

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._offset = 0  # in the first chunk
        self.size = 0

    def put(self, data: bytes) -> None:
        """Add what was read."""
        if data:
            self._chunks.append(data)
            self.size += len(data)

    def take(self, max_bytes: int) -> bytes:
        """The next bytes, at most so many, `b""` when there are none; never more than one read brought."""
        if not self._chunks:
            return b""
        chunk, start = self._chunks[0], self._offset
        end = min(start + max_bytes, len(chunk))
        if end == len(chunk):
            self._chunks.popleft()
            self._offset = 0
        else:
            self._offset = end
        self.size -= end - start
        return chunk[start:end]

    def clear(self) -> None:
        """Forget all."""
        self._chunks.clear()
        self._offset = self.size = 0
