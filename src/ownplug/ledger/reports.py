"""What was used, when: series of one plug, sums of all, at the grain that somebody wants, by the owner's days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial

from ownplug.aio.thread import in_thread
from ownplug.core.energy.calendar import Calendar, day_number, day_of_number
from ownplug.core.energy.kept import CorrectionRow, MeterRow, Shelf
from ownplug.core.energy.reconcile import WH_J
from ownplug.core.errors import OwnplugError, UsageError
from ownplug.core.identity import Uuid
from ownplug.ledger.ledger import Ledger
from ownplug.ledger.ports import EnergyStore
from ownplug.ledger.stretches import Grain, begin_of
from ownplug.ledger.told import PartSeries, Peak, SampleSeries, Series, Sum

MOST_POINTS = 50_000
"""In one answer; a year has 8,760 hours."""

MOST_ROWS = 1_000_000
"""Of the store, summed up for one answer; the minutes of a day of 600 plugs, or the hours of a year of 100."""

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400

Prices = Callable[[int, int], Mapping[int, float | None]]
"""Prices of a kilowatt-hour, by when each hour between two moments begins; None: it has none."""

Cost = tuple[float | None, float]
"""Money, None where nothing has a price; and the watt-hours that have none."""


class Reports:
    """What may be asked of a ledger.

    Args:
        ledger: what is asked.
        prices: what energy costs; None: nobody knows.
    """

    def __init__(self, ledger: Ledger, prices: Prices | None = None) -> None:
        self._ledger = ledger
        self._prices = prices

    @property
    def calendar(self) -> Calendar:
        """Hours and days of the owner's zone."""
        return self._ledger.calendar

    async def meters(self) -> dict[Uuid, MeterRow]:
        """Return the meters of all plugs, with their totals."""
        store = await self._up_to_date()
        return {row.uuid: row for row in await store.meters()} if store else {}

    async def series(self, uuid: Uuid, grain: Grain, from_s: int, to_s: int) -> Series:
        """Return what a plug used between two moments.

        Raises:
            UsageError: that would be too many points, or too coarse.
        """
        shelf, step_s = _shelf(grain)
        _check_points(from_s, to_s, step_s)
        found = await self._meter(uuid)
        if found is None:
            return Series(starts_s=[], energy_wh=[], covered_s=[])
        store, meter = found
        match shelf:
            case Shelf.MINUTES:
                return _series(await store.minutes(meter.number, from_s, to_s))
            case Shelf.HOURS:
                return _series(await store.series(meter.number, from_s, to_s))
            case Shelf.DAYS:
                days = await store.days(*self._days_of(from_s, to_s), meter.number)
                rows = [(day, joules, covered) for _, day, joules, covered in days]
                return _series(self._by_stretch(rows, grain, from_s))

    async def parts(
        self, parts: Mapping[Uuid, str], grain: Grain, from_s: int, to_s: int
    ) -> dict[str, PartSeries]:
        """Return what parts of the home used between two moments; parts of which nothing is known are left out.

        Args:
            parts: of each plug that is asked for, to which part it belongs.
            grain: minute, hour, day, week or month.
            from_s: the first moment.
            to_s: what is no longer in it.

        Raises:
            UsageError: that would be too much at once, or too coarse.
        """
        shelf, step_s = _shelf(grain)
        names = sorted(set(parts.values()))
        _check_points(from_s, to_s, step_s, series=len(names), plugs=len(parts))
        store = await self._up_to_date()
        if store is None:
            return {}
        meters = {row.number: parts[row.uuid] for row in await store.meters() if row.uuid in parts}
        numbered = {number: names.index(name) for number, name in meters.items()}
        span = self._days_of(from_s, to_s) if shelf is Shelf.DAYS else (from_s, to_s)
        rows: dict[str, list[tuple[int, int, int]]] = {}
        for part, *row in await store.part_sums(shelf, numbered, *span):
            rows.setdefault(names[part], []).append((row[0], row[1], row[2]))
        plugs = Counter(meters[number] for number in await store.holding(shelf, meters, *span))
        return {
            name: PartSeries(
                plugs=plugs[name],
                series=_series(self._by_stretch(found, grain, from_s) if shelf is Shelf.DAYS else found),
            )
            for name, found in rows.items()
        }

    async def peaks(self, uuids: Collection[Uuid], from_s: int, to_s: int) -> list[Peak]:
        """Return the highest power of plugs between two moments; those without samples are left out."""
        store = await self._up_to_date()
        if store is None:
            return []
        meters = {row.number: row.uuid for row in await store.meters() if row.uuid in uuids}
        return [
            Peak(uuid=meters[meter], power_w=power_mw / 1000, at_s=at_ms / 1000)
            for meter, power_mw, at_ms in await store.peaks(meters, from_s * 1000, to_s * 1000)
        ]

    async def samples(self, uuid: Uuid, from_s: float, to_s: float, *, limit: int) -> SampleSeries:
        """Return samples of a plug between two moments, at most `limit`."""
        found = await self._meter(uuid)
        if found is None:
            return SampleSeries(at_s=[], power_w=[], voltage_v=[], current_a=[], on=[])
        store, meter = found
        rows = await store.samples(meter.number, round(from_s * 1000), round(to_s * 1000), limit)
        return SampleSeries(
            at_s=[row.at_ms / 1000 for row in rows],
            power_w=[row.power_mw / 1000 for row in rows],
            voltage_v=[row.voltage_mv / 1000 for row in rows],
            current_a=[row.current_ma / 1000 for row in rows],
            on=[row.is_on for row in rows],
        )

    async def corrections(self, uuid: Uuid, *, limit: int, before: int | None) -> list[CorrectionRow]:
        """Return what was corrected of a plug, newest first; those before the number `before`."""
        found = await self._meter(uuid)
        return (
            [] if found is None else await found[0].corrections(found[1].number, limit=limit, before=before)
        )

    async def sums(self, grain: Grain, first: date, last: date) -> list[Sum]:
        """Return what each plug used from one day to another, both included, in stretches of `grain`, in order of days.

        Raises:
            UsageError: the grain is finer than a day, or that would be too many stretches.
        """
        if grain in {Grain.MINUTE, Grain.HOUR}:
            raise UsageError(
                f"Sums have no grain {grain.value!r}.", hint="Use day, week, month, year or all."
            )
        store = await self._up_to_date()
        if store is None or last < first:
            return []
        meters = {row.number: row.uuid for row in await store.meters()}
        rows = await store.days(day_number(first), day_number(last) + 1, None)
        sums: dict[tuple[date, int], list[float]] = {}
        for meter, day, joules, covered_ms in rows:
            entry = sums.setdefault((begin_of(day_of_number(day), grain, first), meter), [0.0, 0.0])
            entry[0] += joules / WH_J
            entry[1] += covered_ms / 1000
        if len(sums) > MOST_POINTS:
            raise UsageError(
                f"That would be more than {MOST_POINTS:,} sums.",
                hint="Ask for fewer days, or a coarser grain.",
            )
        costs = await self._costs(store, sums, rows, partial(begin_of, grain=grain, first=first))
        return [
            Sum(
                uuid=meters[meter],
                begin=begin,
                energy_wh=energy_wh,
                covered_s=covered_s,
                cost=costs.get((begin, meter), (None, energy_wh))[0],
                unpriced_wh=costs.get((begin, meter), (None, energy_wh))[1],
            )
            for (begin, meter), (energy_wh, covered_s) in sorted(sums.items())
            if meter in meters
        ]

    async def used_wh(self, from_s: int, to_s: int) -> dict[Uuid, float]:
        """Return what each plug used between two moments; of an hour that is cut, its share."""
        store = await self._up_to_date()
        if store is None or to_s <= from_s:
            return {}
        meters = {row.number: row.uuid for row in await store.meters()}
        cut_s, _ = self.calendar.hour(to_s)
        used = await store.sums(from_s, max(cut_s, from_s))
        if cut_s < to_s:
            share = (to_s - cut_s) / _HOUR_S if to_s < self._now_s() - _MINUTE_S else 1.0
            for meter, joules in (await store.sums(max(cut_s, from_s), cut_s + 1)).items():
                used[meter] = used.get(meter, 0) + round(share * joules)
        return {meters[meter]: joules / WH_J for meter, joules in used.items() if meter in meters}

    async def _up_to_date(self) -> EnergyStore | None:
        """Return the store, with all that has come in it; where its disk is full, with what there is."""
        with suppress(OwnplugError):  # which the ledger tells, and tries again
            await self._ledger.write_now()
        return self._ledger.store

    async def _meter(self, uuid: Uuid) -> tuple[EnergyStore, MeterRow] | None:
        store, meter = self._ledger.store, (await self.meters()).get(uuid)
        return None if store is None or meter is None else (store, meter)

    def _days_of(self, from_s: int, to_s: int) -> tuple[int, int]:
        """Return the number of the first day that a span touches, and of the one after the last."""
        return day_number(self.calendar.day(from_s)), day_number(self.calendar.day(to_s - 1)) + 1

    def _by_stretch(
        self, days: Sequence[tuple[int, int, int]], grain: Grain, from_s: int
    ) -> list[tuple[int, int, int]]:
        """Sum up days, by when the stretch of each begins."""
        first = self.calendar.day(from_s)
        sums: dict[date, list[int]] = {}
        for day, joules, covered_ms in days:
            entry = sums.setdefault(begin_of(day_of_number(day), grain, first), [0, 0])
            entry[0] += joules
            entry[1] += covered_ms
        return [(self.calendar.begin(begin), joules, covered) for begin, (joules, covered) in sums.items()]

    async def _costs(
        self,
        store: EnergyStore,
        sums: Mapping[tuple[date, int], Sequence[float]],
        days: Sequence[tuple[int, int, int, int]],
        stretch: Callable[[date], date],
    ) -> dict[tuple[date, int], Cost]:
        """Return what each sum costs; hours are only read where they do not all have one price."""
        ask = self._prices
        if ask is None or not days:
            return {}
        numbers = [day for _, day, _, _ in days]
        from_s = self.calendar.begin(day_of_number(min(numbers)))
        to_s = self.calendar.end(day_of_number(max(numbers)))
        prices = await in_thread(lambda: ask(from_s, to_s))
        if len(set(prices.values())) == 1:
            [price] = set(prices.values())
            return {key: _cost(price, energy_wh) for key, (energy_wh, _) in sums.items()}
        costs: dict[tuple[date, int], Cost] = {}
        for meter in {meter for meter, *_ in days}:
            hours = await store.series(meter, from_s, to_s)
            priced = await in_thread(partial(self._priced, hours, prices, stretch))
            costs |= {(begin, meter): cost for begin, cost in priced.items()}
        return costs

    def _priced(
        self,
        hours: Sequence[tuple[int, int, int]],
        prices: Mapping[int, float | None],
        stretch: Callable[[date], date],
    ) -> dict[date, Cost]:
        costs: dict[date, Cost] = {}
        for start_s, joules, _ in hours:
            begin = stretch(day_of_number(self.calendar.hour(start_s)[1]))
            money, unpriced_wh = _cost(prices.get(start_s), joules / WH_J)
            before, unpriced_before_wh = costs.get(begin, (None, 0.0))
            paid = [part for part in (before, money) if part is not None]
            costs[begin] = sum(paid) if paid else None, unpriced_before_wh + unpriced_wh
        return costs

    def _now_s(self) -> float:
        return self._ledger.now_s()


def _cost(price: float | None, energy_wh: float) -> Cost:
    return (None, energy_wh) if price is None else (price * energy_wh / 1000, 0.0)


def _shelf(grain: Grain) -> tuple[Shelf, int]:
    """Return from where a series of that grain is read, and how many seconds one entry there stands for."""
    match grain:
        case Grain.MINUTE:
            return Shelf.MINUTES, _MINUTE_S
        case Grain.HOUR:
            return Shelf.HOURS, _HOUR_S
        case Grain.DAY | Grain.WEEK | Grain.MONTH:
            return Shelf.DAYS, _DAY_S
    raise UsageError(f"A series has no grain {grain.value!r}.", hint="Use minute, hour, day, week or month.")


def _check_points(from_s: int, to_s: int, step_s: int, *, series: int = 1, plugs: int = 1) -> None:
    steps = (to_s - from_s) // step_s
    for count, most, what in ((steps * series, MOST_POINTS, "points"), (steps * plugs, MOST_ROWS, "entries")):
        if count > most:
            raise UsageError(
                f"That would be more than {most:,} {what}.", hint="Ask for less, or a coarser grain."
            )


def _series(rows: Sequence[tuple[int, int, int]]) -> Series:
    return Series(
        starts_s=[row[0] for row in rows],
        energy_wh=[row[1] / WH_J for row in rows],
        covered_s=[row[2] / 1000 for row in rows],
    )
