"""What local handlers are to hear, in order, away from the connections that caused it.

A handler that fails or is slow must not end or hold a foreign connection: what happens is put into a queue,
and one supervised task tells it. When the queue is full, connections stop taking in more until there is room
again, so nothing that a plug said is dropped on its way to the hub.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from ownplug.aio import Clock

FEED_LIMIT = 10_000
"""Events that wait before connections are held back; seconds of work for a hub, megabytes of memory."""

SLICE_S = 0.002
"""Seconds of handlers' work at a time, so that connections get their turn in between."""


class Feed:
    """A queue of calls.

    Attributes:
        all_told: set while nothing waits.
    """

    def __init__(self, clock: Clock, limit: int = FEED_LIMIT) -> None:
        self._clock = clock
        self._limit = limit
        self._calls: deque[Callable[[], None]] = deque()
        self._something = asyncio.Event()
        self.all_told = asyncio.Event()
        self.all_told.set()
        self._held_back: list[Callable[[], None]] = []

    @property
    def is_full(self) -> bool:
        """Whether no more should be caused; what is put all the same is kept."""
        return len(self._calls) >= self._limit

    def put(self, call: Callable[[], None]) -> None:
        """Have this called when it is its turn."""
        self._calls.append(call)
        self._something.set()
        self.all_told.clear()

    def when_room(self, resume: Callable[[], None]) -> None:
        """Call `resume` once, when half of the queue is free."""
        self._held_back.append(resume)

    async def run(self) -> None:
        """Make the calls, for ever; whatever a handler raises comes out, and the next run goes on after it."""
        while True:
            await self._something.wait()
            self._tell(self._clock.monotonic() + SLICE_S)
            if not self._calls:
                self._something.clear()
                self.all_told.set()
            else:
                await asyncio.sleep(0)

    def _tell(self, until_s: float) -> None:
        while self._calls and self._clock.monotonic() < until_s:
            self._calls.popleft()()
        if self._held_back and len(self._calls) <= self._limit // 2:
            held_back, self._held_back = self._held_back, []
            for resume in held_back:
                resume()
