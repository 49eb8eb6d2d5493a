"""When plugs came and went: what is kept of it, and what gives way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.core.state import Availability, AvailabilityChange
from ownplug.store import SqliteStore

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
KETTLE, LAMP, STRANGER = (Uuid(f"{number:032x}") for number in (1, 2, 3))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "hub.sqlite3") as found:
        for uuid in (KETTLE, LAMP):
            await found.save_plug(PlugRecord(uuid=uuid, name=uuid.tail, registered_at=NOON))
        yield found


def change(number: int, uuid: Uuid = KETTLE, *, days: float = 0, reason: str = "") -> AvailabilityChange:
    return AvailabilityChange(
        number=number,
        uuid=uuid,
        at=NOON + timedelta(days=days),
        availability=Availability.OFFLINE if reason else Availability.ONLINE,
        reason=reason,
    )


async def numbers(
    store: SqliteStore, uuid: Uuid = KETTLE, *, limit: int = 100, up_to: int | None = None
) -> list[int]:
    return [found.number for found in await store.availability.changes(uuid, limit=limit, up_to=up_to)]


async def test_changes_come_back_as_they_were_newest_first(store: SqliteStore) -> None:
    told = [change(1), change(2, reason="it fell silent"), change(3, LAMP)]
    await store.availability.add(told, alive_at=NOON, keep=10)
    assert await store.availability.changes(KETTLE, limit=10, up_to=None) == [told[1], told[0]]
    assert await numbers(store, limit=1) == [2]
    assert await numbers(store, up_to=1) == [1]
    assert sorted(await store.availability.last_changes(), key=lambda found: found.number) == told[1:]


async def test_the_same_changes_may_come_again(store: SqliteStore) -> None:
    for _ in range(2):
        await store.availability.add([change(1), change(2)], alive_at=NOON, keep=10)
    assert await numbers(store) == [2, 1]


async def test_only_the_newest_of_a_plug_are_kept(store: SqliteStore) -> None:
    await store.availability.add([change(n) for n in range(1, 8)] + [change(8, LAMP)], alive_at=NOON, keep=3)
    assert await numbers(store) == [7, 6, 5]
    assert await numbers(store, LAMP) == [8]


async def test_what_had_ended_is_forgotten_and_what_still_held_is_not(store: SqliteStore) -> None:
    told = [change(1, days=0), change(2, days=1), change(3, days=5), change(4, LAMP, days=0)]
    await store.availability.add(told, alive_at=NOON, keep=10)
    await store.availability.drop_before(NOON + timedelta(days=3))
    assert (await numbers(store), await numbers(store, LAMP)) == ([3, 2], [4])


async def test_a_plug_that_the_home_does_not_know_leaves_nothing(store: SqliteStore) -> None:
    await store.availability.add([change(1, STRANGER), change(2)], alive_at=NOON, keep=10)
    assert (await numbers(store, STRANGER), await numbers(store)) == ([], [2])
    await store.delete_plug(KETTLE)
    assert await numbers(store) == []


async def test_it_is_known_when_the_hub_last_ran(store: SqliteStore) -> None:
    assert await store.availability.alive_at() is None
    await store.availability.note_alive(NOON)
    assert await store.availability.alive_at() == NOON
    await store.availability.add([], alive_at=NOON + timedelta(minutes=1), keep=10)
    assert await store.availability.alive_at() == NOON + timedelta(minutes=1)


async def test_a_plug_went_with_the_first_change_after_it_was_online(store: SqliteStore) -> None:
    told = [
        change(1, reason="at first"),
        change(2),
        change(3, reason="it fell silent"),
        change(4, LAMP, reason="never seen online"),
        change(5, reason="still"),
    ]
    await store.availability.add(told, alive_at=NOON, keep=10)
    losses = sorted(await store.availability.losses(), key=lambda found: found.number)
    assert losses == [told[2], told[3]]
    await store.availability.add([change(6)], alive_at=NOON, keep=10)
    assert await store.availability.losses() == [told[3]]
