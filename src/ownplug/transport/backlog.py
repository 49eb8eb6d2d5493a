"""What is said while nobody listens: a little is kept, and the oldest goes first."""

from __future__ import annotations


class Backlog:
    """The last bytes of what was put in."""

    __slots__ = ("_kept", "_limit")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, data: bytes | memoryview) -> None:
        """Keep `data`, and of all that is kept then only the newest `limit` bytes."""
        self._kept += data[-self._limit :]
        del self._kept[: -self._limit]

    def take(self) -> bytes:
        """Give what is kept, and keep nothing."""
        taken = bytes(self._kept)
        self._kept.clear()
        return taken
