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

SHARE = 250
"""Events of one connection that wait before it is held back: a flood from one plug delays its own messages."""

SLICE_S = 0.002
"""Seconds of handlers' work at a time, so that connections get their turn in between."""


class Feed:
    """A queue of calls.

    Attributes:
        all_told: set while nothing waits.
        put_total, told_total: calls since the start.
    """

    def __init__(self, clock: Clock, limit: int = FEED_LIMIT) -> None:
        self._clock = clock
        self._limit = limit
        self._calls: deque[Callable[[], None]] = deque()
        self._something = asyncio.Event()
        self.all_told = asyncio.Event()
        self.all_told.set()
        self.put_total = self.told_total = 0
        self._held_back: list[tuple[int, Callable[[], None]]] = []

    @property
    def is_full(self) -> bool:
        """Whether no more should be caused; what is put all the same is kept."""
        return len(self._calls) >= self._limit

    def put(self, call: Callable[[], None]) -> None:
        """Have this called when it is its turn."""
        self._calls.append(call)
        self.put_total += 1
        self._something.set()
        self.all_told.clear()

    def when_room(self, resume: Callable[[], None]) -> None:
        """Call `resume` once, when half of the queue is free."""
        self.when_told(self.put_total - self._limit // 2, resume)

    def when_told(self, total: int, resume: Callable[[], None]) -> None:
        """Call `resume` once, when so many have been told since the start."""
        self._held_back.append((total, resume))

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
            self.told_total += 1
            self._calls.popleft()()
        if self._held_back:
            held_back, self._held_back = self._held_back, []
            for total, resume in held_back:
                if self.told_total >= total:
                    resume()
                else:
                    self._held_back.append((total, resume))


class Share:
    """What one connection causes, so that it is held back before it fills the queue for the others."""

    __slots__ = ("_before", "_caused", "_feed", "_last")

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._before = 0  # calls in all when the connection began to work
        self._caused = 0  # by the connection, since it last had none that waited
        self._last = 0  # calls in all with the last of its own

    def holds_back(self, resume: Callable[[], None]) -> bool:
        """Whether the connection must wait: `resume` is called when it may go on. If not, its work begins."""
        feed = self._feed
        if feed.is_full:
            feed.when_room(resume)
            return True
        if feed.told_total >= self._last:
            self._caused = 0
        if self._caused >= SHARE:
            feed.when_told(self._last, resume)
            return True
        self._before = feed.put_total
        return False

    def count(self) -> None:
        """Its work is done for now."""
        if (total := self._feed.put_total) != self._before:
            self._caused += total - self._before
            self._last = total
