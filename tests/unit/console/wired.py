"""The firmware of a virtual plug on one end of a cable in memory, with time and trouble in the test's hands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TypeVar

from tests.unit.virtual.conftest import Bench

from ownplug.aio import ByteStream, memory_pair
from ownplug.console import Console, Session, SessionSettings
from ownplug.core.errors import NoSuchPort, OwnplugError
from ownplug.core.shell import SETTINGS
from ownplug.testing import run_in_loop_time
from ownplug.virtual.firmware.signals import ConsoleTyped, PowerCycled

T = TypeVar("T")

QUICK = SessionSettings(answer_timeout_s=2, prompt_timeout_s=4)


class WiredPlug:
    """A plug that stays powered while cables come and go.

    Attributes:
        bench: the plug itself.
        cables: how many were plugged in.
        cuts: after how many bytes of the plug each cable is pulled; none of them when exhausted.
        pulled: how many were.
        said: everything that the plug has printed onto cables.
        restarts: after how many bytes of the plug it loses its current for a moment.
        away: how many times in a row the port is not there after a pulled cable.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.cables = self.pulled = 0
        self.said = b""
        self.cuts: Iterator[int] = iter(())
        self.restarts: Iterator[int] = iter(())
        self.away = 0
        self.on_cut: Callable[[], None] = lambda: None
        self._missing = 0
        self._until_restart: int | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What its memory holds."""
        return {setting.key: self.bench.flash.read(setting.key) for setting in SETTINGS}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Console]:
        """Plug a cable in and open a console at its near end."""
        if self._missing:
            self._missing -= 1
            raise NoSuchPort("There is no serial port wire.")
        self.cables += 1
        near, far = memory_pair()
        tasks = asyncio.TaskGroup()
        await tasks.__aenter__()
        running = tasks.create_task(self._serve(far, next(self.cuts, None)))
        try:
            async with Session(near, QUICK) as session:
                yield Console(session)
        finally:
            running.cancel()
            await tasks.__aexit__(None, None, None)  # what the test meets comes as it is, not in a group

    async def _serve(self, wire: ByteStream, cut: int | None) -> None:
        """Answer until the cable is pulled."""
        self.bench.printed()
        self._until_restart = next(self.restarts, None)
        reading: asyncio.Queue[bytes] = asyncio.Queue()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(wire, reading))
                while True:
                    await self._pass_time(reading)
                    cut = await self._say(wire, self.bench.printed(), cut)
        except* OwnplugError:
            pass  # the cable is gone, whoever pulled it

    async def _listen(self, wire: ByteStream, reading: asyncio.Queue[bytes]) -> None:
        while data := await wire.read():
            reading.put_nowait(data)

    async def _pass_time(self, reading: asyncio.Queue[bytes]) -> None:
        """Wait for something that is typed, or for whatever the firmware does by itself."""
        bench, loop = self.bench, asyncio.get_running_loop()
        began = loop.time() - bench.now_s
        wait_s = max(0.0, bench.next_s - bench.now_s)
        typed = b""
        try:
            async with asyncio.timeout(wait_s):
                typed = await reading.get()
        except TimeoutError:
            pass
        bench.now_s = max(bench.now_s, loop.time() - began)
        bench.tell(*([ConsoleTyped(data=typed)] if typed else []))

    async def _say(self, wire: ByteStream, printed: bytes, cut: int | None) -> int | None:
        self.said += printed
        if cut is not None and len(printed) >= cut:
            await wire.write(printed[:cut])
            await asyncio.sleep(0.01)  # what was on its way arrives
            self._missing = self.away
            self.pulled += 1
            self.on_cut()
            wire.abort()
            raise NoSuchPort("The cable was pulled.")
        await wire.write(printed)
        if self._until_restart is not None:
            self._until_restart -= len(printed)
            if self._until_restart <= 0:
                self._until_restart = next(self.restarts, None)
                self.bench.tell(PowerCycled())
        return None if cut is None else cut - len(printed)


def wired(bench: Bench | None = None) -> WiredPlug:
    """Give a plug at factory default, or on this bench, after its start."""
    return WiredPlug(bench or Bench(console=True))


def play(plug: WiredPlug, story: Callable[[Console], Awaitable[T]]) -> T:
    """Run a story with a console of the plug, in loop time."""

    async def stage() -> T:
        async with plug.open() as console:
            return await story(console)

    return run_in_loop_time(stage())
