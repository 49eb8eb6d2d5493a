"""What a home used is counted once, however its hub ends and begins again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ownplug.core.energy.kept import MeterRow
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.core.state import PlugState, Reading, RelayState
from ownplug.ledger import Ledger
from ownplug.ledger.ledger import SUM_S
from ownplug.store import SqliteStore
from ownplug.testing import FakeClock

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOON_S = int(NOON.timestamp())
KETTLE = Uuid(f"{1:032x}")


class Kettle:
    """A plug that a ledger hears of."""

    def __init__(self, ledger: Ledger, clock: FakeClock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._state = PlugState(relays=(RelayState(channel=0, on=True),))

    def reads(self, power_w: float) -> None:
        reading = Reading(at=self._clock.now(), power_w=power_w, voltage_v=230.0, current_a=1.0)
        self._becomes(PlugState(relays=self._state.relays, reading=reading))

    def switches(self, *, on: bool) -> None:
        self._becomes(PlugState(relays=(RelayState(channel=0, on=on),)))

    def _becomes(self, state: PlugState) -> None:
        self._ledger.seen(KETTLE, self._state, state)
        self._state = state


@asynccontextmanager
async def life(
    store: SqliteStore, clock: FakeClock, *, is_killed: bool
) -> AsyncIterator[tuple[Ledger, Kettle]]:
    """One life of a ledger; where it is killed, it writes nothing at its end."""
    ledger = Ledger(clock, zone="UTC", interval_s=30.0)
    async with ledger.kept_in(store.energy):
        yield ledger, Kettle(ledger, clock)
        if is_killed:
            ledger.store = None


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "hub.sqlite3") as found:
        await found.save_plug(PlugRecord(uuid=KETTLE, name="kettle", registered_at=NOON))
        yield found


async def kept(store: SqliteStore) -> list[tuple[int, int, int]]:
    return await store.energy.minutes(1, 0, NOON_S + 86_400)


async def meter(store: SqliteStore) -> MeterRow:
    [row] = await store.energy.meters()
    return row


async def wait(clock: FakeClock, seconds: float) -> None:
    """Let time pass by the calendar alone: the ledger's own looking for what to write sleeps on."""
    clock.set_now(clock.now() + timedelta(seconds=seconds))


@pytest.mark.parametrize("is_killed", [False, True])
async def test_the_next_life_counts_on_from_where_the_last_one_wrote(
    store: SqliteStore, is_killed: bool
) -> None:
    clock = FakeClock(NOON)
    async with life(store, clock, is_killed=is_killed) as (ledger, kettle):
        for _ in range(3):
            kettle.reads(100.0)
            await ledger.write_due()
            await wait(clock, 5)
        assert not is_killed or await kept(store) == []
    async with life(store, clock, is_killed=False) as (_, kettle):
        kettle.reads(100.0)
    assert await kept(store) == [(NOON_S, 1500, 15_000)]
    assert (await meter(store)).total_j == 1500


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize(("on", "joules"), [(False, 1000 + 500), (True, 1000 + 1000)])
async def test_time_before_a_relay_moved_is_not_counted_again(
    store: SqliteStore,
    on: bool,
    joules: int,
    is_killed: bool,
) -> None:
    clock = FakeClock(NOON)
    async with life(store, clock, is_killed=is_killed) as (ledger, kettle):
        kettle.switches(on=not on)
        kettle.reads(100.0)
        await ledger.write_now()
        await wait(clock, 10)
        kettle.switches(on=on)
        await ledger.write_due()
        await wait(clock, 10)
    async with life(store, clock, is_killed=False) as (_, kettle):
        kettle.reads(100.0)
    assert await kept(store) == [(NOON_S, joules, 20_000)]


async def test_sums_are_written_now_and_then_samples_at_once(store: SqliteStore) -> None:
    clock = FakeClock(NOON)
    async with life(store, clock, is_killed=True) as (ledger, kettle):
        kettle.reads(100.0)
        await ledger.write_due()
        await wait(clock, 60)
        kettle.reads(100.0)
        await ledger.write_due()
        assert len(await store.energy.samples(1, 0, 10**15, 10)) == 2
        assert await kept(store) == []
        await clock.advance(SUM_S)
        await ledger.write_due()
        assert await kept(store) == [(NOON_S, 6000, 60_000)]


async def test_samples_of_a_clock_that_was_ahead_are_not_summed_again(store: SqliteStore) -> None:
    clock = FakeClock(NOON + timedelta(days=400))
    async with life(store, clock, is_killed=False) as (ledger, kettle):
        kettle.reads(100.0)
        await wait(clock, 60)
        kettle.reads(100.0)
        await ledger.write_now()
        clock.set_now(NOON)
        kettle.reads(100.0)
    async with life(store, clock, is_killed=False) as (_, kettle):
        await wait(clock, 10)
        kettle.reads(100.0)
    assert (await meter(store)).total_j == 6000 + 1000


async def test_a_plug_that_is_forgotten_before_it_has_its_meter_leaves_nothing(store: SqliteStore) -> None:
    clock = FakeClock(NOON)
    async with life(store, clock, is_killed=False) as (ledger, kettle):
        kettle.reads(100.0)
        ledger.forget(KETTLE)
        await ledger.write_now()
    assert await store.energy.meters() == []
