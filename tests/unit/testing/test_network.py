from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from ownplug.aio import ByteStream
from ownplug.core.errors import LinkBroken, Unreachable, UsageError
from ownplug.testing import BYTE_STREAM_CHECKS, MemoryNetwork, run_in_loop_time
from ownplug.transport.tcp import TcpStream, open_tcp

HOST, PORT = "server.invalid", 8883

Story = Callable[[MemoryNetwork], Awaitable[None]]


def play(story: Story, **weather: object) -> None:
    network = MemoryNetwork(**weather)  # type: ignore[arg-type]  # each test knows its own weather

    async def stage() -> None:
        await story(network)

    run_in_loop_time(stage(), network=network)


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[ByteStream, ByteStream]]:
    accepted: asyncio.Future[TcpStream] = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(
        lambda reader, writer: accepted.set_result(TcpStream(reader, writer)), HOST, PORT
    )
    near = await open_tcp(HOST, PORT)
    far = await accepted
    server.close()
    yield near, far
    near.abort()
    far.abort()
    await asyncio.sleep(1)


@pytest.mark.parametrize("loss", [0.0, 0.5])
@pytest.mark.parametrize("name", BYTE_STREAM_CHECKS)
def test_it_keeps_the_promises_of_a_byte_stream(name: str, loss: float) -> None:
    async def story(network: MemoryNetwork) -> None:
        async with connected() as (near, far):
            await BYTE_STREAM_CHECKS[name](near, far)
        assert not network.links

    play(story, loss=loss)


def test_where_nobody_listens_a_connection_is_refused() -> None:
    async def story(_network: MemoryNetwork) -> None:
        with pytest.raises(Unreachable, match="refused"):
            await open_tcp(HOST, PORT)

    play(story)


def test_a_port_is_free_again_once_its_server_is_closed() -> None:
    async def story(network: MemoryNetwork) -> None:
        first = network.listen(asyncio.Protocol, HOST, 0)
        address = first.sockets[0].getsockname()
        with pytest.raises(OSError, match="taken"):
            network.listen(asyncio.Protocol, *address)
        first.close()
        first.close()
        assert not first.sockets
        assert network.listen(asyncio.Protocol, *address).is_serving()

    play(story)


def test_after_an_outage_comes_what_was_sent_meanwhile() -> None:
    async def story(network: MemoryNetwork) -> None:
        loop = asyncio.get_running_loop()
        async with connected() as (near, far):
            network.outage(60)
            await near.write(b"late, but here")
            assert await far.read() == b"late, but here"
            assert loop.time() == pytest.approx(60, abs=1)

    play(story)


def test_nobody_connects_during_an_outage() -> None:
    async def story(network: MemoryNetwork) -> None:
        network.listen(asyncio.Protocol, HOST, PORT)
        network.outage(60)
        with pytest.raises(Unreachable, match="did not answer"):
            await open_tcp(HOST, PORT, timeout_s=59)
        stream = await open_tcp(HOST, PORT, timeout_s=2)
        stream.abort()
        await asyncio.sleep(1)

    play(story)


def test_of_a_cut_nobody_is_told() -> None:
    async def story(network: MemoryNetwork) -> None:
        async with connected() as (near, far):
            network.links[0].cut()
            await near.write(b"into the void")
            for side in (near, far):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(3600):
                        await side.read()

    play(story)


def test_of_a_reset_both_sides_are_told() -> None:
    async def story(network: MemoryNetwork) -> None:
        async with connected() as (near, far):
            network.links[0].reset()
            for side in (near, far):
                with pytest.raises(LinkBroken):
                    await side.read()

    play(story)


def test_the_same_seed_is_the_same_run() -> None:
    def arrivals(seed: int) -> list[float]:
        seen: list[float] = []

        async def story(_network: MemoryNetwork) -> None:
            async with connected() as (near, far):
                for _ in range(20):
                    await near.write(b"x")
                    await far.read()
                    seen.append(asyncio.get_running_loop().time())

        play(story, seed=seed, loss=0.3)
        return seen

    assert arrivals(1) == arrivals(1)
    assert arrivals(1) != arrivals(2)


def test_tls_of_the_loop_is_refused_rather_than_forgotten() -> None:
    async def story(_network: MemoryNetwork) -> None:
        with pytest.raises(UsageError, match="TLS"):
            await asyncio.open_connection(HOST, PORT, ssl=True)

    play(story)
