"""Waiting for a non-blocking descriptor in the event loop: what serial ports and PTYs share on POSIX."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Watched:
    """The waiting for one open descriptor, which stays its owner's."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._loop = asyncio.get_running_loop()
        self._waiting: set[asyncio.Future[None]] = set()
        self._released = False

    async def readable(self) -> None:
        """Wait until there may be something to read, or until it is released."""
        await self._wait(self._loop.add_reader, self._loop.remove_reader)

    async def writable(self) -> None:
        """Wait until there may be room to write, or until it is released."""
        await self._wait(self._loop.add_writer, self._loop.remove_writer)

    async def pause(self, seconds: float) -> None:
        """Wait without looking at it, or until it is released."""
        happened = self._loop.create_future()
        timer = self._loop.call_later(seconds, _tell, happened)
        try:
            await self._told(happened)
        finally:
            timer.cancel()

    def release(self) -> None:
        """Watch no more and wake all who wait; to be called before the descriptor is closed."""
        if not self._released:
            self._released = True
            self._loop.remove_reader(self._number)
            self._loop.remove_writer(self._number)
            for happened in self._waiting:
                _tell(happened)

    async def _wait(self, watch: Callable[..., object], unwatch: Callable[[int], object]) -> None:
        happened = self._loop.create_future()
        watch(self._number, _tell, happened)
        try:
            await self._told(happened)
        finally:
            if not self._released:  # its number may be another's by now
                unwatch(self._number)

    async def _told(self, happened: asyncio.Future[None]) -> None:
        self._waiting.add(happened)
        try:
            await happened
        finally:
            self._waiting.discard(happened)


def _tell(happened: asyncio.Future[None]) -> None:
    if not happened.done():
        happened.set_result(None)
