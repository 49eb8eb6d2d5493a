from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import LinkBroken, Unreachable
from ownplug.transport.tcp import TcpStream, open_tcp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    Serve = Callable[[Talk], AbstractAsyncContextManager[int]]

pytestmark = pytest.mark.e2e


@pytest.fixture
async def full_port() -> AsyncIterator[int]:
    """A port whose queue of connections is full, so that the system lets newcomers wait."""
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


async def test_small_writes_are_not_held_back(serve: Serve) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(100))
        await reader.read()

    async with serve(echo) as port:
        stream = await open_tcp("localhost", port)
        assert stream._writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        await stream.write(b"ping")
        assert await stream.read() == b"ping"
        await stream.close()


async def test_a_closed_port_is_refused() -> None:
    with pytest.raises(Unreachable, match="refused the connection") as caught:
        await open_tcp("localhost", free_port())
    assert isinstance(caught.value.__cause__, OSError)


async def test_a_host_that_accepts_nobody_is_given_up_in_time(full_port: int) -> None:
    with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
        await open_tcp("127.0.0.1", full_port, timeout_s=0.2)


async def test_an_unknown_name_is_told() -> None:
    with pytest.raises(Unreachable, match=r"host name 'plug\.invalid' is not known"):
        await open_tcp("plug.invalid", 80)


async def test_a_reset_is_broken_not_an_end(serve: Serve) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        TcpStream(reader, writer).abort()

    async with serve(cut) as port:
        stream = await open_tcp("127.0.0.1", port)
        await stream.write(b"x")
        with pytest.raises(LinkBroken, match="The connection broke: Connection reset by peer"):
            await stream.read()
        stream.abort()
