"""A serial console on a TCP port, for one terminal at a time; see `ownplug.transport.tty`."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ownplug.aio import READ_SIZE
from ownplug.core.errors import Conflict, LinkBroken, LinkClosed, OwnplugError, UsageError
from ownplug.transport.backlog import Backlog
from ownplug.transport.tcp import TcpStream

BACKLOG_LIMIT = 4096
"""Bytes kept for the next terminal, as behind a PTY."""

_BUSY = b"Another terminal is attached.\r\n"


@asynccontextmanager
async def offer_tcp(host: str, port: int) -> AsyncIterator[TcpTty]:
    """Listen at `host` and `port` (0: any free one) for as long as the `async with` lasts.

    Raises:
        Conflict: the port is taken.
        UsageError: this machine cannot listen there.
    """
    offered = TcpTty()
    try:
        server = await asyncio.start_server(offered.receive, host, port)
    except (OSError, UnicodeError) as error:
        raise _listen_failure(error, host, port) from error
    offered.address = _url(host, server.sockets[0].getsockname()[1])
    try:
        yield offered
    finally:
        server.close()
        await offered.close()
        await server.wait_closed()


class TcpTty:
    """See `ownplug.transport.tty.OfferedTty`.

    Attributes:
        address: the URL that a terminal is given.
    """

    def __init__(self) -> None:
        self.address = ""
        self._terminal: TcpStream | None = None
        self._backlog = Backlog(BACKLOG_LIMIT)
        self._change = asyncio.Event()
        self._closed = False

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a terminal that has connected, or tell it that there is one already."""
        arrived = TcpStream(reader, writer)
        if self._closed or self._terminal is not None:
            await _refuse(arrived)
            return
        writer.write(self._backlog.take())  # little enough to go without waiting
        self._terminal = arrived
        self._change.set()

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """See `OfferedTty`."""
        while True:
            terminal = await self._attached()
            try:
                chunk = await terminal.read(max_bytes)
            except (LinkBroken, LinkClosed):
                chunk = b""
            if chunk:
                return chunk
            await self._detach(terminal)

    async def write(self, data: bytes) -> None:
        """See `OfferedTty`."""
        self._check_open()
        terminal = self._terminal
        if terminal is None:
            self._backlog.put(data)
            return
        try:
            await terminal.write(data)
        except (LinkBroken, LinkClosed):
            await self._detach(terminal)
        self._check_open()

    async def close(self) -> None:
        """See `OfferedTty`; a terminal that takes nothing for 5 s is cut off."""
        self._closed = True
        self._change.set()
        if self._terminal is not None:
            await self._terminal.close()

    def abort(self) -> None:
        """See `OfferedTty`."""
        self._closed = True
        self._change.set()
        if self._terminal is not None:
            self._terminal.abort()

    async def _attached(self) -> TcpStream:
        """Wait for a terminal."""
        self._check_open()
        while self._terminal is None:
            self._change.clear()
            await self._change.wait()
            self._check_open()
        return self._terminal

    async def _detach(self, terminal: TcpStream) -> None:
        if self._terminal is terminal:
            self._terminal = None
        await terminal.close()

    def _check_open(self) -> None:
        if self._closed:
            raise LinkClosed("The console was closed by this side.")


async def _refuse(arrived: TcpStream) -> None:
    try:
        await arrived.write(_BUSY)
    except OwnplugError:
        arrived.abort()
        return
    await arrived.close()


def _url(host: str, port: int) -> str:
    return f"socket://[{host}]:{port}" if ":" in host else f"socket://{host}:{port}"


def _listen_failure(error: OSError | UnicodeError, host: str, port: int) -> OwnplugError:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return Conflict(
            f"Port {port} is taken by another program.", hint="Choose another one; 0 is any free port."
        )
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return UsageError(f"This machine cannot offer a console at {host}:{port}: {reason}.")
