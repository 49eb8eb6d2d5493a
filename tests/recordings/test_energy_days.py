"""The days that a real plug told, weighed and kept: what a careful reader makes of them by hand.

The plug of the recording has no zone, so its days are those of UTC. It was asked three times on 10 February 2023,
soon after 9:14, and said the same each time. What it says is quoted below, in its own order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ownplug.core.energy.calendar import day_number, day_of_number
from ownplug.core.energy.kept import Batch
from ownplug.core.energy.reconcile import Correction, Reason
from ownplug.core.identity import Uuid
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.records import PlugRecord
from ownplug.core.state import PlugState
from ownplug.hub.reducer import reduce
from ownplug.ledger import EnergySettings, Ledger
from ownplug.plug.abilities import Abilities
from ownplug.plug.features.consumption import Energy
from ownplug.store import SqliteStore
from ownplug.testing import FakeClock
from ownplug.testing.recorded_plug import NOW_S, RecordedLink, RecordedPlug
from ownplug.testing.recordings import UUID, read_recording

ASKED_AT = datetime.fromtimestamp(NOW_S, UTC)
TODAY = date(2023, 2, 10)
LISTINGS = 3

# By hand, from line 9 of the recording: `value` of each `date`, and when in UTC its `time` is.
BY_HAND_WH = {
    date(2023, 1, 12): 41,  # 23:58:03, and so each evening but where it says otherwise
    date(2023, 1, 13): 39,
    date(2023, 1, 14): 36,
    date(2023, 1, 15): 36,
    date(2023, 1, 16): 36,
    date(2023, 1, 17): 41,
    date(2023, 1, 18): 23,
    date(2023, 1, 19): 24,  # 10:44:17: then it was unplugged, and the 20th is missing
    date(2023, 1, 21): 4,  # 21:41:05
    date(2023, 1, 22): 1,  # 21:25:35
    date(2023, 1, 23): 12,
    date(2023, 1, 24): 37,
    date(2023, 1, 25): 21,
    date(2023, 1, 26): 15,
    date(2023, 1, 27): 23,
    date(2023, 1, 28): 7,  # 14:51:16: unplugged until 10 February, of which it tells 0
}
BY_HAND_TOTAL_WH = 396


class Reader:
    """A hub's ledger that hears the recorded plug."""

    def __init__(self, store: SqliteStore, ledger: Ledger, link: RecordedLink) -> None:
        self.store = store
        self.ledger = ledger
        self._link = link
        self._energy = Energy(link, Abilities(link))
        self._state = PlugState()

    async def read(self, at: datetime) -> None:
        """Hear what it is, and what it measures."""
        for namespace in (ns.SYSTEM_ALL, ns.CONTROL_ELECTRICITY):
            reply = await self._link.request(Method.GET, namespace, {})
            old, self._state = self._state, reduce(self._state, reply, at)
            self.ledger.seen(Uuid(UUID), old, self._state)

    async def weigh(self) -> list[Correction]:
        zone = self._state.timezone
        assert zone == ""
        return await self.ledger.weigh(Uuid(UUID), await self._energy.records(), zone=zone)

    async def kept_wh(self) -> dict[date, float]:
        days = await self.store.energy.days(0, day_number(TODAY) + 10, None)
        return {day_of_number(day): joules / 3600 for _, day, joules, _ in days}

    async def total_wh(self) -> float:
        [row] = await self.store.energy.meters()
        return row.total_j / 3600


@asynccontextmanager
async def reader(folder: Path, reference: Path, clock: FakeClock, zone: str = "UTC") -> AsyncIterator[Reader]:
    link = RecordedLink(RecordedPlug(read_recording(reference / "traces" / "mss310r-hw2.0.0-fw2.1.4.csv")))
    async with SqliteStore(folder / "hub.sqlite3") as store:
        await store.save_plug(PlugRecord(uuid=Uuid(UUID), name="plug", registered_at=ASKED_AT))
        ledger = Ledger(clock, zone=zone, interval_s=30, settings=EnergySettings())
        async with ledger.kept_in(store.energy):
            yield Reader(store, ledger, link)


async def test_a_plug_that_is_new_here_brings_the_days_that_it_remembers(
    tmp_path: Path, reference: Path
) -> None:
    async with reader(tmp_path, reference, FakeClock(ASKED_AT)) as plug:
        await plug.read(ASKED_AT)
        corrections = await plug.weigh()
        # Whole hours of nobody: each day is filled, to the watt-hour. Days that it did not tell are no days.
        assert await plug.kept_wh() == BY_HAND_WH
        assert await plug.total_wh() == BY_HAND_TOTAL_WH == sum(BY_HAND_WH.values())
        assert {(each.day, each.reason, each.before_wh, each.after_wh) for each in corrections} == {
            (day, Reason.GAP, 0, wh) for day, wh in BY_HAND_WH.items()
        }
        assert {each.uncovered_s for each in corrections} == {86_400}


async def test_the_same_list_again_changes_nothing(tmp_path: Path, reference: Path) -> None:
    async with reader(tmp_path, reference, FakeClock(ASKED_AT)) as plug:
        await plug.read(ASKED_AT)
        made = [len(await plug.weigh()) for _ in range(LISTINGS)]
        assert made == [len(BY_HAND_WH), 0, 0]
        assert await plug.kept_wh() == BY_HAND_WH
        assert await plug.total_wh() == BY_HAND_TOTAL_WH


async def test_what_was_measured_is_filled_put_right_or_left(tmp_path: Path, reference: Path) -> None:
    async with reader(tmp_path, reference, FakeClock(ASKED_AT)) as plug:
        await plug.read(ASKED_AT)
        await plug.ledger.write_now()
        [meter] = await plug.store.energy.meters()
        batch = Batch()
        for day, hours, hour_wh in (
            (date(2023, 1, 13), 24, 1.64),  # 39.36 Wh: the plug's 39, seen more finely
            (
                date(2023, 1, 14),
                24,
                1.75,
            ),  # 42 Wh: the plug counted 36, or 36.99 if it rounds down: half of that is near both
            (date(2023, 1, 15), 24, 1.25),  # 30 Wh: readings missed 6
            (date(2023, 1, 16), 12, 1.25),  # 15 Wh in half a day: the other half had 21
            (date(2023, 1, 20), 24, 0.0),  # unplugged, and nobody says otherwise
            (date(2023, 1, 24), 24, 3.0),  # 72 Wh: the plug's 37 are so few that it must have lost some
        ):
            for hour in range(hours):
                at_s = int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp())
                batch.add(meter.number, at_s, at_s, day_number(day), round(hour_wh * 3600), 3_600_000)
        await plug.store.energy.add(batch)
        noted = {each.day: each.reason for each in await plug.weigh()}
        changed = {
            date(2023, 1, 13): 39.36,
            date(2023, 1, 14): 36.5,
            date(2023, 1, 15): 36,
            date(2023, 1, 16): 36,
            date(2023, 1, 20): 0,
            date(2023, 1, 24): 72,
        }
        assert await plug.kept_wh() == BY_HAND_WH | changed
        assert {day: noted.get(day) for day in changed} == {
            date(2023, 1, 13): None,
            date(2023, 1, 14): Reason.SAMPLING,
            date(2023, 1, 15): Reason.SAMPLING,
            date(2023, 1, 16): Reason.GAP,
            date(2023, 1, 20): None,
            date(2023, 1, 24): Reason.LOST_COUNT,
        }


async def test_a_day_that_the_plug_should_have_dropped_stays_as_it_is_kept(
    tmp_path: Path, reference: Path
) -> None:
    clock = FakeClock(ASKED_AT)
    async with reader(tmp_path, reference, clock) as plug:
        await plug.read(ASKED_AT)
        await plug.weigh()
        clock.set_now(ASKED_AT + timedelta(days=2))
        stale = await plug.weigh()
        # It tells of 30 days: on the 12th the oldest of them is 14 January.
        assert [(each.day, each.reason) for each in stale] == [
            (date(2023, 1, 12), Reason.STALE),
            (date(2023, 1, 13), Reason.STALE),
        ]
        assert await plug.kept_wh() == BY_HAND_WH


async def test_days_of_a_plug_in_another_zone_are_neither_kept_nor_doubted(
    tmp_path: Path, reference: Path
) -> None:
    async with reader(tmp_path, reference, FakeClock(ASKED_AT), zone="Europe/Berlin") as plug:
        await plug.read(ASKED_AT)
        # 23:58 of its days is past midnight here, which is no fault of theirs.
        assert await plug.weigh() == []
        assert await plug.kept_wh() == {}
