"""Sums by day, week, month and year, beside the time before, and what they cost; in a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ownplug.aio import SystemClock
from ownplug.core.energy.calendar import Calendar, day_number
from ownplug.core.energy.kept import Batch
from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.ledger import Grain, Ledger, Reports, same_time_before
from ownplug.store import SqliteStore

ZONE = "Europe/Berlin"
CALENDAR = Calendar(ZONE)
KETTLE, LAMP = Uuid("1706223411101036000134298f1a2b3c"), Uuid("1706223411101036000134298f1a2b3d")
WH_J = 3600


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """Two plugs of which nothing is known yet."""
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        for uuid in (KETTLE, LAMP):
            await store.save_plug(
                PlugRecord(uuid=uuid, name=uuid.text, registered_at=datetime(2024, 1, 1, tzinfo=UTC))
            )
        found = Ledger(SystemClock(), zone=ZONE, interval_s=30)
        async with found.kept_in(store.energy):
            yield found


async def use(ledger: Ledger, uuid: Uuid, day: date, by_hour: Mapping[int, float]) -> None:
    """Let a plug have used so many watt-hours in each of these hours, counted from the day's beginning."""
    assert ledger.store is not None
    meter = await ledger.store.meter(uuid, 0)
    assert meter is not None
    batch, begin_s = Batch(), CALENDAR.begin(day)
    for hour, energy_wh in by_hour.items():
        start_s = begin_s + hour * 3600
        batch.add(meter, start_s, start_s, day_number(day), round(energy_wh * WH_J), 60_000)
    await ledger.store.add(batch)


async def test_days_weeks_months_and_years_are_sums_of_the_same(ledger: Ledger) -> None:
    for day, energy_wh in (
        (date(2024, 12, 30), 1),
        (date(2025, 1, 5), 2),
        (date(2025, 1, 6), 4),
        (date(2025, 2, 1), 8),
    ):
        await use(ledger, KETTLE, day, {12: energy_wh})
    reports, span = Reports(ledger), (date(2024, 12, 1), date(2025, 2, 28))
    found = {
        grain: {each.begin.isoformat(): each.energy_wh for each in await reports.sums(grain, *span)}
        for grain in (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.YEAR, Grain.ALL)
    }
    assert found == {
        Grain.DAY: {"2024-12-30": 1, "2025-01-05": 2, "2025-01-06": 4, "2025-02-01": 8},
        Grain.WEEK: {"2024-12-30": 3, "2025-01-06": 4, "2025-01-27": 8},
        Grain.MONTH: {"2024-12-01": 1, "2025-01-01": 6, "2025-02-01": 8},
        Grain.YEAR: {"2024-01-01": 1, "2025-01-01": 14},
        Grain.ALL: {"2024-12-01": 15},
    }
    series = await reports.series(KETTLE, Grain.MONTH, CALENDAR.begin(span[0]), CALENDAR.end(span[1]))
    assert series.energy_wh == [1, 6, 8]
    assert series.starts_s == [
        CALENDAR.begin(date(*month, 1)) for month in ((2024, 12), (2025, 1), (2025, 2))
    ]


async def test_each_hour_costs_what_it_costs_then(ledger: Ledger) -> None:
    day = date(2025, 1, 6)
    await use(ledger, KETTLE, day, {3: 1000, 12: 2000, 20: 500})
    await use(ledger, LAMP, day, {20: 100})
    begin_s = CALENDAR.begin(day)
    prices = {begin_s + 3 * 3600: 0.2, begin_s + 12 * 3600: 0.4, begin_s + 20 * 3600: None}
    kettle, lamp = await Reports(ledger, lambda _from_s, _to_s: prices).sums(Grain.DAY, day, day)
    assert kettle.cost == pytest.approx(1.0)
    assert (kettle.unpriced_wh, lamp.cost, lamp.unpriced_wh) == (500, None, 100)


async def test_of_an_hour_that_is_cut_there_is_a_share(ledger: Ledger) -> None:
    day = date(2025, 1, 6)
    await use(ledger, KETTLE, day, {0: 100, 1: 100, 2: 100})
    begin_s = CALENDAR.begin(day)
    assert await Reports(ledger).used_wh(begin_s, begin_s + 5400) == {KETTLE: 150}
    assert await Reports(ledger).used_wh(begin_s, begin_s) == {}


@pytest.mark.parametrize(
    ("now", "period", "begin", "before", "same"),
    [
        ("2025-03-30T12:00:00", Grain.DAY, "2025-03-30T00:00", "2025-03-29T00:00", "2025-03-29T12:00"),
        ("2025-10-27T12:00:00", Grain.DAY, "2025-10-27T00:00", "2025-10-26T00:00", "2025-10-26T12:00"),
        ("2025-03-31T12:00:00", Grain.MONTH, "2025-03-01T00:00", "2025-02-01T00:00", "2025-03-01T00:00"),
        ("2025-01-01T08:00:00", Grain.WEEK, "2024-12-30T00:00", "2024-12-23T00:00", "2024-12-25T08:00"),
        ("2024-12-31T08:00:00", Grain.YEAR, "2024-01-01T00:00", "2023-01-01T00:00", "2024-01-01T00:00"),
    ],
)
def test_the_same_time_of_the_period_before(
    now: str, period: Grain, begin: str, before: str, same: str
) -> None:
    zone = CALENDAR.moment(0).tzinfo
    found = same_time_before(CALENDAR, datetime.fromisoformat(now).replace(tzinfo=zone).timestamp(), period)
    assert [CALENDAR.moment(at_s).replace(tzinfo=None).isoformat(timespec="minutes") for at_s in found] == [
        begin,
        before,
        same,
        begin,
    ]


async def test_what_is_too_much_or_too_fine_is_refused(ledger: Ledger) -> None:
    reports = Reports(ledger)
    await use(ledger, KETTLE, date(2025, 1, 6), {0: 1})
    with pytest.raises(UsageError, match="50,000 points"):
        await reports.series(KETTLE, Grain.MINUTE, 0, 60 * 50_001)
    with pytest.raises(UsageError, match="no grain 'year'"):
        await reports.series(KETTLE, Grain.YEAR, 0, 60)
    with pytest.raises(UsageError, match="no grain 'hour'"):
        await reports.sums(Grain.HOUR, date(2025, 1, 1), date(2025, 1, 2))


async def test_too_many_entries_are_not_summed_up_at_once(ledger: Ledger) -> None:
    home = {Uuid(f"{number:032x}"): "" for number in range(21)}
    with pytest.raises(UsageError, match="1,000,000 entries"):
        await Reports(ledger).parts(home, Grain.MINUTE, 0, 60 * 50_000)
    assert await Reports(ledger).parts(home, Grain.MINUTE, 0, 60 * 40_000) == {}


async def test_of_a_plug_without_a_meter_nothing_is_told(ledger: Ledger) -> None:
    assert (await Reports(ledger).series(LAMP, Grain.HOUR, 0, 3600)).starts_s == []
    assert (await Reports(ledger).samples(LAMP, 0, 3600, limit=5)).at_s == []
    assert await Reports(ledger).corrections(LAMP, limit=5, before=None) == []
