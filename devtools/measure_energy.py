"""The energy ledger beside a bare loop over `sqlite3`: samples taken, a chart read, the size on the disk."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from devtools.measure_mqtt import Comparison, Effort
from devtools.measure_servers import core_used_s
from devtools.measure_table import Aim, Sample, percentile
from ownplug.core.energy.book import Mark
from ownplug.core.energy.book import Sample as MeterSample
from ownplug.core.energy.kept import Batch
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.core.state import PlugState, Reading, RelayState
from ownplug.ledger import Ledger
from ownplug.store import SqliteStore

OURS, BARE = "ours", "bare sqlite3"

PLUGS = 100
BATCHES = 600
CHARTS = 200
BATCH = PLUGS // 2  # what half a second brings where each plug is read every second

TAKEN = Aim(what=f"samples of {PLUGS} plugs taken, {BATCH} a batch", unit="a second", ratio=0.5)
CHART_P50 = Aim(
    what=f"a year by hours of one of {PLUGS} plugs, p50", unit="ms", ratio=2.0, more_is_better=False
)
CHART_P99 = Aim(
    what=f"a year by hours of one of {PLUGS} plugs, p99", unit="ms", ratio=2.0, more_is_better=False
)

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_BEGIN_S = int(_BEGIN.timestamp())
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60
_YEAR_DAYS, _MINUTE_DAYS, _SAMPLE_DAYS, _SAMPLE_EVERY_S = 365, 90, 7, 30
_HALF_S = 0.5
_ON = (RelayState(channel=0, on=True),)
_INSERT = "INSERT INTO energy_sample VALUES (?, ?, ?, ?, ?, ?)"
_SERIES = (  # what `EnergyStore.series` asks
    "SELECT start_s, measured_j + corrected_j, covered_ms FROM energy_hour"
    " WHERE meter = ? AND start_s >= ? AND start_s < ? ORDER BY start_s"
)


class Ticks:
    """A clock that moves when it is told to, so that the ledger writes when it is told to, and sums when it would."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def now(self) -> datetime:
        """See `Clock.now`."""
        return _BEGIN + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.passed_s

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.get_running_loop().create_future()


class Stopwatch:
    """Adds up the time of what runs inside `with`, and how much of the machine others used meanwhile."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.laps: list[float] = []
        self._used_s, self._own_s, self._made_s = _used_s(), process_time(), perf_counter()

    def __enter__(self) -> None:
        self._began_s = perf_counter()

    def __exit__(self, *_: object) -> None:
        self.laps.append(perf_counter() - self._began_s)
        self.seconds += self.laps[-1]

    def sample(self, value: float) -> Sample:
        """`value`, with the share of a core that other programs have used since this was made."""
        foreign_s = _used_s() - self._used_s - (process_time() - self._own_s)
        return Sample(value=value, foreign=max(0.0, foreign_s / (perf_counter() - self._made_s)))


def compare_energy(effort: Effort) -> Comparison:
    """Measure everything, in turns; only `effort.rounds` counts here."""
    found = Comparison(candidates=[OURS, BARE])
    with tempfile.TemporaryDirectory(prefix="ownplug-measure-") as name:
        folder = Path(name)
        year = folder / "year.sqlite3"
        asyncio.run(fill_a_year(year))
        for turn in range(effort.rounds):
            print(f"measuring energy: round {turn + 1} of {effort.rounds} ...", file=sys.stderr, flush=True)
            found.add(TAKEN, OURS, asyncio.run(taken_by_the_ledger(folder / f"ours-{turn}.sqlite3")))
            found.add(TAKEN, BARE, asyncio.run(taken_by_a_loop(folder / f"bare-{turn}.sqlite3")))
            meters = random.Random(turn).choices(range(1, PLUGS + 1), k=CHARTS)  # noqa: S311 - which are drawn
            _note_charts(found, OURS, asyncio.run(charts_by_the_store(year, meters)))
            _note_charts(found, BARE, charts_by_a_connection(year, meters))
        found.notes.append(size_of_a_year(folder / "size.sqlite3"))
    return found


async def taken_by_the_ledger(path: Path) -> Sample:
    """How many samples a second the ledger takes: heard, integrated, and on the disk."""
    clock, states = Ticks(), dict.fromkeys(_uuids(PLUGS), PlugState(relays=_ON))
    async with SqliteStore(path) as store:
        await _take_in(store, states)
        ledger = Ledger(clock, zone="Europe/Berlin", interval_s=1.0)
        async with ledger.kept_in(store.energy):
            watch = Stopwatch()
            for number, batch in enumerate(batches(BATCHES + 2)):
                heard = [(uuid, states[uuid], _state(sample)) for uuid, sample in batch]
                clock.passed_s += _HALF_S
                if number == 2:  # each plug has come, and has its meter
                    watch = Stopwatch()
                with watch:
                    for uuid, old, new in heard:
                        ledger.seen(uuid, old, new)
                    await ledger.write_due()
                states.update({uuid: new for uuid, _, new in heard})
            return watch.sample(BATCHES * BATCH / watch.seconds)


async def taken_by_a_loop(path: Path) -> Sample:
    """The same samples into the same table, an `INSERT` for each, a transaction for each batch."""
    async with SqliteStore(path):
        pass  # it makes the table
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        meters = {uuid: number for number, uuid in enumerate(_uuids(PLUGS), start=1)}
        watch = Stopwatch()
        for batch in batches(BATCHES):
            with watch, database:
                database.execute("BEGIN IMMEDIATE")
                for uuid, sample in batch:
                    database.execute(_INSERT, (meters[uuid], *sample))
        return watch.sample(BATCHES * BATCH / watch.seconds)


def batches(count: int) -> Iterator[list[tuple[Uuid, MeterSample]]]:
    """Yield what each half second brings, of one half of the plugs and of the other in turns."""
    uuids, chance = list(_uuids(PLUGS)), random.Random(1)  # noqa: S311 - how much flows
    for number in range(count):
        begin_ms = round((_BEGIN_S + number * _HALF_S) * 1000)
        yield [
            (
                uuid,
                MeterSample(
                    at_ms=begin_ms + place * 9,
                    power_mw=chance.randrange(2_000_000),
                    voltage_mv=230_000 + chance.randrange(5_000),
                    current_ma=chance.randrange(9_000),
                    is_on=True,
                ),
            )
            for place, uuid in enumerate(uuids[number % 2 :: 2])
        ]


async def fill_a_year(path: Path) -> None:
    """Keep hours of a year of many plugs, a day after the other, as they come in life."""
    async with SqliteStore(path) as store:
        await _take_in(store, _uuids(PLUGS))
        meters = [await store.energy.meter(uuid, 0) or 0 for uuid in _uuids(PLUGS)]
        for day in range(_YEAR_DAYS):
            await store.energy.add(_hours_of(meters, day))


async def charts_by_the_store(path: Path, meters: list[int]) -> Stopwatch:
    """Read a year of each through the store."""
    async with SqliteStore(path) as store:
        await store.energy.series(meters[0], _BEGIN_S, _BEGIN_S + _DAY_S)  # it opens its connection
        watch = Stopwatch()
        for meter in meters:
            with watch:
                rows = await store.energy.series(meter, _BEGIN_S, _BEGIN_S + _YEAR_DAYS * _DAY_S)
            _check(rows)
        return watch


def charts_by_a_connection(path: Path, meters: list[int]) -> Stopwatch:
    """The same question, asked by `sqlite3` in this thread."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(_SERIES, (meters[0], _BEGIN_S, _BEGIN_S + _DAY_S)).fetchall()
        watch = Stopwatch()
        for meter in meters:
            with watch:
                rows = database.execute(_SERIES, (meter, _BEGIN_S, _BEGIN_S + _YEAR_DAYS * _DAY_S)).fetchall()
            _check(rows)
        return watch


def size_of_a_year(path: Path) -> str:
    """Say how large one plug and year is, with what is kept at the end of it."""
    grown_mb: dict[str, float] = {}
    before = _size_with(path, [])
    for what, kept in (("hours and days", _hours()), ("minutes", _minutes()), ("samples", _samples())):
        after = _size_with(path, kept)
        grown_mb[what] = (after - before) / 1e6
        before = after
    parts = ", ".join(f"{what} {size_mb:.2f}" for what, size_mb in grown_mb.items())
    return (
        f"one plug and year on the disk: {sum(grown_mb.values()):.1f} MB ({parts}): hours and days of a year, minutes"
        f" of {_MINUTE_DAYS} days, samples of {_SAMPLE_DAYS} days at {_SAMPLE_EVERY_S} s"
    )


def _size_with(path: Path, kept: Iterable[Batch]) -> int:
    """Add that; return the size of the file once it is closed, in bytes."""

    async def add() -> None:
        async with SqliteStore(path) as store:
            await _take_in(store, _uuids(1))
            await store.energy.meter(next(_uuids(1)), 0)
            for batch in kept:
                await store.energy.add(batch)

    asyncio.run(add())
    return path.stat().st_size


def _hours() -> Iterator[Batch]:
    for day in range(_YEAR_DAYS):
        yield _hours_of([1], day)


def _minutes() -> Iterator[Batch]:
    for day in range(_YEAR_DAYS - _MINUTE_DAYS, _YEAR_DAYS):
        begin_s = _BEGIN_S + day * _DAY_S
        yield Batch(
            minutes={(1, at_s): [at_s % 90_000, 60_000] for at_s in _steps(begin_s, _MINUTE_S)},
            marks={1: Mark(at_ms=begin_s * 1000, power_mw=0)},
        )


def _samples() -> Iterator[Batch]:
    for day in range(_YEAR_DAYS - _SAMPLE_DAYS, _YEAR_DAYS):
        yield Batch(
            samples=[
                (
                    1,
                    MeterSample(
                        at_ms=at_s * 1000 + at_s % 1000,
                        power_mw=at_s % 2_000_000,
                        voltage_mv=230_000 + at_s % 5_000,
                        current_ma=at_s % 9_000,
                        is_on=True,
                    ),
                )
                for at_s in _steps(_BEGIN_S + day * _DAY_S, _SAMPLE_EVERY_S)
            ]
        )


def _hours_of(meters: list[int], day: int) -> Batch:
    begin_s = _BEGIN_S + day * _DAY_S
    return Batch(
        hours={
            (meter, at_s, begin_s // _DAY_S): [(at_s // _HOUR_S * meter) % 7_200_000, _HOUR_S * 1000]
            for meter in meters
            for at_s in _steps(begin_s, _HOUR_S)
        },
        marks={meter: Mark(at_ms=begin_s * 1000, power_mw=0) for meter in meters},
    )


def _steps(begin_s: int, step_s: int) -> range:
    return range(begin_s, begin_s + _DAY_S, step_s)


def _note_charts(found: Comparison, candidate: str, watch: Stopwatch) -> None:
    for aim, share in ((CHART_P50, 50), (CHART_P99, 99)):
        found.add(aim, candidate, watch.sample(percentile(watch.laps, share) * 1000))


async def _take_in(store: SqliteStore, uuids: Iterable[Uuid]) -> None:
    for uuid in uuids:
        await store.save_plug(PlugRecord(uuid=uuid, name=uuid.tail, registered_at=_BEGIN))


def _uuids(count: int) -> Iterator[Uuid]:
    return (Uuid(f"{number:032x}") for number in range(1, count + 1))


def _state(sample: MeterSample) -> PlugState:
    reading = Reading(
        at=_BEGIN + timedelta(milliseconds=sample.at_ms - _BEGIN_S * 1000),
        power_w=sample.power_mw / 1000,
        voltage_v=sample.voltage_mv / 1000,
        current_a=sample.current_ma / 1000,
    )
    return PlugState(relays=_ON, reading=reading)


def _check(rows: list[tuple[int, int, int]]) -> None:
    if len(rows) != _YEAR_DAYS * 24:
        raise AssertionError(f"a year has {_YEAR_DAYS * 24} hours, not {len(rows)}")


def _used_s() -> float:
    return sum(core_used_s(core) for core in range(os.cpu_count() or 1))
