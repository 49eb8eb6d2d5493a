"""The ledger by itself, on a real database: what waits, what is dropped, when a plug is due, and other zones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ownplug.core.energy.calendar import Calendar, day_number, day_of_number
from ownplug.core.energy.kept import Batch
from ownplug.core.energy.reconcile import Reason, Told
from ownplug.core.errors import NotKept
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.core.state import PlugState, Reading, RelayState
from ownplug.ledger import EnergySettings, Ledger, meters
from ownplug.ledger.ledger import WRITE_S
from ownplug.store import SqliteStore
from ownplug.store.energy import EnergyRows
from ownplug.testing import FakeClock

KETTLE, LAMP, STRANGER = (Uuid(f"{number:032x}") for number in (1, 2, 3))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TODAY = NOON.date()
INTERVAL_S = 30.0
GAP_S = 90.0  # three intervals
POWER_W = 60.0
END_S = 2**40


class Disk(EnergyRows):
    """A database that may be full, or slow.

    Attributes:
        is_full: nothing new is taken.
        is_free: what is added waits for this, and who asks for a meter.
        refused: something was not taken.
    """

    def __init__(self, store: SqliteStore) -> None:
        super().__init__(store._database)
        self.is_full = False
        self.is_free = asyncio.Event()
        self.is_free.set()
        self.refused = asyncio.Event()

    async def meter(self, uuid: Uuid, channel: int) -> int | None:
        await self.is_free.wait()
        self._refuse()
        return await super().meter(uuid, channel)

    async def add(self, batch: Batch) -> None:
        await self.is_free.wait()
        self._refuse()
        await super().add(batch)

    def _refuse(self) -> None:
        if self.is_full:
            self.refused.set()
            raise NotKept("The hub's disk takes nothing.")


class Bench:
    """A ledger, its clock and its disk, and plugs that are seen."""

    def __init__(self, store: SqliteStore) -> None:
        self.clock = FakeClock(NOON)
        self.home = store
        self.disk = Disk(store)
        self.states: dict[Uuid, PlugState] = {}
        self.ledger = self.new_ledger()

    def new_ledger(self, zone: str = "UTC") -> Ledger:
        return Ledger(self.clock, zone=zone, interval_s=INTERVAL_S, settings=EnergySettings())

    def see(self, uuid: Uuid = KETTLE, power_w: float = POWER_W, *, is_on: bool = True) -> None:
        """A reading comes now."""
        reading = Reading(at=self.clock.now(), power_w=power_w, voltage_v=230, current_a=power_w / 230)
        self._become(uuid, PlugState(relays=(RelayState(channel=0, on=is_on),), reading=reading))

    def switch(self, uuid: Uuid = KETTLE, *, on: bool) -> None:
        """The relay moves now."""
        was = self.states[uuid]
        self._become(uuid, PlugState(relays=(RelayState(channel=0, on=on),), reading=was.reading))

    def _become(self, uuid: Uuid, new: PlugState) -> None:
        old = self.states.get(uuid, PlugState())
        self.states[uuid] = new
        self.ledger.seen(uuid, old, new)

    def pass_time(self, seconds: float) -> None:
        """Time passes, and the ledger does nothing by itself."""
        self.clock.set_now(self.clock.now() + timedelta(seconds=seconds))

    async def use(self, seconds: float, uuid: Uuid = KETTLE) -> None:
        """Use `POWER_W` for so long, read often enough."""
        self.see(uuid)
        for _ in range(round(seconds / INTERVAL_S)):
            self.pass_time(INTERVAL_S)
            self.see(uuid)

    async def number(self, uuid: Uuid = KETTLE) -> int:
        [number] = [row.number for row in await self.disk.meters() if row.uuid == uuid]
        return number

    async def days_j(self) -> dict[date, int]:
        days: dict[date, int] = {}
        for _, number, joules, _ in await self.disk.days(0, 2**30, None):
            days[day_of_number(number)] = days.get(day_of_number(number), 0) + joules
        return days

    async def totals_j(self) -> dict[Uuid, int]:
        return {row.uuid: row.total_j for row in await self.disk.meters()}

    async def weigh(self, *told: Told, zone: str = "UTC") -> list[tuple[date, Reason]]:
        corrections = await self.ledger.weigh(KETTLE, told, zone=zone)
        return [(each.day, each.reason) for each in corrections]


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[Bench]:
    """A home with a kettle and a lamp; its ledger is not kept anywhere yet."""
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        for uuid in (KETTLE, LAMP):
            await store.save_plug(PlugRecord(uuid=uuid, name=uuid.text, registered_at=NOON))
        yield Bench(store)


@pytest.fixture
async def bench(idle: Bench) -> AsyncIterator[Bench]:
    async with idle.ledger.kept_in(idle.disk):
        yield idle


@asynccontextmanager
async def restarted(bench: Bench, zone: str = "UTC") -> AsyncIterator[None]:
    """Another process with the same disk."""
    bench.ledger, bench.states = bench.new_ledger(zone), {}
    async with bench.ledger.kept_in(bench.disk):
        yield


def told(day: date, energy_wh: int, zone: str = "UTC") -> Told:
    """A day whose last count was two minutes before its end."""
    return Told(day=day, energy_wh=energy_wh, updated_s=Calendar(zone).end(day) - 120)


# --- what is kept --------------------------------------------------------------------------------


async def test_what_was_used_is_written_by_itself(bench: Bench) -> None:
    await bench.use(600)
    await bench.clock.advance(WRITE_S)
    await bench.ledger.write_now()  # waits for the write that has begun
    assert await bench.days_j() == {TODAY: 60 * 600}
    assert len(await bench.disk.samples(await bench.number(), 0, 2**50, 1000)) == 21


async def test_nothing_is_kept_without_a_store(idle: Bench) -> None:
    idle.see()
    await idle.ledger.write_now()
    assert await idle.disk.meters() == []
    assert not idle.ledger.is_due(KETTLE)


async def test_the_last_readings_are_written_at_the_end(idle: Bench) -> None:
    async with idle.ledger.kept_in(idle.disk):
        await idle.use(60)
    assert await idle.days_j() == {TODAY: 3600}


async def test_a_short_restart_is_no_gap(idle: Bench) -> None:
    async with idle.ledger.kept_in(idle.disk):
        await idle.use(60)
    idle.pass_time(60)
    async with restarted(idle):
        await idle.use(60)
    assert await idle.days_j() == {TODAY: 60 * 180}


async def test_power_is_what_it_was_until_the_relay_moved(bench: Bench) -> None:
    bench.see()
    bench.pass_time(20)
    bench.switch(on=False)
    bench.pass_time(10)
    bench.see(power_w=0, is_on=False)
    await bench.ledger.write_now()
    assert await bench.days_j() == {TODAY: 60 * 20}


async def test_samples_of_a_plug_that_the_home_does_not_know_are_dropped(bench: Bench) -> None:
    await bench.use(60, STRANGER)
    await bench.use(60, LAMP)
    await bench.ledger.write_now()
    assert await bench.totals_j() == {LAMP: 3600}
    assert not bench.ledger.is_due(STRANGER)


async def test_a_stranger_that_is_taken_in_is_measured_from_then_on(bench: Bench) -> None:
    await bench.use(60, STRANGER)
    await bench.ledger.write_now()
    await bench.home.save_plug(PlugRecord(uuid=STRANGER, name="new", registered_at=NOON))
    await bench.use(60, STRANGER)
    await bench.ledger.write_now()
    assert await bench.totals_j() == {STRANGER: 3600}


# --- while the disk takes nothing ----------------------------------------------------------------


async def test_what_waits_for_the_disk_is_written_once(bench: Bench) -> None:
    await bench.use(60)
    await bench.ledger.write_now()
    bench.disk.is_full = True
    for uuid in (KETTLE, LAMP, KETTLE):  # the lamp has no number yet
        await bench.use(120, uuid)
        with pytest.raises(NotKept):
            await bench.ledger.write_now()
    assert await bench.totals_j() == {KETTLE: 3600}
    bench.disk.is_full = False
    for _ in range(2):
        await bench.ledger.write_now()
    # Between the kettle's two times there are two minutes of the lamp, which is a gap.
    assert await bench.totals_j() == {KETTLE: 60 * (60 + 120 + 120), LAMP: 60 * 120}
    samples = await bench.disk.samples(await bench.number(), 0, 2**50, 1000)
    assert len(samples) == len({each.at_ms for each in samples}) == 3 + 4 + 5
    minutes = await bench.disk.minutes(await bench.number(), 0, END_S)
    assert sum(joules for _, joules, _ in minutes) == 60 * 300


async def test_it_tries_again_by_itself(bench: Bench) -> None:
    bench.disk.is_full = True
    await bench.use(60)
    for _ in range(3):
        bench.disk.refused.clear()
        await bench.clock.advance(WRITE_S)
        await bench.disk.refused.wait()
    bench.disk.is_full = False
    await bench.clock.advance(WRITE_S)
    await bench.ledger.write_now()
    assert await bench.totals_j() == {KETTLE: 3600}


async def test_who_is_cancelled_while_it_writes_takes_nothing_with_him(bench: Bench) -> None:
    await bench.use(60)
    bench.disk.is_free.clear()
    async with asyncio.TaskGroup() as tasks:
        weighing = tasks.create_task(bench.weigh())
        await asyncio.sleep(0.01)
        bench.see(LAMP)
        weighing.cancel()
    bench.disk.is_full = True
    bench.disk.is_free.set()
    with pytest.raises(NotKept):
        await bench.ledger.write_now()
    bench.disk.is_full = False
    await bench.ledger.write_now()
    assert await bench.totals_j() == {KETTLE: 3600, LAMP: 0}


async def test_a_plug_that_is_forgotten_while_the_disk_is_full_leaves_nothing(bench: Bench) -> None:
    await bench.use(60)
    await bench.ledger.write_now()
    number = await bench.number()
    bench.disk.is_full = True
    await bench.use(60)
    await bench.use(60, LAMP)
    with pytest.raises(NotKept):
        await bench.ledger.write_now()
    await bench.home.delete_plug(KETTLE)
    bench.ledger.forget(KETTLE)
    bench.disk.is_full = False
    await bench.ledger.write_now()
    assert await bench.totals_j() == {LAMP: 3600}
    assert await bench.disk.series(number, 0, END_S) == []


async def test_a_plug_may_be_forgotten_while_the_disk_is_slow(bench: Bench) -> None:
    await bench.use(60)
    bench.disk.is_free.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bench.ledger.write_now())
        await asyncio.sleep(0.01)
        await bench.home.delete_plug(KETTLE)
        bench.ledger.forget(KETTLE)
        await bench.use(60, LAMP)
        bench.disk.is_free.set()
    await bench.ledger.write_now()
    assert await bench.totals_j() == {LAMP: 3600}


@pytest.mark.parametrize("uuid", [KETTLE, LAMP])
async def test_of_what_waits_the_oldest_samples_give_way_and_no_energy(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, uuid: Uuid
) -> None:
    bench.see()
    await bench.ledger.write_now()  # the kettle has a number now, and the lamp has none
    for limit in ("_WAITING_SAMPLES", "_WAITING_OF_ONE"):
        monkeypatch.setattr(meters, limit, 3)
    bench.disk.is_full = True
    for _ in range(2):
        await bench.use(150, uuid)
        with pytest.raises(NotKept):
            await bench.ledger.write_now()
    bench.disk.is_full = False
    await bench.ledger.write_now()
    number = await bench.number(uuid)
    assert len(await bench.disk.samples(number, int(NOON.timestamp() * 1000) + 1, 2**50, 100)) == 3
    assert (await bench.totals_j())[uuid] == 60 * 300


async def test_a_plug_that_comes_again_begins_anew(bench: Bench) -> None:
    await bench.use(60)
    await bench.ledger.write_now()
    number = await bench.number()
    await bench.home.delete_plug(KETTLE)
    bench.ledger.forget(KETTLE)
    await bench.home.save_plug(PlugRecord(uuid=KETTLE, name="again", registered_at=NOON))
    await bench.use(60)
    await bench.ledger.write_now()
    assert await bench.totals_j() == {KETTLE: 3600}
    assert await bench.number() != number


# --- when a plug is asked for its days -----------------------------------------------------------


async def test_a_plug_is_due_when_it_is_new_here_and_after_a_gap(bench: Bench) -> None:
    assert not bench.ledger.is_due(KETTLE)
    bench.see()
    assert bench.ledger.is_due(KETTLE)
    await bench.weigh()
    assert not bench.ledger.is_due(KETTLE)
    for seconds, is_due in ((GAP_S, False), (GAP_S + 1, True)):
        bench.pass_time(seconds)
        bench.see()
        assert bench.ledger.is_due(KETTLE) is is_due


async def test_a_plug_is_due_once_in_each_new_day_when_that_is_settled(bench: Bench) -> None:
    midnight = datetime(2026, 1, 6, tzinfo=UTC)
    bench.clock.set_now(midnight - timedelta(minutes=61))
    bench.see()
    await bench.weigh()
    asked = []
    for minutes in range(-60, 180):
        bench.clock.set_now(midnight + timedelta(minutes=minutes))
        bench.see()
        if bench.ledger.is_due(KETTLE):
            asked.append(minutes)
            await bench.weigh()
    assert len(asked) == 1
    assert 70 <= asked[0] <= 80  # all plugs of a home spread over ten minutes


async def test_a_plug_that_came_before_its_day_was_settled_is_asked_again_then(bench: Bench) -> None:
    midnight = datetime(2026, 1, 6, tzinfo=UTC)
    bench.clock.set_now(midnight + timedelta(minutes=20))
    bench.see()
    await bench.weigh()
    assert not bench.ledger.is_due(KETTLE)
    bench.clock.set_now(midnight + timedelta(minutes=81))
    assert bench.ledger.is_due(KETTLE)


async def test_a_plug_that_could_not_be_asked_is_due_some_minutes_later(bench: Bench) -> None:
    bench.see()
    bench.ledger.could_not_ask(KETTLE)
    bench.ledger.could_not_ask(STRANGER)
    assert not bench.ledger.is_due(KETTLE)
    await bench.clock.advance(299)
    assert not bench.ledger.is_due(KETTLE)
    await bench.clock.advance(1)
    assert bench.ledger.is_due(KETTLE)


async def test_a_plug_whose_days_could_not_be_written_stays_due(bench: Bench) -> None:
    bench.see()
    bench.disk.is_full = True
    with pytest.raises(NotKept):
        await bench.weigh()
    assert bench.ledger.is_due(KETTLE)


# --- what it tells of its days -------------------------------------------------------------------


async def test_a_gap_is_filled_from_the_plugs_own_day(bench: Bench) -> None:
    await bench.use(3600)  # 60 Wh
    bench.clock.set_now(NOON + timedelta(days=1))
    bench.see()
    assert await bench.weigh(told(TODAY, 100)) == [(TODAY, Reason.GAP)]
    assert await bench.days_j() == {TODAY: 100 * 3600}
    assert await bench.weigh(told(TODAY, 100)) == []
    assert await bench.totals_j() == {KETTLE: 100 * 3600}


@pytest.mark.parametrize(("swing_w", "kept_wh"), [(0, 60.5), (20, 61)])
async def test_samples_are_finer_than_the_plugs_count_where_power_is_steady(
    bench: Bench, swing_w: float, kept_wh: float
) -> None:
    for number in range(122):  # for 3,630 seconds, with 60 W on average
        bench.see(power_w=POWER_W + swing_w * (-1) ** number)
        bench.pass_time(INTERVAL_S)
    await bench.weigh(told(TODAY, 61))
    assert await bench.days_j() == {TODAY: kept_wh * 3600}


async def test_an_older_day_is_weighed_again_when_the_plug_tells_another_count(bench: Bench) -> None:
    bench.see()
    old = TODAY - timedelta(days=10)
    assert await bench.weigh(told(old, 50)) == [(old, Reason.GAP)]
    assert await bench.weigh(told(old, 51)) == [(old, Reason.GAP)]
    assert await bench.days_j() == {old: 51 * 3600}


@pytest.mark.parametrize("energy_wh", [-1, 96_001, 2**53])
async def test_what_no_plug_can_count_in_a_day_is_not_believed(bench: Bench, energy_wh: int) -> None:
    bench.see()
    yesterday = TODAY - timedelta(days=1)
    assert await bench.weigh(told(yesterday, energy_wh)) == [(yesterday, Reason.IMPOSSIBLE)]
    assert await bench.days_j() == {}
    [row] = await bench.disk.corrections(await bench.number(), limit=10, before=None)
    assert row.correction.told_wh == energy_wh
    assert await bench.weigh(told(yesterday, 96_000)) == [(yesterday, Reason.GAP)]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "No/Where", "Europe"])
async def test_days_of_another_zone_are_left_alone(bench: Bench, zone: str) -> None:
    bench.see()
    days = [told(TODAY - timedelta(days=back), 50) for back in range(5)]
    days += [Told(day=day, energy_wh=50, updated_s=0) for day in (date.min, date.max)]
    assert await bench.weigh(*days, zone=zone) == []
    assert await bench.days_j() == {}
    assert await bench.disk.told(await bench.number(), 0) == []


async def test_days_that_begin_and_end_with_ours_are_ours_whatever_their_zone_is_called(bench: Bench) -> None:
    bench.see()
    yesterday = TODAY - timedelta(days=1)
    for energy_wh, zone in (
        (50, ""),
        (51, "Africa/Accra"),
        (52, "Europe/London"),
    ):  # all of them UTC in winter
        assert await bench.weigh(told(yesterday, energy_wh), zone=zone) == [(yesterday, Reason.GAP)]


# --- another zone --------------------------------------------------------------------------------

EVENING = datetime(2026, 1, 5, 22, 30, tzinfo=UTC)  # an hour is used from here; in Athens it is past midnight
TOMORROW = TODAY + timedelta(days=1)


def use_zone(bench: Bench, zone: str) -> None:
    bench.ledger.use(zone=zone, interval_s=INTERVAL_S, settings=EnergySettings())


async def test_days_are_made_anew_when_the_zone_is_changed(bench: Bench) -> None:
    bench.clock.set_now(EVENING)
    await bench.use(3600)
    await bench.ledger.write_now()
    assert await bench.days_j() == {TODAY: 60 * 3600}
    for zone, days in (
        ("Europe/Berlin", {TODAY: 60 * 1800, TOMORROW: 60 * 1800}),
        ("Europe/Athens", {TOMORROW: 60 * 3600}),
        ("UTC", {TODAY: 60 * 3600}),
    ):
        use_zone(bench, zone)
        await bench.ledger.write_now()
        assert await bench.days_j() == days
    assert await bench.totals_j() == {KETTLE: 60 * 3600}


async def test_days_are_made_anew_when_the_zone_was_changed_while_the_hub_was_stopped(idle: Bench) -> None:
    idle.clock.set_now(EVENING)
    async with idle.ledger.kept_in(idle.disk):
        await idle.use(3600)
    async with restarted(idle, "Europe/Athens"):
        await idle.ledger.write_now()
        assert await idle.days_j() == {TOMORROW: 60 * 3600}


async def test_what_waits_while_the_zone_is_changed_goes_to_the_days_of_the_new_one(bench: Bench) -> None:
    bench.clock.set_now(EVENING)
    await bench.use(1800)
    await bench.ledger.write_now()
    bench.disk.is_full = True
    await bench.use(1800)
    with pytest.raises(NotKept):
        await bench.ledger.write_now()
    use_zone(bench, "Europe/Athens")
    bench.disk.is_full = False
    await bench.ledger.write_now()
    assert await bench.days_j() == {TOMORROW: 60 * 3600}


async def test_what_a_plug_counted_in_days_of_the_old_zone_is_not_weighed(idle: Bench) -> None:
    idle.clock.set_now(EVENING)
    async with idle.ledger.kept_in(idle.disk):
        await idle.use(3600)
        await idle.ledger.write_now()
        use_zone(idle, "Asia/Kolkata")
        await idle.ledger.write_now()
        before = await idle.days_j()
        days = [told(TODAY, 400, "Asia/Kolkata"), told(TOMORROW, 90, "Asia/Kolkata")]
        idle.clock.set_now(EVENING + timedelta(days=1))
        assert await idle.weigh(*days, zone="Asia/Kolkata") == []
    async with restarted(idle, "Asia/Kolkata"):  # it is remembered
        idle.see()
        assert await idle.weigh(*days, zone="Asia/Kolkata") == []
        assert {day: joules for day, joules in (await idle.days_j()).items() if day in before} == before
        idle.clock.set_now(EVENING + timedelta(days=2))
        after = TOMORROW + timedelta(days=1)
        assert await idle.weigh(told(after, 90, "Asia/Kolkata"), zone="Asia/Kolkata") == [(after, Reason.GAP)]


async def test_the_zone_of_a_home_where_nothing_is_kept_yet_is_free(idle: Bench) -> None:
    async with idle.ledger.kept_in(idle.disk):
        await idle.ledger.write_now()
    async with restarted(idle, "Europe/Athens"):
        idle.see()
        days = [told(TODAY - timedelta(days=back), 50, "Europe/Athens") for back in (1, 2)]
        assert len(await idle.weigh(*days, zone="Europe/Athens")) == 2
        zone = await idle.disk.zone()
        assert zone is not None
        assert (zone.name, zone.since_day <= day_number(TODAY) - 30) == ("Europe/Athens", True)
