"""Keeps what meters show: gathers samples, writes them in batches, weighs days against the plugs' own, forgets in time.

A kill loses the samples of the last half second. Sums are written less often than samples, of which they are made anew
after a kill. While the disk takes nothing, what has come waits in memory: energy for ever, samples up to a limit, the
oldest of which give way.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfoNotFoundError

from ownplug.aio import Backoff, Clock, supervise
from ownplug.core.energy.book import Book, Sample
from ownplug.core.energy.calendar import Calendar, day_number, day_of_number
from ownplug.core.energy.kept import Batch
from ownplug.core.energy.reconcile import KEPT_DAYS, SETTLED_S, Correction, Hour, Told, believable, weigh
from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.state import PlugState, Reading
from ownplug.ledger.ports import EnergyStore
from ownplug.ledger.settings import EnergySettings

log = logging.getLogger(__name__)

WRITE_S = 0.5
"""Seconds between two looks whether there is something to write: what a kill may lose."""

SUM_S = 10.0
"""Seconds after which what samples add up to is written: by so much sums on the disk are behind, at most."""

_PRUNE_S = 3600.0
_RETRY_S = 300.0  # after the days of a plug could not be had
_SPREAD_S = 600  # so that not all plugs of a large home are asked at once after midnight
_WEIGHED_AGAIN_DAYS = 2
_WAITING_SAMPLES = 100_000  # while the disk takes nothing
_WAITING_OF_ONE = 1_000  # of a new meter
_SHORTEST_GAP_S = 90.0
_READINGS_A_GAP = 3
_CHANNEL = 0
_DAY_S = 86_400


@dataclass(slots=True, kw_only=True)
class _Meter:
    """A meter that somebody hears of.

    Attributes:
        number: in the store; None: not known there yet.
        waiting: its samples until it is.
        is_unsummed: its book knows more than the disk.
        last_ms: when its newest sample was taken, Unix time in milliseconds.
        weighed_on: the day of which it was weighed last, after that day's beginning was over.
        is_due: it is to be weighed, whatever day it is.
        tried_s: when that was tried last, by the monotonic clock.
    """

    uuid: Uuid
    book: Book
    number: int | None = None
    waiting: deque[Sample] = field(default_factory=lambda: deque(maxlen=_WAITING_OF_ONE))
    is_unsummed: bool = False
    last_ms: int = 0
    weighed_on: date | None = None
    is_due: bool = True
    tried_s: float | None = None


class Ledger:
    """The energy of all plugs of a home; without a store it keeps nothing.

    Args:
        clock: the time.
        zone: the owner's, in which days begin; an IANA name.
        interval_s: how often an idle plug is read.
        settings: how long it remembers.

    Attributes:
        calendar: hours and days of the owner's zone.
        store: where it is kept; None: nowhere.
    """

    def __init__(
        self, clock: Clock, *, zone: str, interval_s: float, settings: EnergySettings | None = None
    ) -> None:
        self.calendar = Calendar(zone)
        self.store: EnergyStore | None = None
        self._clock = clock
        self._settings = settings or EnergySettings()
        self._gap_ms = _gap_ms(interval_s)
        self._meters: dict[Uuid, _Meter] = {}
        self._strangers: set[Uuid] = set()  # meters whose samples wait for their number
        self._switched: set[Uuid] = set()  # meters whose samples do not tell all that is not summed yet
        self._summed_s: float | None = None
        self._batch = Batch()
        self._writing = asyncio.Lock()
        self._is_zone_new = False
        self._is_stuck = False

    @asynccontextmanager
    async def kept_in(self, store: EnergyStore) -> AsyncIterator[None]:
        """Keep it in `store` for as long as the context lasts.

        Raises:
            OwnplugError: what is there cannot be read.
        """
        for row in await store.meters():
            if row.channel == _CHANNEL:
                self._meters[row.uuid] = _Meter(
                    uuid=row.uuid,
                    book=Book(self._gap_ms, row.mark),
                    number=row.number,
                    last_ms=row.mark.at_ms if row.mark else 0,
                )
        await self._catch_up(store)
        self.store = store
        tasks = asyncio.TaskGroup()
        await tasks.__aenter__()
        running = [
            tasks.create_task(supervise(name, work, backoff=Backoff(), clock=self._clock), name=name)
            for name, work in (("energy ledger", self._write), ("energy retention", self._prune))
        ]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await tasks.__aexit__(
                None, None, None
            )  # without the body's error, which would come back in a group
            try:
                await self.write_now()
            except OwnplugError as error:
                log.warning("The last samples are lost: %s", error)
            self.store = None

    def use(self, *, zone: str, interval_s: float, settings: EnergySettings) -> None:
        """Go on with other settings; days are made anew where the zone is another one."""
        if zone != self.calendar.zone:
            self.calendar = Calendar(zone)
            self._is_zone_new = True
        self._settings = settings
        self._gap_ms = _gap_ms(interval_s)
        for meter in self._meters.values():
            meter.book.gap_ms = self._gap_ms

    def seen(self, uuid: Uuid, old: PlugState, new: PlugState) -> None:
        """Take what has changed about a plug; never waits."""
        if self.store is None:
            return
        now = new.relay(_CHANNEL)
        before = now if new.relays is old.relays else old.relay(_CHANNEL)
        if before is not None and now is not None and before.on is not now.on and uuid in self._meters:
            self._meters[uuid].book.switched(self._now_ms(), on=now.on)
            self._meters[uuid].is_unsummed = True
            self._switched.add(uuid)
        if new.reading is not None and new.reading is not old.reading:
            self._take(uuid, _sample(new.reading, is_on=now.on if now else None))

    def forget(self, uuid: Uuid) -> None:
        """Drop what is not written yet of a plug; what is written goes with the plug itself."""
        meter = self._meters.pop(uuid, None)
        self._strangers.discard(uuid)
        self._switched.discard(uuid)
        if meter is not None and meter.number is not None:
            self._batch = self._batch.without(meter.number)

    async def write_now(self) -> None:
        """Write what has come, samples and sums.

        Raises:
            OwnplugError: the disk does not take it; it is written later.
        """
        self._summed_s = None
        await self.write_due()

    async def write_due(self) -> None:
        """Write samples, and sums where it is time, or samples alone would not tell of a relay that has moved.

        Raises:
            OwnplugError: the disk does not take it; it is written later.
        """
        async with self._writing:
            if self.store is None:
                return
            try:
                await self._write_to(self.store)
            except OwnplugError:
                del self._batch.samples[:-_WAITING_SAMPLES]
                raise

    async def _write_to(self, store: EnergyStore) -> None:
        if self._is_zone_new:
            await self._make_days(store)
            self._is_zone_new = False
        await self._number_strangers(store)
        self._sum_up()
        batch, self._batch = self._batch, Batch()
        if not batch:
            return
        try:
            await store.add(batch)
        except OwnplugError:
            batch.take_up(self._batch)
            self._batch = batch
            raise

    def is_due(self, uuid: Uuid) -> bool:
        """Whether a plug should be asked for its days: after a gap, when it is new here, and once a day."""
        meter = self._meters.get(uuid)
        if self.store is None or meter is None:
            return False
        now_s = self._clock.monotonic()
        if meter.tried_s is not None and now_s - meter.tried_s < _RETRY_S:
            return False
        return meter.is_due or (meter.weighed_on != self._today() and self._is_settled(uuid))

    def could_not_ask(self, uuid: Uuid) -> None:
        """Take note that the days of a plug could not be had: it is due again some minutes later."""
        if uuid in self._meters:
            self._meters[uuid].tried_s = self._clock.monotonic()

    async def weigh(
        self, uuid: Uuid, told: Sequence[Told], *, zone: str, shape: Mapping[int, int] | None = None
    ) -> list[Correction]:
        """Weigh what was measured against what a plug tells of its days; return what was corrected or not believed.

        Args:
            uuid: which plug.
            told: its days, as it told them.
            zone: in which they begin; empty is UTC.
            shape: watt-hours of its hours, by Unix time within each, where it tells so.

        Raises:
            OwnplugError: it cannot be read or written.
        """
        await self.write_now()
        meter = self._meters.get(uuid)
        if self.store is None or meter is None or meter.number is None:
            return []
        now = self._clock.now()
        good, corrections = believable(told, self.calendar, now.timestamp())
        good = [each for each in good if self._is_same_day(each.day, zone)]
        today = self._today()
        known = {
            each.day: each for each in await self.store.told(meter.number, day_number(today) - KEPT_DAYS)
        }
        again = today - timedelta(days=_WEIGHED_AGAIN_DAYS)
        news = [
            each
            for each in good
            if each.day >= again or each.day not in known or known[each.day].energy_wh != each.energy_wh
        ]
        hourly = {self.calendar.hour(at_s)[0]: energy_wh for at_s, energy_wh in (shape or {}).items()}
        for each in news:
            found = weigh(
                each, await self._hours(self.store, meter.number, each.day), now.timestamp(), hourly
            )
            if found is not None:
                corrections.append(found)
        await self.store.weighed(meter.number, news, corrections, now)
        meter.is_due, meter.tried_s = False, None
        if self._is_settled(uuid):
            meter.weighed_on = today
        return corrections

    async def _hours(self, store: EnergyStore, meter: int, day: date) -> list[Hour]:
        """All hours of a day, with what is known of them."""
        found = {
            hour.start_s: hour
            for hour in await store.hours(meter, self.calendar.begin(day), self.calendar.end(day))
        }
        return [
            replace(found.get(start_s, Hour(start_s=start_s, length_s=length_s)), length_s=length_s)
            for start_s, length_s in self.calendar.hours(day)
        ]

    def _take(self, uuid: Uuid, sample: Sample) -> None:
        meter = self._meters.get(uuid)
        if meter is None:
            meter = self._meters[uuid] = _Meter(uuid=uuid, book=Book(self._gap_ms))
        if sample.at_ms - meter.last_ms > self._gap_ms:
            meter.is_due = True
        meter.last_ms = sample.at_ms
        meter.book.sample(sample.at_ms, sample.power_mw)
        meter.is_unsummed = True
        if meter.number is None:
            meter.waiting.append(sample)
            self._strangers.add(uuid)
        else:
            self._batch.samples.append((meter.number, sample))

    async def _catch_up(self, store: EnergyStore) -> None:
        """Sum up what the last life of this program had no time for; what lies ahead of the clock is of a wrong one."""
        by_number = {meter.number: meter for meter in self._meters.values()}
        for number, sample in await store.unsummed(self._now_ms()):
            if (meter := by_number.get(number)) is not None:
                meter.book.sample(sample.at_ms, sample.power_mw)
                meter.last_ms = sample.at_ms
                meter.is_unsummed = True

    async def _number_strangers(self, store: EnergyStore) -> None:
        """Put samples of new meters into the batch; what is of a plug that the home does not know is dropped."""
        while self._strangers:
            uuid = next(iter(self._strangers))
            meter = self._meters[uuid]
            number = await store.meter(uuid, _CHANNEL)
            if self._meters.get(uuid) is not meter:
                continue  # it was forgotten meanwhile
            if number is None:
                self.forget(uuid)
                continue
            self._strangers.discard(uuid)
            meter.number = number
            self._batch.samples += [(number, sample) for sample in meter.waiting]
            meter.waiting.clear()

    def _sum_up(self) -> None:
        """Put into the batch what books have and the disk has not."""
        now_s = self._clock.monotonic()
        is_time = self._summed_s is None or now_s - self._summed_s >= SUM_S
        if is_time:
            self._summed_s = now_s
        some = list(self._meters.values()) if is_time else [self._meters[uuid] for uuid in self._switched]
        for meter in some:
            mark = meter.book.mark()
            if not meter.is_unsummed or mark is None or meter.number is None:
                continue
            meter.is_unsummed = False
            self._switched.discard(meter.uuid)
            self._batch.marks[meter.number] = mark
            for start_s, joules, covered_ms in meter.book.take():
                hour_s, day = self.calendar.hour(start_s)
                self._batch.add(meter.number, start_s, hour_s, day, joules, covered_ms)

    async def _make_days(self, store: EnergyStore) -> None:
        first = await store.first_day()
        if first is None:
            return
        days = range(first - 1, day_number(self._today()) + 2)
        spans = {day: self._span(day_of_number(day)) for day in days}
        await store.hour_days(spans)

    def _span(self, day: date) -> tuple[int, int]:
        return self.calendar.begin(day), self.calendar.end(day)

    def _is_same_day(self, day: date, zone: str) -> bool:
        """Whether a day begins and ends in the plug's zone when it does in the owner's."""
        if zone == self.calendar.zone:
            return True
        try:
            theirs = Calendar(zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return False
        return (theirs.begin(day), theirs.end(day)) == self._span(day)

    async def _write(self) -> None:
        while True:
            await self._clock.sleep(WRITE_S)
            try:
                await self.write_due()
            except OwnplugError as error:
                if not self._is_stuck:
                    log.warning("What plugs use cannot be written now: %s", error)
                self._is_stuck = True
            else:
                self._is_stuck = False

    async def _prune(self) -> None:
        while True:
            now_s = int(self._clock.now().timestamp())
            if self.store is not None:
                try:
                    await self.store.prune(
                        samples_before_ms=(now_s - self._settings.sample_days * _DAY_S) * 1000,
                        minutes_before_s=now_s - self._settings.minute_days * _DAY_S,
                    )
                except OwnplugError as error:
                    log.warning("Old samples cannot be dropped now: %s", error)
            await self._clock.sleep(_PRUNE_S)

    def _is_settled(self, uuid: Uuid) -> bool:
        """Whether the day has gone on so far that plugs tell the truth of it."""
        since_s = self._clock.now().timestamp() - self.calendar.begin(self._today())
        return since_s >= SETTLED_S + zlib.crc32(uuid.text.encode()) % _SPREAD_S

    def _today(self) -> date:
        return self.calendar.day(self._clock.now().timestamp())

    def _now_ms(self) -> int:
        return round(self._clock.now().timestamp() * 1000)


def _gap_ms(interval_s: float) -> int:
    return round(max(_SHORTEST_GAP_S, _READINGS_A_GAP * interval_s) * 1000)


def _sample(reading: Reading, *, is_on: bool | None) -> Sample:
    return Sample(
        at_ms=round(reading.at.timestamp() * 1000),
        power_mw=round(reading.power_w * 1000),
        voltage_mv=round(reading.voltage_v * 1000),
        current_ma=round(reading.current_a * 1000),
        is_on=is_on,
    )
