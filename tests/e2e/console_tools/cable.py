"""An adapter's cable between two real PTYs, pulled and plugged in again at moments that a seed chooses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from ownplug.aio import ByteStream
from ownplug.core.errors import OwnplugError
from ownplug.transport.pty import offer_pty
from ownplug.transport.serial import open_serial


class Cable:
    """What the plug prints while it is pulled is lost.

    Attributes:
        pulled: how often it was.
        is_in: set while it is plugged in.
        on_pull: what else happens then: an adapter that gives the board its current takes it away, too.
    """

    def __init__(self, plug: ByteStream, port: Path, cuts: Iterator[int], away_s: float) -> None:
        self.pulled = 0
        self.is_in = asyncio.Event()
        self.on_pull: Callable[[], Awaitable[None]] | None = None
        self._plug = plug
        self._port = port
        self._cuts = cuts
        self._away_s = away_s
        self._adapter: ByteStream | None = None
        self._cut = asyncio.Event()
        self._left: int | None = None  # bytes until it is pulled

    async def carry(self) -> None:
        """Be a cable, and now and then none."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._from_plug())
            while True:
                async with offer_pty(self._port) as adapter:
                    self._adapter, self._left = adapter, None
                    self._cut.clear()
                    self.is_in.set()
                    typing = tasks.create_task(self._to_plug(adapter))
                    await self._cut.wait()
                    typing.cancel()
                    self.is_in.clear()
                    self._adapter = None
                    adapter.abort()
                    self.pulled += 1
                if self.on_pull is not None:
                    await self.on_pull()
                await asyncio.sleep(self._away_s)

    async def _from_plug(self) -> None:
        while data := await self._plug.read():
            if self._adapter is None:
                continue
            if self._left is not None:
                data, self._left = data[: self._left], max(0, self._left - len(data))
            with suppress(OwnplugError):
                await self._adapter.write(data)
            if self._left == 0:
                self._cut.set()

    async def _to_plug(self, adapter: ByteStream) -> None:
        with suppress(OwnplugError):
            data = await adapter.read()
            self._left = next(self._cuts, None)  # from the first key on: what nobody hears counts for nothing
            while data:
                await self._plug.write(data)
                data = await adapter.read()


@asynccontextmanager
async def cable(tty: str, port: Path, cuts: Iterator[int], *, away_s: float = 0.3) -> AsyncIterator[Cable]:
    """Lead the tty of a plug to `port`, with a cable that is pulled after so many bytes each time."""
    plug = await open_serial(tty)
    try:
        made = Cable(plug, port, cuts, away_s)
        async with asyncio.TaskGroup() as tasks:
            carrying = tasks.create_task(made.carry())
            await made.is_in.wait()
            yield made
            carrying.cancel()
    finally:
        await plug.close()
