"""The serial console of a virtual plug, between its firmware and whatever terminal is attached.

Nothing that the console says is out before the settings that it may tell of are in their file: a plug that is
killed after it has said `ok` comes back with the new value.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from ownplug.aio import ByteStream

WAITING_LIMIT = 64 * 1024
"""Bytes that wait for a terminal that does not read; beyond it the oldest are lost, as on a real wire."""


class Uart:
    """Carries bytes both ways.

    Args:
        tty: where the terminal is.
        keep: waits until the settings are kept as they were at a revision.
        heard: takes what is typed.
    """

    def __init__(
        self, tty: ByteStream, *, keep: Callable[[int], Awaitable[None]], heard: Callable[[bytes], None]
    ) -> None:
        self._tty = tty
        self._keep = keep
        self._heard = heard
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._waiting_bytes = 0
        self._came = asyncio.Event()

    def send(self, data: bytes, *, revision: int) -> None:
        """Say `data` when the settings of `revision` are kept; never waits."""
        self._waiting.append((revision, data))
        self._waiting_bytes += len(data)
        while self._waiting_bytes > WAITING_LIMIT and len(self._waiting) > 1:
            self._waiting_bytes -= len(self._waiting.popleft()[1])
        self._came.set()

    async def run(self) -> None:
        """Carry until cancelled.

        Raises:
            LinkError: the tty was closed, or broke.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._speak(), name="virtual plug: console out")
            group.create_task(self._listen(), name="virtual plug: console in")

    async def _listen(self) -> None:
        while data := await self._tty.read():
            self._heard(data)

    async def _speak(self) -> None:
        while True:
            await self._came.wait()
            while self._waiting:
                revision, data = self._waiting.popleft()
                self._waiting_bytes -= len(data)
                await self._keep(revision)
                await self._tty.write(data)
            self._came.clear()
