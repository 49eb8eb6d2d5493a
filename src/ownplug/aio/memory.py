"""A cable in memory: two `ByteStream` ends for tests and for parts that live in one process."""

from __future__ import annotations

import asyncio

from ownplug.aio.byte_stream import READ_SIZE, ByteStream
from ownplug.core.errors import LinkBroken, LinkClosed


def memory_pair(limit: int = READ_SIZE) -> tuple[ByteStream, ByteStream]:
    """Make both ends of a cable; a writer waits while `limit` bytes are on their way in its direction."""
    there, back = _Direction(limit), _Direction(limit)
    return _End(incoming=back, outgoing=there), _End(incoming=there, outgoing=back)


class _Direction:
    """What is on its way from one end to the other."""

    __slots__ = ("_change", "buffer", "ended", "limit", "lost", "unread")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.buffer = bytearray()
        self.ended = False  # the writer closed: what is here can be read, then comes the end
        self.unread = False  # the reader closed: nobody takes any more
        self.lost = False  # one of them aborted
        self._change = asyncio.Event()

    def tell(self) -> None:
        """Wake whoever waits for a change, once."""
        self._change.set()
        self._change.clear()

    async def changed(self) -> None:
        await self._change.wait()


class _End:
    """One end; see `ByteStream`."""

    __slots__ = ("_closed", "_incoming", "_outgoing")

    def __init__(self, *, incoming: _Direction, outgoing: _Direction) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._closed = False

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        incoming = self._incoming
        while True:
            self._check(lost=incoming.lost)
            if incoming.buffer:
                chunk = bytes(incoming.buffer[:max_bytes])
                del incoming.buffer[:max_bytes]
                incoming.tell()
                return chunk
            if incoming.ended:
                return b""
            await incoming.changed()

    async def write(self, data: bytes) -> None:
        outgoing = self._outgoing
        self._check(lost=outgoing.lost or outgoing.unread)
        rest = memoryview(data)
        while rest:
            room = outgoing.limit - len(outgoing.buffer)
            if room > 0:
                outgoing.buffer += rest[:room]
                rest = rest[room:]
                outgoing.tell()
            else:
                await outgoing.changed()
                self._check(lost=outgoing.lost or outgoing.unread)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._outgoing.ended = True
            self._incoming.unread = True
            self._tell_both()

    def abort(self) -> None:
        if not self._closed:
            self._closed = True
            self._outgoing.lost = self._incoming.lost = True
            self._tell_both()

    def _check(self, *, lost: bool) -> None:
        if self._closed:
            raise LinkClosed("The memory stream was closed by this side.")
        if lost:
            raise LinkBroken("The far side of the memory stream is gone.")

    def _tell_both(self) -> None:
        self._incoming.tell()
        self._outgoing.tell()
