"""Connections that say whatever bytes an attacker likes, from an address of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.e2e.broker.hostile.hub import PATIENCE_S

from ownplug.core.mqtt import Packet, PacketReader, encode


class Raw:
    """One connection.

    Attributes:
        writer: for what `say` is too polite for.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self._reader = reader
        self._packets = PacketReader(1 << 28)
        self._heard: list[Packet] = []

    async def say(self, *what: Packet | bytes) -> None:
        """Send; a server that has closed already is no error."""
        self.writer.write(b"".join(item if isinstance(item, bytes) else encode(item) for item in what))
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    async def hear(self) -> Packet | None:
        """The next packet, None when the server has closed."""
        async with asyncio.timeout(PATIENCE_S):
            while not self._heard:
                try:
                    data = await self._reader.read(65536)
                except (ConnectionError, ssl.SSLError):
                    return None
                if not data:
                    return None
                self._heard += self._packets.feed(data)
        return self._heard.pop(0)

    async def read(self) -> bytes:
        """Whatever came, at least one byte of it; fails when the server has closed."""
        async with asyncio.timeout(PATIENCE_S):
            data = await self._reader.read(65536)
        assert data, "the server has closed"
        return data

    async def closed(self) -> bytes:
        """Wait until the server has closed; return what it said before."""
        said = b""
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                while data := await self._reader.read(65536):
                    said += data
        return said

    async def swallow(self) -> None:
        """Take what comes and forget it, until the server closes."""
        while await self._reader.read(65536):
            pass

    def cut(self) -> None:
        """End it without any farewell."""
        self.writer.transport.abort()


@asynccontextmanager
async def call(port: int, address: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[Raw]:
    """A connection from `address`, a loopback address of the attacker's choice."""
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1",
            port,
            ssl=tls,
            server_hostname="localhost" if tls else None,
            local_addr=(address, 0),
        )
    raw = Raw(reader, writer)
    try:
        yield raw
    finally:
        raw.cut()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
