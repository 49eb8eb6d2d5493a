"""Keeps what meters show: gathers samples, writes them in batches, weighs days against the plugs' own, forgets in time.

A kill loses the samples of the last half second. Sums are written less often than samples, of which they are made anew
after a kill. While the disk takes nothing, what has come waits in memory: energy for ever, samples up to a limit, the
oldest of which give way.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfoNotFoundError

from ownplug.aio import Backoff, Clock, supervise
from ownplug.core.energy.book import Sample
from ownplug.core.energy.calendar import Calendar, day_number, day_of_number
from ownplug.core.energy.kept import DaysZone
from ownplug.core.energy.reconcile import KEPT_DAYS, SETTLED_S, Correction, Hour, Told, believable, weigh
from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.state import PlugState, Reading
from ownplug.ledger.meters import Meters
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
_SHORTEST_GAP_S = 90.0
_READINGS_A_GAP = 3
_CHANNEL = 0
_DAY_S = 86_400


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
        self._meters = Meters(_gap_ms(interval_s))
        self._summed_s: float | None = None
        self._writing = asyncio.Lock()
        self._zone: DaysZone | None = None  # of the days in the store
        self._is_stuck = False

    @asynccontextmanager
    async def kept_in(self, store: EnergyStore) -> AsyncIterator[None]:
        """Keep it in `store` for as long as the context lasts.

        Raises:
            OwnplugError: what is there cannot be read.
        """
        rows = [row for row in await store.meters() if row.channel == _CHANNEL]
        # What lies ahead of the clock is of one that was wrong, and long summed.
        self._meters.go_on(rows, await store.unsummed(self._now_ms()))
        self._zone = await store.zone()
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
        self._settings = settings
        self._meters.use_gap(_gap_ms(interval_s))

    def seen(self, uuid: Uuid, old: PlugState, new: PlugState) -> None:
        """Take what has changed about a plug; never waits."""
        if self.store is None:
            return
        now = new.relay(_CHANNEL)
        before = now if new.relays is old.relays else old.relay(_CHANNEL)
        if before is not None and now is not None and before.on is not now.on:
            self._meters.switched(uuid, self._now_ms(), on=now.on)
        if new.reading is not None and new.reading is not old.reading:
            self._meters.sample(uuid, _sample(new.reading, is_on=now.on if now else None))

    def forget(self, uuid: Uuid) -> None:
        """Drop what has come of a plug that is gone; what is written, or about to be, went with the plug itself."""
        self._meters.forget(uuid)

    async def write_now(self) -> None:
        """Write what has come, samples and sums. Whoever waits may be cancelled: it is written all the same.

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
        error = await asyncio.shield(self._write_what_has_come())
        if error is not None:
            raise error

    async def _write_what_has_come(self) -> OwnplugError | None:
        """Write it; return what went wrong, which would be told in vain where nobody waits any more."""
        async with self._writing:
            if self.store is None:
                return None
            try:
                await self._write_to(self.store)
            except OwnplugError as error:
                return error
            return None

    async def _write_to(self, store: EnergyStore) -> None:
        if self._zone is None or self._zone.name != self.calendar.zone:
            self._zone = await self._make_days(store)
            self._meters.use_days(self.calendar)
        while (stranger := self._meters.stranger()) is not None:
            self._meters.number(stranger, await store.meter(stranger.uuid, _CHANNEL))
        self._meters.sum_up(self.calendar, is_all=self._is_time_for_sums())
        if batch := self._meters.take():
            try:
                await store.add(batch)
            except OwnplugError:
                self._meters.put_back(batch)
                raise

    def _is_time_for_sums(self) -> bool:
        now_s = self._clock.monotonic()
        if self._summed_s is not None and now_s - self._summed_s < SUM_S:
            return False
        self._summed_s = now_s
        return True

    def now_s(self) -> float:
        """Return the time, Unix time."""
        return self._clock.now().timestamp()

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
        meter = self._meters.get(uuid)
        if meter is not None:
            meter.tried_s = self._clock.monotonic()

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
        good, corrections = believable(self._of_our_days(told, zone), self.calendar, now.timestamp())
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
                each,
                await self._hours(self.store, meter.number, each.day),
                now.timestamp(),
                hourly,
                await self._doubt_j(self.store, meter.number, each.day),
                await self._fresh_j(self.store, meter.number, each) if each.day == today else 0,
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

    async def _fresh_j(self, store: EnergyStore, meter: int, told: Told) -> int:
        """What was measured after a plug last counted something in this day."""
        since_s = max(told.updated_s, self.calendar.begin(told.day))
        return await store.measured_j(meter, since_s * 1000, self._meters.gap_ms)

    async def _doubt_j(self, store: EnergyStore, meter: int, day: date) -> int:
        from_s, to_s = self._span(day)
        return await store.doubt_j(meter, from_s * 1000, to_s * 1000, self._meters.gap_ms)

    async def _make_days(self, store: EnergyStore) -> DaysZone:
        """Sum up the days of the owner's zone, where those in the store are of another one, or nobody said of which.

        What plugs have counted until today they have counted in days of the other one.
        """
        first, today = await store.first_day(), day_number(self._today())
        days = range(0) if first is None else range(first - 1, today + 2)
        since_day = 0 if self._zone is None or first is None else today + 1
        zone = DaysZone(name=self.calendar.zone, since_day=since_day)
        await store.hour_days({day: self._span(day_of_number(day)) for day in days}, zone)
        return zone

    def _span(self, day: date) -> tuple[int, int]:
        return self.calendar.begin(day), self.calendar.end(day)

    def _of_our_days(self, told: Sequence[Told], zone: str) -> list[Told]:
        """Return records of days that began and ended in the plug's zone when they did in the owner's."""
        since_day = self._zone.since_day if self._zone is not None else 0
        told = [each for each in told if day_number(each.day) >= since_day]
        if zone == self.calendar.zone:
            return told
        try:
            theirs = Calendar(zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return []
        return [each for each in told if _is_same_day(each.day, self.calendar, theirs)]

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


def _is_same_day(day: date, one: Calendar, other: Calendar) -> bool:
    try:
        return (one.begin(day), one.end(day)) == (other.begin(day), other.end(day))
    except (ValueError, OverflowError):  # the first and the last year of all calendars
        return False


def _sample(reading: Reading, *, is_on: bool | None) -> Sample:
    return Sample(
        at_ms=round(reading.at.timestamp() * 1000),
        power_mw=round(reading.power_w * 1000),
        voltage_mv=round(reading.voltage_v * 1000),
        current_ma=round(reading.current_a * 1000),
        is_on=is_on,
    )
