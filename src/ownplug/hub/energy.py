"""What the plugs of the home have used: by plug, by room, of the whole house, beside an earlier time, as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from ownplug.aio import Clock
from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.kept import CorrectionRow
from ownplug.core.energy.reconcile import WH_J
from ownplug.core.errors import NotFound, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.hub.registry import Registry
from ownplug.ledger import Grain, PartSeries, Peak, Reports, SampleSeries, Series, same_time_before

_PERIODS = {Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.YEAR}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TABLE = ("plug", "uuid", "room", "start", "energy_wh", "covered_s")
_SLICE_DAYS = {Grain.MINUTE: 30, Grain.HOUR: 366}  # of one plug, read at one go


class By(Enum):
    """Whose energy is summed up."""

    PLUG = "plug"
    ROOM = "room"
    HOME = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What was used by somebody in one stretch of days.

    Attributes:
        key: the plug's uuid, the room's name (empty: no room), or empty for the home.
        name: as people call it; empty for the home and for what is in no room.
        begin: the first day of the stretch.
        energy_wh: what was used.
        covered_s: how many seconds of it were measured, over all plugs.
        cost: in the currency of the tariffs; None: nothing of it has a price.
        unpriced_wh: how much of the energy has no price.
    """

    key: str
    name: str
    begin: date
    energy_wh: float
    covered_s: float
    cost: float | None
    unpriced_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a plug has used since a period began, beside the period before.

    Attributes:
        uuid: the plug.
        name: as people call it.
        used_wh: from the beginning of the period until now.
        before_wh: in the one before, until the same time.
        whole_before_wh: in all of the one before.
    """

    uuid: str
    name: str
    used_wh: float
    before_wh: float
    whole_before_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSeries:
    """What a plug, a room or the home has used.

    Attributes:
        key: the plug's uuid, the room's name (empty: no room), or empty for the home.
        name: as people call it; empty for the home and for what is in no room.
        part: of how many plugs something is known, and what.
    """

    key: str
    name: str
    part: PartSeries


class Energy:
    """What one may ask of the energy of the home.

    Args:
        reports: what the ledger tells.
        registry: names and rooms of the plugs.
        clock: the time.
    """

    def __init__(self, reports: Reports, registry: Registry, clock: Clock) -> None:
        self._reports = reports
        self._registry = registry
        self._clock = clock

    @property
    def calendar(self) -> Calendar:
        """Hours and days of the owner's zone."""
        return self._reports.calendar

    def now_s(self) -> int:
        """Return the time, Unix time."""
        return int(self._clock.now().timestamp())

    async def series(self, reference: str, grain: Grain, from_s: int, to_s: int) -> Series:
        """Return what a plug used between two moments, Unix time.

        Raises:
            NotFound, Conflict: no such plug, or several.
            UsageError: no such grain, or too much at once.
        """
        return await self._reports.series(self._registry.find(reference).uuid, grain, from_s, to_s)

    async def series_by(
        self,
        by: By,
        grain: Grain,
        from_s: int,
        to_s: int,
        *,
        references: list[str] | None = None,
        room: str | None = None,
    ) -> list[NamedSeries]:
        """Return what was used between two moments, Unix time; of whom nothing is known is left out.

        Args:
            by: whose energy is one series; those of plugs and rooms are in the order in which plugs came.
            grain: minute, hour, day, week or month.
            from_s: the first moment.
            to_s: what is no longer in it.
            references: of which plugs; None: all.
            room: of the plugs in it, empty: of those in none; None: wherever they are.

        Raises:
            NotFound, Conflict: no such plug, or several; or no plug is in that room.
            UsageError: no such grain, or too much at once.
        """
        plugs = [plug for plug in self._plugs(references) if room is None or plug.room == room]
        if room and not plugs:
            raise NotFound(
                f"None of the plugs is in a room called {room!r}.", hint="`ownplug plugs` lists them."
            )
        found = await self._reports.parts(
            {plug.uuid: _key(plug, by)[0] for plug in plugs}, grain, from_s, to_s
        )
        names = dict(_key(plug, by) for plug in plugs)
        return [
            NamedSeries(key=key, name=name, part=found[key]) for key, name in names.items() if key in found
        ]

    async def peaks(self, day: date, *, references: list[str] | None = None) -> list[tuple[PlugRecord, Peak]]:
        """Return the highest power of each plug on a day, as far as samples are kept; others are left out.

        Raises:
            NotFound, Conflict: no such plug, or several.
        """
        plugs = {plug.uuid: plug for plug in self._plugs(references)}
        span = self.calendar.begin(day), self.calendar.end(day)
        found = {peak.uuid: peak for peak in await self._reports.peaks(plugs.keys(), *span)}
        return [(plug, found[uuid]) for uuid, plug in plugs.items() if uuid in found]

    async def samples(self, reference: str, from_s: float, to_s: float, *, limit: int) -> SampleSeries:
        """Return what the meter of a plug showed between two moments, Unix time, `limit` times at most.

        Raises:
            NotFound, Conflict: no such plug, or several.
        """
        return await self._reports.samples(self._registry.find(reference).uuid, from_s, to_s, limit=limit)

    async def corrections(
        self, reference: str, *, limit: int, before: int | None = None
    ) -> tuple[list[CorrectionRow], int | None]:
        """Return what was corrected of a plug, newest first, and the `before` of the next page; None after the last.

        Raises:
            NotFound, Conflict: no such plug, or several.
        """
        uuid = self._registry.find(reference).uuid
        found = await self._reports.corrections(uuid, limit=limit + 1, before=before)
        page = found[:limit]
        return page, page[-1].number if len(found) > limit else None

    async def counter_wh(self, reference: str) -> float:
        """Return what a plug has used since it came, which never becomes less.

        Raises:
            NotFound, Conflict: no such plug, or several.
        """
        meter = (await self._reports.meters()).get(self._registry.find(reference).uuid)
        return meter.total_j / WH_J if meter else 0.0

    async def counters_j(self) -> dict[Uuid, int]:
        """Return the same of all plugs, in joules."""
        return {uuid: meter.total_j for uuid, meter in (await self._reports.meters()).items()}

    async def totals(
        self, by: By, grain: Grain, first: date, last: date, *, references: list[str] | None = None
    ) -> list[Total]:
        """Return what was used from one day to another, both included, in stretches of `grain`, in order of days.

        Args:
            by: whose energy is one sum.
            grain: day, week, month, year or all.
            first: the first day.
            last: the last one.
            references: of which plugs; None: all.

        Raises:
            NotFound, Conflict: no such plug, or several.
            UsageError: no such grain, or too much at once.
        """
        plugs = {plug.uuid: plug for plug in self._plugs(references)}
        totals: dict[tuple[date, str], Total] = {}
        for each in await self._reports.sums(grain, first, last):
            if each.uuid not in plugs:
                continue
            key, name = _key(plugs[each.uuid], by)
            before = totals.get((each.begin, key))
            costs = [cost for cost in (each.cost, before.cost if before else None) if cost is not None]
            totals[each.begin, key] = Total(
                key=key,
                name=name,
                begin=each.begin,
                energy_wh=each.energy_wh + (before.energy_wh if before else 0.0),
                covered_s=each.covered_s + (before.covered_s if before else 0.0),
                cost=sum(costs) if costs else None,
                unpriced_wh=each.unpriced_wh + (before.unpriced_wh if before else 0.0),
            )
        return list(totals.values())

    async def compare(self, period: Grain) -> list[Comparison]:
        """Return what each plug has used since this period began, beside the one before.

        Raises:
            UsageError: no such period.
        """
        if period not in _PERIODS:
            raise UsageError(f"{period.value!r} is no period.", hint="Use day, week, month or year.")
        now_s = self.now_s()
        begin_s, before_s, same_s, end_s = same_time_before(self.calendar, now_s, period)
        used = await self._reports.used_wh(begin_s, now_s + 1)
        before = await self._reports.used_wh(before_s, same_s)
        whole = await self._reports.used_wh(before_s, end_s)
        return [
            Comparison(
                uuid=plug.uuid.text,
                name=plug.name,
                used_wh=used.get(plug.uuid, 0.0),
                before_wh=before.get(plug.uuid, 0.0),
                whole_before_wh=whole.get(plug.uuid, 0.0),
            )
            for plug in self._registry.all()
            if plug.uuid in used or plug.uuid in whole
        ]

    async def table(
        self, grain: Grain, first: date, last: date, *, references: list[str] | None = None
    ) -> AsyncIterator[list[tuple[str, str, str, str, float, float]]]:
        """Yield rows of plug, uuid, room, start, energy in Wh, covered seconds: plug by plug, some at a time.

        Args:
            grain: of the rows.
            first: the first day.
            last: the last one, included.
            references: of which plugs; None: all.

        Raises:
            NotFound, Conflict: no such plug, or several.
            UsageError: no such grain.
        """
        slice_days = _SLICE_DAYS.get(grain)
        for plug in self._plugs(references):
            begin = first
            while begin <= last:
                end = last if slice_days is None else min(begin + timedelta(days=slice_days - 1), last)
                span = self.calendar.begin(begin), self.calendar.end(end)
                series = await self._reports.series(plug.uuid, grain, *span)
                yield [
                    (
                        plug.name,
                        plug.uuid.text,
                        plug.room,
                        self._written(start_s, grain),
                        energy_wh,
                        covered_s,
                    )
                    for start_s, energy_wh, covered_s in zip(
                        series.starts_s, series.energy_wh, series.covered_s, strict=True
                    )
                ]
                begin = end + timedelta(days=1)

    def _plugs(self, references: list[str] | None) -> list[PlugRecord]:
        return [self._registry.find(each) for each in references] if references else self._registry.all()

    def _written(self, start_s: int, grain: Grain) -> str:
        moment = self.calendar.moment(start_s)
        return moment.isoformat() if grain in {Grain.MINUTE, Grain.HOUR} else moment.date().isoformat()


def csv_lines(rows: list[tuple[str, str, str, str, float, float]], *, has_head: bool) -> str:
    """Write rows as CSV; what would be a formula to a spreadsheet is written so that it is none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if has_head:
        writer.writerow(_TABLE)
    for plug, uuid, room, start, energy_wh, covered_s in rows:
        writer.writerow((_tame(plug), uuid, _tame(room), start, f"{energy_wh:.3f}", f"{covered_s:.0f}"))
    return text.getvalue()


def _tame(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _key(plug: PlugRecord, by: By) -> tuple[str, str]:
    match by:
        case By.PLUG:
            return plug.uuid.text, plug.name
        case By.ROOM:
            return plug.room, plug.room
    return "", ""
