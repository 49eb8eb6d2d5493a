"""Energy of several meters at one go: summed up, and the highest power of each; all inside the database."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from ownplug.core.energy.kept import Shelf
from ownplug.store.sqlite import Database

_TABLES = {
    Shelf.MINUTES: ("energy_minute", "start_s", "measured_j"),
    Shelf.HOURS: ("energy_hour", "start_s", "measured_j + corrected_j"),
    Shelf.DAYS: ("energy_day", "day", "measured_j + corrected_j"),
}
# A CROSS JOIN keeps its order: of each meter a stretch of its own rows is read, never those of meters not asked for.
_SUMS = """
    SELECT part.value, {key}, sum({joules}), sum(covered_ms)
    FROM json_each(?) AS part CROSS JOIN {table} ON meter = CAST(part.key AS INTEGER)
    WHERE {key} >= ? AND {key} < ? GROUP BY part.value, {key} ORDER BY part.value, {key}"""
_HOLDING = """
    SELECT meter.value FROM json_each(?) AS meter WHERE EXISTS
    (SELECT 1 FROM {table} WHERE meter = meter.value AND {key} >= ? AND {key} < ?)"""
# Of the row with the maximum SQLite also tells the other columns.
_PEAKS = """
    SELECT sample.meter, max(power_mw), at_ms
    FROM json_each(?) AS wanted CROSS JOIN energy_sample AS sample ON sample.meter = wanted.value
    WHERE at_ms >= ? AND at_ms < ? GROUP BY sample.meter"""


async def sums_of(
    database: Database, shelf: Shelf, parts: Mapping[int, int], begin: int, end: int
) -> list[tuple[int, int, int, int]]:
    """See `EnergyStore.part_sums`."""
    table, key, joules = _TABLES[shelf]
    sql = _SUMS.format(table=table, key=key, joules=joules)
    return await database.look(sql, json.dumps(parts), begin, end)


async def holding(
    database: Database, shelf: Shelf, meters: Collection[int], begin: int, end: int
) -> set[int]:
    """See `EnergyStore.holding`."""
    table, key, _ = _TABLES[shelf]
    rows = await database.look(_HOLDING.format(table=table, key=key), json.dumps(sorted(meters)), begin, end)
    return {meter for (meter,) in rows}


async def peaks_of(
    database: Database, meters: Collection[int], from_ms: int, to_ms: int
) -> list[tuple[int, int, int]]:
    """See `EnergyStore.peaks`."""
    return await database.look(_PEAKS, json.dumps(sorted(meters)), from_ms, to_ms)
