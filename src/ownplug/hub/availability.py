"""When each plug came and went, and why: kept over restarts, written in batches beside all else.

A kill loses the changes of the last two seconds. What was open then is closed at the next start, at the moment at
which the hub was last known to run: whether a plug was there while nobody looked is not known.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from ownplug.aio import Backoff, Clock, supervise
from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.state import Availability, AvailabilityChange, PlugState
from ownplug.hub.ports import AvailabilityStore

log = logging.getLogger(__name__)

KEPT = 500
"""Changes of one plug."""

KEPT_FOR = timedelta(days=90)

WRITE_S = 2.0
"""Seconds between two looks whether there is something to write: what a kill may lose."""

ALIVE_S = 60.0
"""Seconds between two notes that the hub runs, where there is nothing else to write."""

NOT_RUNNING = "the hub was not running"

_BATCH = 1_000
_WAITING = 20_000  # changes, while the disk takes nothing; beyond that the oldest give way
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilitySpan:
    """A stretch of time in which a plug was there, was not, or nobody knew.

    Attributes:
        number: its place in the history; older ones have lower numbers.
        began_at: from when.
        ended_at: until when; None while it lasts.
        availability: what it was.
        reason: why, in words; empty while it was there.
    """

    number: int
    began_at: datetime
    ended_at: datetime | None
    availability: Availability
    reason: str


class AvailabilityHistory:
    """What is noted of all plugs; without a store it lasts as long as the hub."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._store: AvailabilityStore | None = None
        self._numbers = itertools.count(1)
        self._lost: dict[Uuid, AvailabilityChange] = {}  # by which plugs went before this start
        self._waiting: dict[int, AvailabilityChange] = {}  # to be written, by number, oldest first
        self._ended = False
        self._is_stuck = False
        self._alive_noted_s = self._pruned_s = clock.monotonic()

    def note(self, uuid: Uuid, state: PlugState) -> None:
        """Remember that a plug has come to the availability of `state`; never waits."""
        self._note(uuid, state.since or self._clock.now(), state.availability, state.reason)

    def at_start(self, uuid: Uuid) -> PlugState:
        """Return what is known of a plug that has not come since the hub started: when it went, and why."""
        lost = self._lost.get(uuid)
        return PlugState(since=lost.at, reason=lost.reason) if lost else PlugState()

    def forget(self, uuid: Uuid) -> None:
        """Forget when a plug went before this start: it is no longer of the home."""
        self._lost.pop(uuid, None)

    @asynccontextmanager
    async def kept_in(self, store: AvailabilityStore) -> AsyncIterator[None]:
        """Keep it in `store` for as long as the context lasts.

        Raises:
            OwnplugError: what is there cannot be read.
        """
        await self._take_up(store)
        tasks = asyncio.TaskGroup()
        await tasks.__aenter__()
        writing = supervise("availability history", self._write, backoff=Backoff(), clock=self._clock)
        task = tasks.create_task(writing, name="availability history")
        try:
            yield
        finally:
            task.cancel()
            await tasks.__aexit__(
                None, None, None
            )  # without the body's error, which would come back in a group
            await self.end()

    async def end(self) -> None:
        """Write what waits, and note nothing from now on: the hub stops, and plugs do not go because of that."""
        if self._ended:
            return
        self._ended = True
        try:
            while self._store is not None:
                await self._write_batch()
                if not self._waiting:
                    break
        except OwnplugError as error:
            log.warning("The last changes of availability are lost: %s", error)

    async def spans(
        self, uuid: Uuid, *, limit: int, before: int | None = None
    ) -> tuple[list[AvailabilitySpan], int | None]:
        """Return spans of one plug, newest first, and the `before` of the next page; None after the last.

        Args:
            uuid: which plug.
            limit: how many at most.
            before: those before the span of this number; None begins with the newest.
        """
        found = [
            c for c in self._waiting.values() if c.uuid == uuid and (before is None or c.number <= before)
        ]
        if self._store is not None:
            # One more is what ended the first, and another shows that there is a next page.
            found += await self._store.changes(uuid, limit=limit + 2, up_to=before)
        changes = sorted({change.number: change for change in found}.values(), key=lambda c: -c.number)
        later = changes.pop(0).at if changes and changes[0].number == before else None
        spans = []
        for change in changes[:limit]:
            spans.append(_span(change, later))
            later = change.at
        return spans, spans[-1].number if len(changes) > limit else None

    async def _take_up(self, store: AvailabilityStore) -> None:
        self._store = store
        await store.drop_before(self._clock.now() - KEPT_FOR)
        last = sorted(await store.last_changes(), key=lambda change: change.number)
        alive_at = await store.alive_at()
        self._lost = {change.uuid: change for change in await store.losses()}
        self._numbers = itertools.count(last[-1].number + 1 if last else 1)
        for change in last:
            if change.availability is not Availability.UNKNOWN:
                at = max(alive_at or change.at, change.at)
                noted = self._note(change.uuid, at, Availability.UNKNOWN, NOT_RUNNING)
                self._lost.setdefault(change.uuid, noted)

    def _note(self, uuid: Uuid, at: datetime, availability: Availability, reason: str) -> AvailabilityChange:
        change = AvailabilityChange(
            number=next(self._numbers), uuid=uuid, at=at, availability=availability, reason=reason
        )
        if not self._ended:
            self._keep(change)
        return change

    def _keep(self, change: AvailabilityChange) -> None:
        self._waiting[change.number] = change
        if len(self._waiting) > _WAITING:
            del self._waiting[next(iter(self._waiting))]

    async def _write(self) -> None:
        while True:
            await self._clock.sleep(WRITE_S)
            try:
                await self._write_what_is_due()
            except OwnplugError as error:
                if not self._is_stuck:
                    log.warning("When plugs come and go cannot be written now: %s", error)
                self._is_stuck = True
            else:
                self._is_stuck = False

    async def _write_what_is_due(self) -> None:
        now_s = self._clock.monotonic()
        if self._waiting or now_s - self._alive_noted_s >= ALIVE_S:
            await self._write_batch()
        if self._store is not None and now_s - self._pruned_s >= _DAY_S:
            await self._store.drop_before(self._clock.now() - KEPT_FOR)
            self._pruned_s = now_s

    async def _write_batch(self) -> None:
        if self._store is None:
            return
        batch = list(itertools.islice(self._waiting.values(), _BATCH))
        await self._store.add(batch, alive_at=self._clock.now(), keep=KEPT)
        self._alive_noted_s = self._clock.monotonic()
        for change in batch:
            self._waiting.pop(change.number, None)


def _span(change: AvailabilityChange, ended_at: datetime | None) -> AvailabilitySpan:
    return AvailabilitySpan(
        number=change.number,
        began_at=change.at,
        ended_at=ended_at,
        availability=change.availability,
        reason=change.reason,
    )
