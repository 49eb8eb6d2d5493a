"""Energy by plug, by room and of the home, and peaks, out of a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ownplug.aio import SystemClock
from ownplug.core.energy.book import Sample
from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.kept import Batch
from ownplug.core.errors import NotFound, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.hub import By, Energy, Grain
from ownplug.hub.registry import Registry
from ownplug.ledger import Ledger, Reports
from ownplug.store import SqliteStore

CALENDAR = Calendar("Europe/Berlin")
DAY = date(2025, 3, 30)  # of 23 hours
BEGIN_S, END_S = CALENDAR.begin(DAY), CALENDAR.end(DAY)
KETTLE, OVEN, LAMP, NEW = (Uuid(f"170622341110103600013429{number:08x}") for number in range(4))
NAMES = {KETTLE: "kettle", OVEN: "oven", LAMP: "lamp", NEW: "new"}
ROOMS = {KETTLE: "kitchen", OVEN: "kitchen"}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        for number, (uuid, name) in enumerate(NAMES.items()):
            came_at = datetime(2024, 1, 1, 0, number, tzinfo=UTC)
            await store.save_plug(
                PlugRecord(uuid=uuid, name=name, room=ROOMS.get(uuid, ""), registered_at=came_at)
            )
        yield store


@pytest.fixture
async def energy(store: SqliteStore) -> AsyncIterator[Energy]:
    registry, ledger = Registry(store), Ledger(SystemClock(), zone=CALENDAR.zone, interval_s=30)
    await registry.load()
    async with ledger.kept_in(store.energy):
        yield Energy(Reports(ledger), registry, SystemClock())


async def use(store: SqliteStore, uuid: Uuid, minutes: dict[int, float]) -> None:
    """Let a plug have used so many watt-hours in each of these minutes of the day."""
    meter = await store.energy.meter(uuid, 0)
    assert meter is not None
    batch = Batch()
    for minute, energy_wh in minutes.items():
        start_s = BEGIN_S + 60 * minute
        hour_s, day = CALENDAR.hour(start_s)
        batch.add(meter, start_s, hour_s, day, round(energy_wh * 3600), 60_000)
    await store.energy.add(batch)


async def show(store: SqliteStore, uuid: Uuid, *powers: tuple[float, int]) -> None:
    """Let the meter of a plug have shown watts at moments of Unix time."""
    meter = await store.energy.meter(uuid, 0)
    assert meter is not None
    samples = [
        Sample(
            at_ms=round(at_s * 1000), power_mw=round(power_w * 1000), voltage_mv=0, current_ma=0, is_on=True
        )
        for power_w, at_s in powers
    ]
    await store.energy.add(Batch(samples=[(meter, sample) for sample in samples]))


async def test_the_home_is_the_sum_of_its_plugs(store: SqliteStore, energy: Energy) -> None:
    await use(store, KETTLE, {0: 30, 1: 20})
    await use(store, OVEN, {1: 10, 61: 5})
    [home] = await energy.series_by(By.HOME, Grain.MINUTE, BEGIN_S, END_S)
    assert (home.key, home.name, home.part.plugs) == ("", "", 2)
    series = home.part.series
    assert series.starts_s == [BEGIN_S, BEGIN_S + 60, BEGIN_S + 3660]
    assert (series.energy_wh, series.covered_s) == ([30, 30, 5], [60, 120, 60])


async def test_what_lies_outside_counts_for_nothing(store: SqliteStore, energy: Energy) -> None:
    await use(store, KETTLE, {0: 30, 1: 20})
    await use(store, OVEN, {2: 10})
    [home] = await energy.series_by(By.HOME, Grain.MINUTE, BEGIN_S + 60, BEGIN_S + 120)
    assert (home.part.plugs, home.part.series.energy_wh) == (1, [20])


@pytest.mark.parametrize(
    ("grain", "begins"),
    [
        (Grain.HOUR, [BEGIN_S, BEGIN_S + 3600]),
        (Grain.DAY, [BEGIN_S]),
        (Grain.WEEK, [CALENDAR.begin(date(2025, 3, 24))]),
        (Grain.MONTH, [CALENDAR.begin(date(2025, 3, 1))]),
    ],
)
async def test_every_grain_sums_up_the_same(
    store: SqliteStore, energy: Energy, grain: Grain, begins: list[int]
) -> None:
    await use(store, KETTLE, {0: 30, 60: 20})
    await use(store, OVEN, {0: 10})
    [home] = await energy.series_by(By.HOME, grain, BEGIN_S, END_S)
    assert home.part.series.starts_s == begins
    assert sum(home.part.series.energy_wh) == 60
    assert home.part.plugs == 2


async def test_each_plug_and_each_room_has_its_part(store: SqliteStore, energy: Energy) -> None:
    await use(store, LAMP, {0: 1})
    await use(store, OVEN, {0: 10})
    await use(store, KETTLE, {0: 30, 60: 20})
    rooms = await energy.series_by(By.ROOM, Grain.HOUR, BEGIN_S, END_S)
    assert [(each.key, each.part.plugs, each.part.series.energy_wh) for each in rooms] == [
        ("kitchen", 2, [40, 20]),
        ("", 1, [1]),
    ]
    plugs = await energy.series_by(By.PLUG, Grain.HOUR, BEGIN_S, END_S)
    assert [(each.name, each.part.series.energy_wh) for each in plugs] == [
        ("kettle", [30, 20]),
        ("oven", [10]),
        ("lamp", [1]),
    ]


async def test_some_plugs_or_a_room_are_summed_up_alone(store: SqliteStore, energy: Energy) -> None:
    await use(store, KETTLE, {0: 30})
    await use(store, OVEN, {0: 10})
    await use(store, LAMP, {0: 1})
    for chosen, energy_wh in (
        ({"references": ["kettle", "lamp", "kettle"]}, 31),
        ({"room": "kitchen"}, 40),
        ({"room": ""}, 1),
        ({"room": "kitchen", "references": ["oven"]}, 10),
    ):
        [found] = await energy.series_by(By.HOME, Grain.DAY, BEGIN_S, END_S, **chosen)
        assert found.part.series.energy_wh == [energy_wh]
    with pytest.raises(NotFound, match="cellar"):
        await energy.series_by(By.HOME, Grain.DAY, BEGIN_S, END_S, room="cellar")


async def test_too_much_at_once_is_refused(store: SqliteStore, energy: Energy) -> None:
    with pytest.raises(UsageError, match="50,000 points"):
        await energy.series_by(By.PLUG, Grain.MINUTE, 0, 60 * 15_000)  # of four plugs
    assert await energy.series_by(By.HOME, Grain.MINUTE, 0, 60 * 15_000) == []
    with pytest.raises(UsageError, match="no grain 'year'"):
        await energy.series_by(By.HOME, Grain.YEAR, 0, 60)


async def test_the_peak_of_a_day_is_the_highest_sample(store: SqliteStore, energy: Energy) -> None:
    await show(store, KETTLE, (2500, BEGIN_S - 1), (5.5, BEGIN_S), (2000.5, BEGIN_S + 9), (7, END_S - 1))
    await show(store, LAMP, (40, END_S))
    await show(store, OVEN, (-1, END_S - 1))
    found = await energy.peaks(DAY)
    assert [(plug.name, peak.power_w, peak.at_s) for plug, peak in found] == [
        ("kettle", 2000.5, BEGIN_S + 9),
        ("oven", -1, END_S - 1),
    ]
    assert [plug.name for plug, _ in await energy.peaks(DAY, references=["oven"])] == ["oven"]
