from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ownplug.aio import ByteStream, memory_pair
from ownplug.virtual.uart import WAITING_LIMIT, Uart


class Keeper:
    """Settings that are kept when the test says so."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[int] = asyncio.Queue()
        self._kept = asyncio.Condition()
        self._revision = 0

    async def keep(self, revision: int) -> None:
        self.asked.put_nowait(revision)
        async with self._kept:
            await self._kept.wait_for(lambda: self._revision >= revision)

    async def reach(self, revision: int) -> None:
        async with self._kept:
            self._revision = revision
            self._kept.notify_all()


@asynccontextmanager
async def running(
    keeper: Keeper, heard: Callable[[bytes], None] = lambda data: None
) -> AsyncIterator[tuple[Uart, ByteStream]]:
    ours, theirs = memory_pair()
    uart = Uart(ours, keep=keeper.keep, heard=heard)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        task = group.create_task(uart.run())
        yield uart, theirs
        task.cancel()
    await ours.close()
    await theirs.close()


async def read_exactly(stream: ByteStream, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += await stream.read()
    return data


async def test_carries_both_ways() -> None:
    came: asyncio.Queue[bytes] = asyncio.Queue()
    async with running(Keeper(), came.put_nowait) as (uart, terminal):
        await terminal.write(b"ip\r")
        assert await came.get() == b"ip\r"
        uart.send(b"ip\r\n", revision=0)
        uart.send(b"$ ", revision=0)
        assert await read_exactly(terminal, 6) == b"ip\r\n$ "


async def test_says_nothing_before_the_settings_are_kept_that_it_tells_of() -> None:
    keeper = Keeper()
    async with running(keeper) as (uart, terminal):
        uart.send(b"echo", revision=0)
        uart.send(b" ok", revision=3)
        assert await read_exactly(terminal, 4) == b"echo"
        reading = asyncio.ensure_future(terminal.read())  # noqa: TID251 - to be seen waiting
        assert [await keeper.asked.get() for _ in range(2)] == [0, 3]
        await keeper.reach(2)
        await asyncio.sleep(0)
        assert not reading.done()
        await keeper.reach(3)
        assert await reading == b" ok"


async def test_a_terminal_that_does_not_read_holds_nobody_up_and_loses_the_oldest() -> None:
    keeper = Keeper()
    async with running(keeper) as (uart, terminal):
        uart.send(b"first", revision=9)
        assert await keeper.asked.get() == 9
        for number in range(2 * WAITING_LIMIT // 1024):
            uart.send(f"{number:1024}".encode(), revision=0)
        await keeper.reach(9)
        size = len(b"first") + WAITING_LIMIT
        told = await read_exactly(terminal, size)
        assert len(told) == size
        assert told.split()[0] == b"first"
        assert told.split()[1] == str(WAITING_LIMIT // 1024).encode()
