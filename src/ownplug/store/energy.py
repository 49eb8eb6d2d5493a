"""Energy as rows. What is added comes often and in batches; what is asked for may be long and is read apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ownplug.core.energy.book import Mark, Sample
from ownplug.core.energy.calendar import day_number, day_of_number
from ownplug.core.energy.kept import Batch, CorrectionRow, DaysZone, MeterRow, Shelf
from ownplug.core.energy.reconcile import Correction, Hour, Reason, Told
from ownplug.core.identity import Uuid
from ownplug.store.energy_parts import holding, peaks_of, sums_of
from ownplug.store.sqlite import Database, Query, Rows

_HOUR_S = 3600

# What comes after a correction downwards first makes up for it: whoever has seen the total never sees less.
_SUM_UP = """
    UPDATE energy_meter SET
      total_j = total_j + max(0, ?1 - held_j), held_j = max(0, held_j - ?1), summed_ms = ?2, summed_mw = ?3
    WHERE number = ?4"""

_ADD_SAMPLE = "INSERT OR REPLACE INTO energy_sample VALUES (?, ?, ?, ?, ?, ?)"
_ADD = """
    INSERT INTO {table} (meter, {key}, measured_j, covered_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET measured_j = measured_j + excluded.measured_j, covered_ms = covered_ms + excluded.covered_ms"""
_ADD_MINUTE = _ADD.format(table="energy_minute", key="start_s")
_ADD_HOUR = _ADD.format(table="energy_hour", key="start_s")
_ADD_DAY = _ADD.format(table="energy_day", key="day")

_CORRECT = """
    INSERT INTO {table} (meter, {key}, corrected_j) VALUES (?, ?, ?) ON CONFLICT DO UPDATE
    SET corrected_j = excluded.corrected_j"""
_CORRECT_HOUR = _CORRECT.format(table="energy_hour", key="start_s")
_CORRECT_DAY = _CORRECT.format(table="energy_day", key="day")
_RAISE_BY_DAY = """
    UPDATE energy_meter SET
      total_j = total_j + max(0, ? - held_j - before.j), held_j = max(0, held_j + before.j - ?)
    FROM (SELECT coalesce(max(corrected_j), 0) AS j FROM energy_day WHERE meter = ? AND day = ?) AS before
    WHERE number = ?"""
_TELL = "INSERT OR REPLACE INTO energy_told VALUES (?, ?, ?, ?)"
_NOTE = """
    INSERT OR IGNORE INTO energy_correction (meter, at, day, reason, before_wh, after_wh, told_wh, uncovered_s)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""

_BETWEEN_SAMPLES = """
    SELECT coalesce(sum({power} * (at_ms - before_ms)), 0) FROM (
      SELECT at_ms, power_mw, lag(at_ms) OVER later AS before_ms, lag(power_mw) OVER later AS before_mw
      FROM energy_sample WHERE meter = ? AND at_ms >= ? AND at_ms < ? WINDOW later AS (ORDER BY at_ms))
    WHERE at_ms - before_ms <= ?"""
_DOUBT = _BETWEEN_SAMPLES.format(power="abs(power_mw - before_mw)")
_MEASURED = _BETWEEN_SAMPLES.format(power="(max(power_mw, 0) + max(before_mw, 0)) / 2")
_MICROJOULES = 1_000_000
_END_OF_TIME_MS = 2**62

_UNSUMMED = """
    SELECT number, at_ms, power_mw, voltage_mv, current_ma, is_on FROM energy_meter
    JOIN energy_sample ON meter = number AND at_ms > coalesce(summed_ms, -1) AND at_ms <= ?
    ORDER BY number, at_ms"""


class EnergyRows:
    """Energy in the home's database; fits `ownplug.ledger.EnergyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def meters(self) -> list[MeterRow]:
        """See `EnergyStore.meters`."""
        return [
            MeterRow(
                number=number,
                uuid=Uuid(uuid),
                channel=channel,
                total_j=total_j,
                mark=None if summed_ms is None else Mark(at_ms=summed_ms, power_mw=summed_mw),
            )
            for number, uuid, channel, total_j, summed_ms, summed_mw in await self._database.look(
                "SELECT number, uuid, channel, total_j, summed_ms, summed_mw FROM energy_meter ORDER BY number"
            )
        ]

    async def unsummed(self, until_ms: int) -> list[tuple[int, Sample]]:
        """See `EnergyStore.unsummed`."""
        return [(meter, _sample(sample)) for meter, *sample in await self._database.look(_UNSUMMED, until_ms)]

    async def meter(self, uuid: Uuid, channel: int) -> int | None:
        """See `EnergyStore.meter`."""
        await self._database.write(
            "INSERT OR IGNORE INTO energy_meter (uuid, channel) SELECT uuid, ? FROM plug WHERE uuid = ?",
            channel,
            uuid.text,
        )
        found = await self._database.all(
            "SELECT number FROM energy_meter WHERE uuid = ? AND channel = ?",
            lambda row: int(row[0]),
            uuid.text,
            channel,
        )
        return found[0] if found else None

    async def add(self, batch: Batch) -> None:
        """See `EnergyStore.add`."""
        await self._database.add_many(lambda query: _added(_of_known(batch, query)))

    async def hours(self, meter: int, from_s: int, to_s: int) -> list[Hour]:
        """See `EnergyStore.hours`."""
        rows = await self._database.look(
            "SELECT start_s, measured_j, covered_ms, corrected_j FROM energy_hour"
            " WHERE meter = ? AND start_s >= ? AND start_s < ? ORDER BY start_s",
            meter,
            from_s,
            to_s,
        )
        return [
            Hour(
                start_s=start_s,
                length_s=_HOUR_S,
                measured_j=measured_j,
                covered_ms=covered,
                corrected_j=corrected,
            )
            for start_s, measured_j, covered, corrected in rows
        ]

    async def told(self, meter: int, from_day: int) -> list[Told]:
        """See `EnergyStore.told`."""
        rows = await self._database.look(
            "SELECT day, energy_wh, updated_s FROM energy_told WHERE meter = ? AND day >= ? ORDER BY day",
            meter,
            from_day,
        )
        return [
            Told(day=day_of_number(day), energy_wh=wh, updated_s=updated_s) for day, wh, updated_s in rows
        ]

    async def weighed(
        self, meter: int, told: Sequence[Told], corrections: Sequence[Correction], at: datetime
    ) -> None:
        """See `EnergyStore.weighed`."""
        await self._database.add_many(
            lambda query: _weighed(meter, told, corrections, at) if meter in _known(query) else ()
        )

    async def corrections(self, meter: int, *, limit: int, before: int | None) -> list[CorrectionRow]:
        """See `EnergyStore.corrections`."""
        rows = await self._database.look(
            "SELECT number, at, day, reason, before_wh, after_wh, told_wh, uncovered_s FROM energy_correction"
            " WHERE meter = ? AND (? IS NULL OR number < ?) ORDER BY number DESC LIMIT ?",
            meter,
            before,
            before,
            limit,
        )
        return [
            CorrectionRow(
                number=number,
                at=datetime.fromisoformat(at),
                correction=Correction(
                    day=day_of_number(day),
                    reason=Reason(reason),
                    before_wh=before_wh,
                    after_wh=after_wh,
                    told_wh=told_wh,
                    uncovered_s=uncovered_s,
                ),
            )
            for number, at, day, reason, before_wh, after_wh, told_wh, uncovered_s in rows
        ]

    async def samples(self, meter: int, from_ms: int, to_ms: int, limit: int) -> list[Sample]:
        """See `EnergyStore.samples`."""
        rows = await self._database.look(
            "SELECT at_ms, power_mw, voltage_mv, current_ma, is_on FROM energy_sample"
            " WHERE meter = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms LIMIT ?",
            meter,
            from_ms,
            to_ms,
            limit,
        )
        return [_sample(row) for row in rows]

    async def doubt_j(self, meter: int, from_ms: int, to_ms: int, gap_ms: int) -> int:
        """See `EnergyStore.doubt_j`."""
        [(doubt_uj,)] = await self._database.look(_DOUBT, meter, from_ms, to_ms, gap_ms)
        return int(doubt_uj) // _MICROJOULES

    async def measured_j(self, meter: int, from_ms: int, gap_ms: int) -> int:
        """See `EnergyStore.measured_j`."""
        [(used_uj,)] = await self._database.look(_MEASURED, meter, from_ms, _END_OF_TIME_MS, gap_ms)
        return int(used_uj) // _MICROJOULES

    async def minutes(self, meter: int, from_s: int, to_s: int) -> list[tuple[int, int, int]]:
        """See `EnergyStore.minutes`."""
        return await self._database.look(
            "SELECT start_s, measured_j, covered_ms FROM energy_minute"
            " WHERE meter = ? AND start_s >= ? AND start_s < ? ORDER BY start_s",
            meter,
            from_s,
            to_s,
        )

    async def series(self, meter: int, from_s: int, to_s: int) -> list[tuple[int, int, int]]:
        """See `EnergyStore.series`."""
        return await self._database.look(
            "SELECT start_s, measured_j + corrected_j, covered_ms FROM energy_hour"
            " WHERE meter = ? AND start_s >= ? AND start_s < ? ORDER BY start_s",
            meter,
            from_s,
            to_s,
        )

    async def days(self, from_day: int, to_day: int, meter: int | None) -> list[tuple[int, int, int, int]]:
        """See `EnergyStore.days`."""
        if meter is None:
            return await self._database.look(
                "SELECT meter, day, measured_j + corrected_j, covered_ms FROM energy_day"
                " WHERE day >= ? AND day < ? ORDER BY day, meter",
                from_day,
                to_day,
            )
        return await self._database.look(
            "SELECT meter, day, measured_j + corrected_j, covered_ms FROM energy_day"
            " WHERE meter = ? AND day >= ? AND day < ? ORDER BY day",
            meter,
            from_day,
            to_day,
        )

    async def sums(self, from_s: int, to_s: int) -> dict[int, int]:
        """See `EnergyStore.sums`."""
        return dict(
            await self._database.look(
                "SELECT number, sum(measured_j + corrected_j) FROM energy_meter JOIN energy_hour ON meter = number"
                " WHERE start_s >= ? AND start_s < ? GROUP BY number",
                from_s,
                to_s,
            )
        )

    async def part_sums(
        self, shelf: Shelf, parts: Mapping[int, int], begin: int, end: int
    ) -> list[tuple[int, int, int, int]]:
        """See `EnergyStore.part_sums`."""
        return await sums_of(self._database, shelf, parts, begin, end)

    async def holding(self, shelf: Shelf, meters: Collection[int], begin: int, end: int) -> set[int]:
        """See `EnergyStore.holding`."""
        return await holding(self._database, shelf, meters, begin, end)

    async def peaks(self, meters: Collection[int], from_ms: int, to_ms: int) -> list[tuple[int, int, int]]:
        """See `EnergyStore.peaks`."""
        return await peaks_of(self._database, meters, from_ms, to_ms)

    async def first_day(self) -> int | None:
        """See `EnergyStore.first_day`."""
        [(day,)] = await self._database.look("SELECT min(day) FROM energy_day")
        return None if day is None else int(day)

    async def zone(self) -> DaysZone | None:
        """See `EnergyStore.zone`."""
        rows = await self._database.look("SELECT name, since_day FROM energy_zone")
        return DaysZone(name=rows[0][0], since_day=rows[0][1]) if rows else None

    async def hour_days(self, days: Mapping[int, tuple[int, int]], zone: DaysZone) -> None:
        """See `EnergyStore.hour_days`."""
        summed = """
            INSERT INTO energy_day SELECT meter, ?, sum(measured_j), sum(covered_ms), sum(corrected_j) FROM energy_hour
            WHERE start_s >= ? AND start_s < ? GROUP BY meter"""
        rows = [(day, from_s, to_s) for day, (from_s, to_s) in days.items()]
        zones = "INSERT OR REPLACE INTO energy_zone (id, name, since_day) VALUES (1, ?, ?)"
        await self._database.add_many(
            lambda _: [
                ("DELETE FROM energy_day", [()]),
                (summed, rows),
                (zones, [(zone.name, zone.since_day)]),
            ]
        )

    async def prune(self, *, samples_before_ms: int, minutes_before_s: int) -> None:
        """See `EnergyStore.prune`."""
        meters = [row[0] for row in await self._database.look("SELECT number FROM energy_meter")]
        await self._database.add_many(
            lambda _: [
                (
                    "DELETE FROM energy_sample WHERE meter = ? AND at_ms < ?",
                    [(meter, samples_before_ms) for meter in meters],
                ),
                (
                    "DELETE FROM energy_minute WHERE meter = ? AND start_s < ?",
                    [(meter, minutes_before_s) for meter in meters],
                ),
            ]
        )


def _known(query: Query) -> set[int]:
    return {number for (number,) in query("SELECT number FROM energy_meter")}


def _of_known(batch: Batch, query: Query) -> Batch:
    """Leave out what is of a meter that was forgotten just now."""
    gone = {meter for meter, _ in batch.samples} | batch.marks.keys()
    gone -= _known(query)
    return batch.without(gone) if gone else batch


def _added(batch: Batch) -> Iterator[Rows]:
    yield _ADD_SAMPLE, [(meter, *sample) for meter, sample in batch.samples]
    yield _ADD_MINUTE, [(meter, start_s, j, ms) for (meter, start_s), (j, ms) in batch.minutes.items()]
    hours: list[tuple[int, int, int, int]] = []
    days: dict[tuple[int, int], list[int]] = {}
    raised: dict[int, int] = {}
    for (meter, start_s, day), (joules, covered_ms) in batch.hours.items():
        hours.append((meter, start_s, joules, covered_ms))
        summed = days.setdefault((meter, day), [0, 0])
        summed[0] += joules
        summed[1] += covered_ms
        raised[meter] = raised.get(meter, 0) + joules
    yield _ADD_HOUR, hours
    yield _ADD_DAY, [(meter, day, j, ms) for (meter, day), (j, ms) in days.items()]
    yield (
        _SUM_UP,
        [(raised.get(meter, 0), mark.at_ms, mark.power_mw, meter) for meter, mark in batch.marks.items()],
    )


def _weighed(
    meter: int, told: Sequence[Told], corrections: Sequence[Correction], at: datetime
) -> Iterator[Rows]:
    for correction in corrections:
        day = day_number(correction.day)
        if correction.hours is not None:
            corrected_j = sum(correction.hours.values())
            yield _RAISE_BY_DAY, [(corrected_j, corrected_j, meter, day, meter)]
            yield _CORRECT_HOUR, [(meter, start_s, joules) for start_s, joules in correction.hours.items()]
            yield _CORRECT_DAY, [(meter, day, corrected_j)]
        yield (
            _NOTE,
            [
                (
                    meter,
                    at.astimezone(UTC).isoformat(timespec="microseconds"),
                    day,
                    correction.reason.value,
                    correction.before_wh,
                    correction.after_wh,
                    correction.told_wh,
                    correction.uncovered_s,
                )
            ],
        )
    yield _TELL, [(meter, day_number(each.day), each.energy_wh, each.updated_s) for each in told]


def _sample(row: Sequence[Any]) -> Sample:
    at_ms, power_mw, voltage_mv, current_ma, is_on = row
    return Sample(
        at_ms=at_ms,
        power_mw=power_mw,
        voltage_mv=voltage_mv,
        current_ma=current_ma,
        is_on=None if is_on is None else bool(is_on),
    )
