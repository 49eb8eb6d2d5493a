"""Every `ByteStream` against one suite: memory, TCP, TLS over each of them, and serial lines of all kinds."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import serial

from ownplug.aio import ByteStream, memory_pair
from ownplug.core.errors import Unreachable
from ownplug.testing import BYTE_STREAM_CHECKS, FakeClock, Quirk, is_excused
from ownplug.transport.certificates import ensure_certificates
from ownplug.transport.pty import offer_pty
from ownplug.transport.serial import open_serial
from ownplug.transport.tap import Tap
from ownplug.transport.tcp import TcpStream, open_tcp
from ownplug.transport.tcp_tty import offer_tcp
from ownplug.transport.threaded import READ_TIMEOUT_S, open_threaded
from ownplug.transport.tls import TlsMachine, client_context, server_context, start_tls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

Pair = tuple[ByteStream, ByteStream]
MakePair = Callable[[], AbstractAsyncContextManager[Pair]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """How to make a pair, and what its first end cannot do."""

    make: Callable[[Bench], AbstractAsyncContextManager[Pair]]
    quirks: frozenset[Quirk] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What backends are made of."""

    client_tls: ssl.SSLContext
    server_tls: ssl.SSLContext
    folder: Path
    require_program: Callable[[str, str], str]


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS settings of a client and of the server that it trusts."""
    directory = tmp_path_factory.mktemp("tls")
    files = asyncio.run(ensure_certificates(directory, ["127.0.0.1"], FakeClock()))
    return client_context(files.ca), server_context(files.server, files.server_key)


@pytest.fixture
def bench(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    tmp_path: Path,
    require_program: Callable[[str, str], str],
) -> Bench:
    return Bench(
        client_tls=contexts[0], server_tls=contexts[1], folder=tmp_path, require_program=require_program
    )


@asynccontextmanager
async def memory(_: Bench, limit: int = 65536) -> AsyncIterator[Pair]:
    near, far = memory_pair(limit)
    yield near, far
    near.abort()
    far.abort()


@asynccontextmanager
async def tcp(_: Bench) -> AsyncIterator[Pair]:
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
async def tls(
    bench: Bench, under: Callable[[Bench], AbstractAsyncContextManager[Pair]]
) -> AsyncIterator[Pair]:
    async with under(bench) as (near, far), asyncio.TaskGroup() as group:
        machines = (
            TlsMachine(bench.client_tls, server_side=False, server_hostname="127.0.0.1"),
            TlsMachine(bench.server_tls, server_side=True),
        )
        calling = group.create_task(start_tls(near, machines[0]))
        answering = group.create_task(start_tls(far, machines[1]))
        yield await calling, await answering


@asynccontextmanager
async def serial_on_pty(bench: Bench) -> AsyncIterator[Pair]:
    async with offer_pty(bench.folder / "tty") as far:
        near = await open_serial(str(bench.folder / "tty"))
        yield near, far
        await near.close()


@asynccontextmanager
async def threads_on_pty(bench: Bench) -> AsyncIterator[Pair]:
    """What a COM port of Windows goes through."""
    async with offer_pty(bench.folder / "tty") as far:
        port = serial.serial_for_url(
            str(bench.folder / "tty"), do_not_open=True, baudrate=115200, timeout=READ_TIMEOUT_S
        )
        near = await open_threaded(port, "tty")
        yield near, far
        near.abort()
        await near.close()


@asynccontextmanager
async def serial_on_tcp(_: Bench) -> AsyncIterator[Pair]:
    async with offer_tcp("127.0.0.1", 0) as far:
        near = await open_serial(far.address)
        await near.write(b"here")  # the far side has taken us in when it reads that
        assert await far.read() == b"here"
        yield near, far
        near.abort()


@asynccontextmanager
async def rfc2217(bench: Bench) -> AsyncIterator[Pair]:
    """Through Debian's ser2net, which has our PTY as its serial port."""
    program = bench.require_program("ser2net", "apt-get install ser2net")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = bench.folder / "ser2net.yaml"
    settings.write_text(
        f"connection: &c\n  accepter: telnet(rfc2217),tcp,127.0.0.1,{port}\n"
        f"  connector: serialdev,{bench.folder / 'tty'},115200n81,local\n"
    )
    async with offer_pty(bench.folder / "tty") as far, running(program, "-n", "-d", "-c", str(settings)):
        near = await once_there(f"rfc2217://127.0.0.1:{port}")
        yield near, far
        near.abort()
        await near.close()


@asynccontextmanager
async def socat(bench: Bench) -> AsyncIterator[Pair]:
    """A cable between two ports, one of them opened by each side."""
    program = bench.require_program("socat", "apt-get install socat")
    ends = [bench.folder / "a", bench.folder / "b"]
    async with running(program, *(f"pty,raw,echo=0,link={end}" for end in ends)):
        near, far = [await once_there(str(end)) for end in ends]
        yield near, far
        near.abort()
        far.abort()


@asynccontextmanager
async def running(*command: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def once_there(port: str) -> ByteStream:
    """Open a port that a program is about to offer."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await open_serial(port)
            except Unreachable:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def tapped(bench: Bench) -> AsyncIterator[Pair]:
    async with memory(bench) as (near, far):
        tap = Tap(near, bench.folder / "capture", port="memory", clock=FakeClock())
        yield tap, far
        tap.abort()


@asynccontextmanager
async def swapped(
    bench: Bench, under: Callable[[Bench], AbstractAsyncContextManager[Pair]]
) -> AsyncIterator[Pair]:
    async with under(bench) as (near, far):
        yield far, near


BACKENDS = {
    "memory": Backend(make=memory),
    "memory with little room": Backend(make=lambda bench: memory(bench, limit=4096)),
    "tcp": Backend(make=tcp),
    "tap on memory": Backend(make=tapped),
    "tls over memory": Backend(make=lambda bench: tls(bench, memory)),
    "tls over tcp": Backend(make=lambda bench: tls(bench, tcp)),
    "socket:// on an offered tty": Backend(make=serial_on_tcp, quirks=frozenset({Quirk.ENDLESS})),
    "offered tty behind socket://": Backend(
        make=lambda bench: swapped(bench, serial_on_tcp), quirks=frozenset({Quirk.UNBROKEN})
    ),
}
if os.name == "posix":
    LOST = frozenset({Quirk.ENDLESS})
    BACKENDS |= {
        "serial port on a pty": Backend(make=serial_on_pty, quirks=LOST),
        "blocking port on a pty": Backend(make=threads_on_pty, quirks=LOST),
        "serial ports on a socat cable": Backend(make=socat, quirks=LOST | {Quirk.UNBROKEN}),
        "rfc2217:// by ser2net on a pty": Backend(make=rfc2217, quirks=LOST),
        "pty behind a serial port": Backend(
            make=lambda bench: swapped(bench, serial_on_pty), quirks=LOST | {Quirk.UNBROKEN}
        ),
    }


# Foreign programs take their time: `make test` waits for them, `make check` does not.
BY_OTHERS = {"serial ports on a socat cable", "rfc2217:// by ser2net on a pty"}

# What a wire cannot keep, by its declared quirks, is not asked of it.
PROMISES = [
    pytest.param(name, backend, marks=[pytest.mark.e2e] if backend in BY_OTHERS else [])
    for backend, made in BACKENDS.items()
    for name in BYTE_STREAM_CHECKS
    if not is_excused(name, made.quirks)
]


@pytest.mark.parametrize(("name", "backend"), PROMISES)
async def test_a_byte_stream_keeps_its_promises(name: str, backend: str, bench: Bench) -> None:
    async with BACKENDS[backend].make(bench) as (near, far):
        await BYTE_STREAM_CHECKS[name](near, far)
