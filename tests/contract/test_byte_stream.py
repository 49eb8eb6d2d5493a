"""Every `ByteStream` against one suite: memory, TCP, and TLS over each of them."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ownplug.aio import ByteStream, memory_pair
from ownplug.testing import BYTE_STREAM_CHECKS, FakeClock
from ownplug.transport.certificates import ensure_certificates
from ownplug.transport.tcp import TcpStream, open_tcp
from ownplug.transport.tls import TlsMachine, client_context, server_context, start_tls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    Pair = tuple[ByteStream, ByteStream]
    MakePair = Callable[[], AbstractAsyncContextManager[Pair]]

KINDS = ("memory", "memory with little room", "tcp", "tls over memory", "tls over tcp")


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS settings of a client and of the server that it trusts."""
    directory = tmp_path_factory.mktemp("tls")
    files = asyncio.run(ensure_certificates(directory, ["127.0.0.1"], FakeClock()))
    return client_context(files.ca), server_context(files.server, files.server_key)


@asynccontextmanager
async def memory(limit: int = 65536) -> AsyncIterator[Pair]:
    near, far = memory_pair(limit)
    yield near, far
    near.abort()
    far.abort()


@asynccontextmanager
async def tcp() -> AsyncIterator[Pair]:
    accepted: asyncio.Future[TcpStream] = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(
        lambda reader, writer: accepted.set_result(TcpStream(reader, writer)), "127.0.0.1", 0
    )
    near = await open_tcp("127.0.0.1", server.sockets[0].getsockname()[1])
    far = await accepted
    server.close()
    yield near, far
    near.abort()
    far.abort()
    await server.wait_closed()


@asynccontextmanager
async def tls(under: MakePair, client: ssl.SSLContext, server: ssl.SSLContext) -> AsyncIterator[Pair]:
    async with under() as (near, far), asyncio.TaskGroup() as group:
        machines = (
            TlsMachine(client, server_side=False, server_hostname="127.0.0.1"),
            TlsMachine(server, server_side=True),
        )
        calling = group.create_task(start_tls(near, machines[0]))
        answering = group.create_task(start_tls(far, machines[1]))
        yield await calling, await answering


@pytest.fixture(params=KINDS)
def make_pair(request: pytest.FixtureRequest, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> MakePair:
    makers: dict[str, MakePair] = {
        "memory": memory,
        "memory with little room": lambda: memory(limit=4096),
        "tcp": tcp,
        "tls over memory": lambda: tls(memory, *contexts),
        "tls over tcp": lambda: tls(tcp, *contexts),
    }
    return makers[request.param]


@pytest.mark.parametrize("name", BYTE_STREAM_CHECKS)
async def test_a_byte_stream_keeps_its_promises(name: str, make_pair: MakePair) -> None:
    async with make_pair() as (near, far):
        await BYTE_STREAM_CHECKS[name](near, far)
