"""What the ledger needs of a disk: each implementation of `ownplug.ledger.EnergyStore` is put through this.

The home around it (which plugs there are) is made and changed by the fixture alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ownplug.core.energy.book import Mark, Sample
from ownplug.core.energy.calendar import Calendar, day_number
from ownplug.core.energy.kept import Batch, DaysZone, Shelf
from ownplug.core.energy.reconcile import Correction, Hour, Reason, Told
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.ledger import EnergyStore
from ownplug.store import SqliteStore

KETTLE, LAMP, STRANGER = (Uuid(f"{number:032x}") for number in (1, 2, 3))
DAY = date(2026, 1, 5)
NUMBER = day_number(DAY)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MIDNIGHT_S = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp())
NOON_S = MIDNIGHT_S + 12 * 3600
HOUR_MS = 3_600_000
DAY_S = 86_400


@dataclass(frozen=True, kw_only=True)
class Place:
    """A store in a home with a kettle and a lamp.

    Attributes:
        store: what is judged.
        forget: removes a plug from the home.
        register: adds one, or does nothing.
        reopened: ends the store and gives what a new process finds.
    """

    store: EnergyStore
    forget: Callable[[Uuid], Awaitable[None]]
    register: Callable[[Uuid], Awaitable[None]]
    reopened: Callable[[], Awaitable[EnergyStore]]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """SQLite on a file."""
    opened = SqliteStore(tmp_path / "hub.sqlite3")
    await opened.__aenter__()

    async def reopen() -> EnergyStore:
        nonlocal opened
        await opened.__aexit__(None, None, None)
        opened = SqliteStore(tmp_path / "hub.sqlite3")
        await opened.__aenter__()
        return opened.energy

    async def register(uuid: Uuid) -> None:
        await opened.save_plug(PlugRecord(uuid=uuid, name=uuid.text, registered_at=NOON))

    for uuid in (KETTLE, LAMP):
        await register(uuid)
    yield Place(store=opened.energy, forget=opened.delete_plug, register=register, reopened=reopen)
    await opened.__aexit__(None, None, None)


@pytest.fixture
def store(place: Place) -> EnergyStore:
    return place.store


@pytest.fixture
async def kettle(store: EnergyStore) -> int:
    return await number_of(store, KETTLE)


async def number_of(store: EnergyStore, uuid: Uuid) -> int:
    number = await store.meter(uuid, 0)
    assert number is not None
    return number


def sample(at_ms: int, power_mw: int = 60_000, *, is_on: bool | None = True) -> Sample:
    return Sample(at_ms=at_ms, power_mw=power_mw, voltage_mv=230_100, current_ma=261, is_on=is_on)


def used(meter: int, *minutes: tuple[int, int], covered_ms: int = 60_000) -> Batch:
    """So many joules in each minute, whose day and hour are those of UTC."""
    batch = Batch()
    for start_s, joules in minutes:
        batch.add(meter, start_s, start_s - start_s % 3600, start_s // DAY_S, joules, covered_ms)
        batch.marks[meter] = Mark(at_ms=start_s * 1000 + 60_000, power_mw=0)
    return batch


def corrected(hours: dict[int, int] | None, *, day: date = DAY, told_wh: int = 9) -> Correction:
    return Correction(
        day=day,
        reason=Reason.SAMPLING if hours is not None else Reason.STALE,
        before_wh=1.5,
        after_wh=1.5 + sum((hours or {}).values()) / 3600,
        told_wh=told_wh,
        uncovered_s=77,
        hours=hours,
    )


async def total_j(store: EnergyStore, meter: int) -> int:
    [total] = [row.total_j for row in await store.meters() if row.number == meter]
    return total


async def everything(store: EnergyStore, meter: int) -> list[object]:
    """All that is kept of one meter, but for itself."""
    ends = (-(2**40), 2**40)
    return [
        *await store.samples(meter, *ends, 10_000),
        *await store.minutes(meter, *ends),
        *await store.hours(meter, *ends),
        *await store.series(meter, *ends),
        *await store.days(*ends, meter),
        *await store.told(meter, ends[0]),
        *await store.corrections(meter, limit=10_000, before=None),
    ]


# --- meters --------------------------------------------------------------------------------------


async def test_a_meter_is_made_once_and_only_for_a_plug_of_the_home(store: EnergyStore) -> None:
    assert await store.meters() == []
    kettle, lamp = await number_of(store, KETTLE), await number_of(store, LAMP)
    assert kettle != lamp
    assert await number_of(store, KETTLE) == kettle
    assert await store.meter(STRANGER, 0) is None
    second = await store.meter(KETTLE, 1)
    rows = {row.number: row for row in await store.meters()}
    assert rows.keys() == {kettle, lamp, second}
    assert (rows[kettle].uuid, rows[kettle].channel, rows[kettle].total_j, rows[kettle].mark) == (
        KETTLE,
        0,
        0,
        None,
    )


async def test_samples_from_after_the_mark_are_what_is_not_summed(store: EnergyStore, kettle: int) -> None:
    first, newest = sample(NOON_S * 1000), sample(NOON_S * 1000 + 500, is_on=None)
    await store.add(Batch(samples=[(kettle, newest), (kettle, first)]))
    assert await store.unsummed(2**50) == [(kettle, first), (kettle, newest)]
    assert await store.unsummed(first.at_ms) == [(kettle, first)]
    mark = Mark(at_ms=first.at_ms, power_mw=None)
    await store.add(Batch(marks={kettle: mark}))
    assert [row.mark for row in await store.meters()] == [mark]
    assert await store.unsummed(2**50) == [(kettle, newest)]


# --- what is added -------------------------------------------------------------------------------


async def test_what_is_added_is_found_in_each_grain(store: EnergyStore, kettle: int) -> None:
    late_s = MIDNIGHT_S + DAY_S - 60
    await store.add(
        used(
            kettle,
            (NOON_S, 100),
            (NOON_S + 60, 200),
            (NOON_S + 3600, 400),
            (late_s, 800),
            (late_s + 60, 1600),
        )
    )
    ends = (MIDNIGHT_S, MIDNIGHT_S + 2 * DAY_S)
    assert await store.minutes(kettle, *ends) == [
        (NOON_S, 100, 60_000),
        (NOON_S + 60, 200, 60_000),
        (NOON_S + 3600, 400, 60_000),
        (late_s, 800, 60_000),
        (late_s + 60, 1600, 60_000),
    ]
    hours = [
        (NOON_S, 300, 120_000),
        (NOON_S + 3600, 400, 60_000),
        (late_s - 3540, 800, 60_000),
        (late_s + 60, 1600, 60_000),
    ]
    assert await store.series(kettle, *ends) == hours
    assert await store.hours(kettle, *ends) == [
        Hour(start_s=start_s, length_s=3600, measured_j=joules, covered_ms=covered_ms)
        for start_s, joules, covered_ms in hours
    ]
    assert await store.days(NUMBER, NUMBER + 2, kettle) == [
        (kettle, NUMBER, 1500, 240_000),
        (kettle, NUMBER + 1, 1600, 60_000),
    ]
    assert await total_j(store, kettle) == 3100
    assert await store.first_day() == NUMBER


async def test_batches_add_up(store: EnergyStore, kettle: int) -> None:
    for joules in (100, 10, 1):
        await store.add(used(kettle, (NOON_S, joules), covered_ms=20_000))
    assert await store.minutes(kettle, NOON_S, NOON_S + 60) == [(NOON_S, 111, 60_000)]
    assert await store.series(kettle, NOON_S, NOON_S + 3600) == [(NOON_S, 111, 60_000)]
    assert await store.days(NUMBER, NUMBER + 1, None) == [(kettle, NUMBER, 111, 60_000)]
    assert await total_j(store, kettle) == 111


async def test_ends_are_excluded_and_beginnings_are_not(store: EnergyStore, kettle: int) -> None:
    batch = used(kettle, (NOON_S, 1), (NOON_S + 3600, 2), (NOON_S + DAY_S, 4))
    batch.samples += [(kettle, sample(NOON_S * 1000)), (kettle, sample(NOON_S * 1000 + 1))]
    await store.add(batch)
    assert [row[0] for row in await store.minutes(kettle, NOON_S, NOON_S + 3600)] == [NOON_S]
    assert [row[0] for row in await store.series(kettle, NOON_S, NOON_S + 3600)] == [NOON_S]
    assert [hour.start_s for hour in await store.hours(kettle, NOON_S, NOON_S + 3600)] == [NOON_S]
    assert [row[1] for row in await store.days(NUMBER, NUMBER + 1, kettle)] == [NUMBER]
    found = await store.samples(kettle, NOON_S * 1000, NOON_S * 1000 + 1, 10)
    assert found == [sample(NOON_S * 1000)]


async def test_meters_do_not_mix(store: EnergyStore, kettle: int) -> None:
    lamp = await number_of(store, LAMP)
    batch = used(kettle, (NOON_S, 100))
    batch.take_up(used(lamp, (NOON_S, 7)))
    batch.samples += [(kettle, sample(1000, 1)), (lamp, sample(1000, 2))]
    await store.add(batch)
    assert await store.days(NUMBER, NUMBER + 1, None) == [
        (kettle, NUMBER, 100, 60_000),
        (lamp, NUMBER, 7, 60_000),
    ]
    assert (await total_j(store, kettle), await total_j(store, lamp)) == (100, 7)
    assert await store.samples(lamp, 0, 2000, 10) == [sample(1000, 2)]


async def test_samples_come_in_order_page_by_page_and_one_for_a_moment(
    store: EnergyStore, kettle: int
) -> None:
    await store.add(Batch(samples=[(kettle, sample(at_ms, is_on=False)) for at_ms in (3000, 1000, 2000)]))
    await store.add(Batch(samples=[(kettle, sample(2000, 5))]))
    assert await store.samples(kettle, 0, 9000, 2) == [sample(1000, is_on=False), sample(2000, 5)]
    assert await store.samples(kettle, 2001, 9000, 2) == [sample(3000, is_on=False)]


async def test_samples_are_in_doubt_where_power_changed_between_two(store: EnergyStore, kettle: int) -> None:
    moments = (
        (0, 9_000_000),
        (10_000, 60_000),
        (20_000, 60_000),
        (50_000, 20_000),
        (60_000, 30_000),
        (200_000, 0),
    )
    await store.add(Batch(samples=[(kettle, sample(at_ms, power_mw)) for at_ms, power_mw in moments]))
    await store.add(Batch(samples=[(await number_of(store, LAMP), sample(15_000, 500_000))]))
    # 40 W for 30 s and 10 W for 10 s; the first is before, and from the last but one to the last nobody looked.
    assert await store.doubt_j(kettle, 10_000, 300_000, 30_000) == 40 * 30 + 10 * 10
    assert await store.doubt_j(kettle, 10_000, 300_000, 29_999) == 10 * 10
    assert await store.doubt_j(kettle, 300_000, 400_000, 30_000) == 0


# --- what plugs tell -----------------------------------------------------------------------------


async def test_parts_are_the_sums_of_their_meters(store: EnergyStore, kettle: int) -> None:
    lamp = await number_of(store, LAMP)
    batch = used(kettle, (NOON_S, 100), (NOON_S + 3600, 20))
    batch.take_up(used(lamp, (NOON_S, 7), (NOON_S + DAY_S, 1)))
    await store.add(batch)
    await store.weighed(lamp, [], [corrected({NOON_S: 50})], NOON)
    minutes = [(0, NOON_S, 107, 120_000), (0, NOON_S + 3600, 20, 60_000)]
    both = {kettle: 0, lamp: 0}
    assert await store.part_sums(Shelf.MINUTES, both, NOON_S, NOON_S + DAY_S) == minutes
    assert await store.part_sums(Shelf.HOURS, both, NOON_S, NOON_S + 3600) == [(0, NOON_S, 157, 120_000)]
    assert await store.part_sums(Shelf.DAYS, both, NUMBER, NUMBER + 1) == [(0, NUMBER, 177, 180_000)]
    apart = {kettle: 1, lamp: 0}
    assert await store.part_sums(Shelf.HOURS, apart, NOON_S, NOON_S + DAY_S) == [
        (0, NOON_S, 57, 60_000),
        (1, NOON_S, 100, 60_000),
        (1, NOON_S + 3600, 20, 60_000),
    ]
    assert await store.part_sums(Shelf.HOURS, {lamp: 0}, NOON_S, NOON_S + 3600) == [(0, NOON_S, 57, 60_000)]
    assert await store.part_sums(Shelf.HOURS, {}, NOON_S, NOON_S + 3600) == []


async def test_it_is_told_which_meters_hold_something(store: EnergyStore, kettle: int) -> None:
    lamp = await number_of(store, LAMP)
    await store.add(used(kettle, (NOON_S, 100)))
    await store.add(used(lamp, (NOON_S + DAY_S, 1)))
    for shelf in (Shelf.MINUTES, Shelf.HOURS):
        assert await store.holding(shelf, {kettle, lamp}, NOON_S, NOON_S + DAY_S) == {kettle}
        assert await store.holding(shelf, {kettle, lamp}, NOON_S + 1, NOON_S + DAY_S + 1) == {lamp}
        assert await store.holding(shelf, {lamp}, NOON_S, NOON_S + DAY_S) == set()
    assert await store.holding(Shelf.DAYS, {kettle, lamp}, NUMBER, NUMBER + 1) == {kettle}


async def test_the_peak_of_a_meter_is_its_highest_sample(store: EnergyStore, kettle: int) -> None:
    lamp = await number_of(store, LAMP)
    shown = [(kettle, 999, 9000), (kettle, 1000, 5), (kettle, 1500, 80), (kettle, 1700, 7), (lamp, 2000, 60)]
    await store.add(Batch(samples=[(meter, sample(at_ms, power)) for meter, at_ms, power in shown]))
    assert await store.peaks({kettle, lamp}, 1000, 2000) == [(kettle, 80, 1500)]
    assert sorted(await store.peaks({kettle, lamp}, 1600, 2001)) == [(kettle, 7, 1700), (lamp, 60, 2000)]
    assert await store.peaks({lamp}, 0, 2000) == []


async def test_a_correction_moves_hours_their_day_and_the_total(store: EnergyStore, kettle: int) -> None:
    await store.add(used(kettle, (NOON_S, 1000)))
    change = corrected({NOON_S: 50, NOON_S + 3600: 200})
    await store.weighed(kettle, [], [change], NOON)
    assert await store.series(kettle, MIDNIGHT_S, MIDNIGHT_S + DAY_S) == [
        (NOON_S, 1050, 60_000),
        (NOON_S + 3600, 200, 0),
    ]
    assert [
        (hour.measured_j, hour.corrected_j)
        for hour in await store.hours(kettle, MIDNIGHT_S, MIDNIGHT_S + DAY_S)
    ] == [
        (1000, 50),
        (0, 200),
    ]
    assert await store.minutes(kettle, MIDNIGHT_S, MIDNIGHT_S + DAY_S) == [(NOON_S, 1000, 60_000)]
    assert await store.days(NUMBER, NUMBER + 1, kettle) == [(kettle, NUMBER, 1250, 60_000)]
    assert await total_j(store, kettle) == 1250


async def test_a_later_correction_takes_the_place_of_an_earlier_one(store: EnergyStore, kettle: int) -> None:
    await store.add(used(kettle, (NOON_S, 1000)))
    await store.weighed(kettle, [], [corrected({NOON_S: 300})], NOON)
    await store.weighed(kettle, [], [corrected({NOON_S: 0, NOON_S + 3600: 500})], NOON)
    assert await store.days(NUMBER, NUMBER + 1, kettle) == [(kettle, NUMBER, 1500, 60_000)]
    assert await total_j(store, kettle) == 1500


async def test_a_total_waits_after_a_correction_downwards(store: EnergyStore, kettle: int) -> None:
    await store.add(used(kettle, (NOON_S, 1000)))
    await store.weighed(kettle, [], [corrected({NOON_S: -400})], NOON)
    totals = [await total_j(store, kettle)]
    for joules in (300, 99, 1, 50):
        await store.add(used(kettle, (NOON_S + 3600, joules)))
        totals.append(await total_j(store, kettle))
    assert totals == [1000, 1000, 1000, 1000, 1050]
    assert await store.days(NUMBER, NUMBER + 1, kettle) == [(kettle, NUMBER, 1050, 300_000)]


async def test_a_total_that_waits_is_caught_up_with_by_corrections_too(
    store: EnergyStore, kettle: int
) -> None:
    await store.add(used(kettle, (NOON_S, 1000)))
    await store.weighed(kettle, [], [corrected({NOON_S: -400})], NOON)
    await store.weighed(kettle, [], [corrected({NOON_S: -500})], NOON)
    await store.weighed(kettle, [], [corrected({NOON_S: -100})], NOON)
    assert await total_j(store, kettle) == 1000
    tomorrow = DAY + timedelta(days=1)
    await store.weighed(kettle, [], [corrected({NOON_S + DAY_S: 90}, day=tomorrow)], NOON)
    assert await total_j(store, kettle) == 1000
    await store.weighed(kettle, [], [corrected({NOON_S: 200})], NOON)
    assert await total_j(store, kettle) == 1290 == sum(row[2] for row in await store.days(0, 2**30, kettle))


async def test_a_correction_that_is_there_is_not_added_again(store: EnergyStore, kettle: int) -> None:
    for _ in range(3):
        await store.weighed(kettle, [], [corrected({NOON_S: 300}), corrected(None, told_wh=5)], NOON)
    assert [row.correction.told_wh for row in await store.corrections(kettle, limit=10, before=None)] == [
        5,
        9,
    ]
    assert await store.days(NUMBER, NUMBER + 1, kettle) == [(kettle, NUMBER, 300, 0)]
    assert await total_j(store, kettle) == 300


async def test_what_is_only_doubted_changes_nothing(store: EnergyStore, kettle: int) -> None:
    await store.add(used(kettle, (NOON_S, 1000)))
    await store.weighed(kettle, [], [corrected(None)], NOON)
    assert await store.days(NUMBER, NUMBER + 1, kettle) == [(kettle, NUMBER, 1000, 60_000)]
    [row] = await store.corrections(kettle, limit=10, before=None)
    assert (row.at, row.correction) == (NOON, corrected(None))


async def test_corrections_come_newest_first_page_by_page(store: EnergyStore, kettle: int) -> None:
    lamp = await number_of(store, LAMP)
    for told_wh in range(5):
        await store.weighed(kettle, [], [corrected({NOON_S: told_wh}, told_wh=told_wh)], NOON)
        await store.weighed(lamp, [], [corrected({NOON_S: 1}, told_wh=50 + told_wh)], NOON)
    seen, before = [], None
    while page := await store.corrections(kettle, limit=2, before=before):
        assert len(page) <= 2
        seen += [row.correction.told_wh for row in page]
        before = page[-1].number
    assert seen == [4, 3, 2, 1, 0]


async def test_what_a_plug_told_is_kept_as_it_told_it_last(store: EnergyStore, kettle: int) -> None:
    def told(offset: int, energy_wh: int) -> Told:
        return Told(day=DAY + timedelta(days=offset), energy_wh=energy_wh, updated_s=NOON_S + energy_wh)

    await store.weighed(kettle, [told(0, 1), told(-1, 2)], [], NOON)
    await store.weighed(kettle, [told(0, 3)], [], NOON)
    assert await store.told(kettle, NUMBER - 1) == [told(-1, 2), told(0, 3)]
    assert await store.told(kettle, NUMBER) == [told(0, 3)]


# --- days ----------------------------------------------------------------------------------------


async def test_days_are_made_anew_from_hours_for_another_zone(store: EnergyStore, kettle: int) -> None:
    assert await store.zone() is None
    # In Athens the next day has begun at 22:00 UTC, in Berlin at 23:00.
    await store.add(
        used(kettle, (MIDNIGHT_S + 22 * 3600, 100), (MIDNIGHT_S + 23 * 3600, 10), (MIDNIGHT_S + DAY_S, 1))
    )
    await store.weighed(kettle, [], [corrected({MIDNIGHT_S + 23 * 3600: 1000})], NOON)
    for name, sums in (("Europe/Berlin", [100, 1011]), ("Europe/Athens", [0, 1111]), ("UTC", [1110, 1])):
        calendar = Calendar(name)
        days = {
            NUMBER + offset: (
                calendar.begin(DAY + timedelta(days=offset)),
                calendar.end(DAY + timedelta(days=offset)),
            )
            for offset in (-1, 0, 1)
        }
        zone = DaysZone(name=name, since_day=NUMBER + 2)
        await store.hour_days(days, zone)
        found = {day: joules for _, day, joules, _ in await store.days(0, 2**30, kettle)}
        assert [found.get(NUMBER, 0), found.get(NUMBER + 1, 0)] == sums
        assert sum(found.values()) == 1111
        assert await store.zone() == zone
    assert await total_j(store, kettle) == 1111


async def test_a_day_that_is_not_made_anew_is_gone(store: EnergyStore, kettle: int) -> None:
    await store.add(used(kettle, (NOON_S, 100), (NOON_S + DAY_S, 10)))
    await store.hour_days({NUMBER: (MIDNIGHT_S, MIDNIGHT_S + DAY_S)}, DaysZone(name="UTC", since_day=0))
    assert await store.days(0, 2**30, None) == [(kettle, NUMBER, 100, 60_000)]
    await store.add(used(kettle, (NOON_S, 5)))
    assert await store.days(0, 2**30, None) == [(kettle, NUMBER, 105, 120_000)]


async def test_the_first_day_is_that_of_any_meter(store: EnergyStore, kettle: int) -> None:
    assert await store.first_day() is None
    await store.add(used(kettle, (NOON_S, 1)))
    await store.add(used(await number_of(store, LAMP), (NOON_S - 3 * DAY_S, 1)))
    assert await store.first_day() == NUMBER - 3


# --- forgetting ----------------------------------------------------------------------------------


async def test_samples_tell_what_was_used_between_them(store: EnergyStore, kettle: int) -> None:
    begin_ms = NOON_S * 1000
    steps = ((0, 60_000), (10_000, 60_000), (20_000, 100_000), (120_000, 100_000))
    await store.add(Batch(samples=[(kettle, sample(begin_ms + at_ms, mw)) for at_ms, mw in steps]))
    assert await store.measured_j(kettle, begin_ms, 90_000) == 600 + 800  # and nothing of the gap
    assert await store.measured_j(kettle, begin_ms + 10_000, 90_000) == 800
    assert await store.measured_j(kettle, begin_ms + 20_001, 90_000) == 0


async def test_only_samples_and_minutes_are_pruned(store: EnergyStore, kettle: int) -> None:
    batch = used(kettle, (NOON_S, 1), (NOON_S + 60, 2))
    batch.samples += [(kettle, sample(NOON_S * 1000)), (kettle, sample(NOON_S * 1000 + 1))]
    await store.add(batch)
    await store.prune(samples_before_ms=NOON_S * 1000 + 1, minutes_before_s=NOON_S + 60)
    assert await store.samples(kettle, 0, 2**50, 10) == [sample(NOON_S * 1000 + 1)]
    assert await store.minutes(kettle, 0, 2**40) == [(NOON_S + 60, 2, 60_000)]
    assert await store.series(kettle, 0, 2**40) == [(NOON_S, 3, 120_000)]
    assert await total_j(store, kettle) == 3
    await store.prune(samples_before_ms=2**50, minutes_before_s=2**40)
    assert await store.samples(kettle, 0, 2**50, 10) == []
    assert await store.days(NUMBER, NUMBER + 1, kettle) == [(kettle, NUMBER, 3, 120_000)]


async def test_with_a_plug_all_its_energy_goes_and_its_number_is_not_used_again(place: Place) -> None:
    store = place.store
    kettle, lamp = await number_of(store, KETTLE), await number_of(store, LAMP)
    told = Told(day=DAY, energy_wh=9, updated_s=NOON_S)
    for meter in (kettle, lamp):
        batch = used(meter, (NOON_S, 100))
        batch.samples.append((meter, sample(1000)))
        await store.add(batch)
        await store.weighed(meter, [told], [corrected({NOON_S: 5})], NOON)
    before = await everything(store, kettle)
    assert len(before) == 7
    await place.forget(LAMP)
    assert await everything(store, lamp) == []
    assert await everything(store, kettle) == before
    assert [row.number for row in await store.meters()] == [kettle]
    await place.register(LAMP)
    assert await number_of(store, LAMP) > lamp
    assert await everything(store, await number_of(store, LAMP)) == []


async def test_what_comes_too_late_for_a_meter_that_is_gone_is_dropped(place: Place) -> None:
    store = place.store
    kettle, lamp = await number_of(store, KETTLE), await number_of(store, LAMP)
    await place.forget(LAMP)
    batch = used(lamp, (NOON_S, 100))
    batch.take_up(used(kettle, (NOON_S, 7)))
    batch.samples.append((lamp, sample(1000)))
    await store.add(batch)
    told = Told(day=DAY, energy_wh=9, updated_s=NOON_S)
    await store.weighed(lamp, [told], [corrected({NOON_S: 5})], NOON)
    assert await everything(store, lamp) == []
    assert await store.days(0, 2**30, None) == [(kettle, NUMBER, 7, 60_000)]
    assert await total_j(store, kettle) == 7


async def test_all_of_it_survives_the_end_of_the_process(place: Place) -> None:
    kettle = await number_of(place.store, KETTLE)
    batch = used(kettle, (NOON_S, 100))
    batch.samples.append((kettle, sample(1000)))
    await place.store.add(batch)
    await place.store.weighed(
        kettle, [Told(day=DAY, energy_wh=9, updated_s=1)], [corrected({NOON_S: -5})], NOON
    )
    zone = DaysZone(name="UTC", since_day=NUMBER)
    await place.store.hour_days({NUMBER: (MIDNIGHT_S, MIDNIGHT_S + DAY_S)}, zone)
    before, meters = await everything(place.store, kettle), await place.store.meters()
    reopened = await place.reopened()
    assert (await everything(reopened, kettle), await reopened.meters()) == (before, meters)
    assert await reopened.zone() == zone
    await reopened.add(used(kettle, (NOON_S + 3600, 6)))
    assert await total_j(reopened, kettle) == 101  # five of the six were held back
