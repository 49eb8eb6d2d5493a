"""What a connection has read and not yet worked off."""

from __future__ import annotations

from collections import deque

INBOX_LIMIT = 64 * 1024
"""Bytes that wait to be worked off before reading is paused."""


class Inbox:
    """Bytes in, slices out; a chunk is cut but never copied whole.

    Attributes:
        size: bytes that wait.
    """

    __slots__ = ("_chunk", "_later", "_offset", "size")

    def __init__(self) -> None:
        self._chunk = b""  # what is worked off now
        self._offset = 0  # in it
        # Nearly always one read is worked off before the next comes, and an empty deque takes 760 bytes of each
        # of thousands of connections.
        self._later: deque[bytes] | None = None
        self.size = 0

    def put(self, data: bytes) -> None:
        """Add what was read."""
        if not data:
            return
        if not self.size:
            self._chunk, self._offset = data, 0
        else:
            if self._later is None:
                self._later = deque()
            self._later.append(data)
        self.size += len(data)

    def take(self, max_bytes: int) -> bytes:
        """The next bytes, at most so many, `b""` when there are none; never more than one read brought."""
        chunk, start = self._chunk, self._offset
        end = min(start + max_bytes, len(chunk))
        self.size -= end - start
        if end < len(chunk):
            self._offset = end
        else:
            self._next()
        return chunk[start:end]

    def clear(self) -> None:
        """Forget all."""
        self._later = None
        self.size = 0
        self._next()

    def _next(self) -> None:
        self._offset = 0
        if self._later:
            self._chunk = self._later.popleft()
        else:
            self._chunk, self._later = b"", None
