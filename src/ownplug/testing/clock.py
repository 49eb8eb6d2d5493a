"""A clock that the test owns: it stands still until it is told to move."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

_MIDDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday, in nobody's daylight saving time
_SETTLE_PASSES = 20  # of the event loop; whoever was woken has then done what needs no waiting


class FakeClock:
    """Fits the `ownplug.aio.Clock` port; sleepers wake only through `advance`."""

    def __init__(self, now: datetime = _MIDDAY) -> None:
        self._at_zero = now  # what `now` was when `monotonic` was 0
        self._monotonic = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    @property
    def sleeping(self) -> int:
        """How many tasks sleep by this clock."""
        return sum(not future.done() for _, _, future in self._sleepers)

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._at_zero + timedelta(seconds=self._monotonic)

    def monotonic(self) -> float:
        """See `Clock.monotonic`; begins at 0."""
        return self._monotonic

    def set_now(self, now: datetime) -> None:
        """Set the date and time, as an owner does who corrects the machine's clock; wakes nobody."""
        self._at_zero = now - timedelta(seconds=self._monotonic)

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let that much time pass: sleepers wake in their order, each at its own moment, and may sleep again."""
        await _settle()
        until = self._monotonic + seconds
        while self._sleepers and self._sleepers[0][0] <= until:
            self._monotonic, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
            await _settle()
        self._monotonic = until
        await _settle()


async def _settle() -> None:
    for _ in range(_SETTLE_PASSES):
        await asyncio.sleep(0)
