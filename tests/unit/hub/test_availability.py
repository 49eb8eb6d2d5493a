"""When plugs came and went: noted at once, written soon, closed after a crash, read page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.state import Availability, AvailabilityChange, PlugState
from ownplug.hub.availability import KEPT_FOR, NOT_RUNNING, WRITE_S, AvailabilityHistory
from ownplug.testing import LoopClock, run_in_loop_time

if TYPE_CHECKING:
    import pytest
    from tests.unit.hub.conftest import Home, Run

KETTLE, LAMP = (Uuid(f"{number:032x}") for number in (1, 2))
ONLINE, OFFLINE, UNKNOWN = Availability


class MemoryRows:
    """Fits the port `AvailabilityStore`."""

    def __init__(self) -> None:
        self.rows: dict[int, AvailabilityChange] = {}
        self.alive: datetime | None = None
        self.broken = False
        self.writes = 0
        self.dropped_before: list[datetime] = []

    async def last_changes(self) -> list[AvailabilityChange]:
        return list({row.uuid: row for row in self.rows.values()}.values())

    async def losses(self) -> list[AvailabilityChange]:
        lost: dict[Uuid, AvailabilityChange] = {}
        for row in self.rows.values():
            if row.availability is ONLINE:
                lost.pop(row.uuid, None)
            else:
                lost.setdefault(row.uuid, row)
        return list(lost.values())

    async def changes(self, uuid: Uuid, *, limit: int, up_to: int | None) -> list[AvailabilityChange]:
        await asyncio.sleep(0)
        found = [row for row in self.rows.values() if row.uuid == uuid]
        return [row for row in reversed(found) if up_to is None or row.number <= up_to][:limit]

    async def alive_at(self) -> datetime | None:
        return self.alive

    async def add(self, changes: Sequence[AvailabilityChange], *, alive_at: datetime, keep: int) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise OwnplugError("The disk is full.")
        self.writes += 1
        self.rows |= {change.number: change for change in changes}
        self.alive = alive_at

    async def drop_before(self, at: datetime) -> None:
        self.dropped_before.append(at)


Story = Callable[[AvailabilityHistory, MemoryRows, LoopClock], Awaitable[None]]


def play(story: Story, rows: MemoryRows | None = None) -> MemoryRows:
    kept = rows or MemoryRows()

    async def stage() -> None:
        clock = LoopClock()
        history = AvailabilityHistory(clock)
        async with history.kept_in(kept):
            await story(history, kept, clock)

    run_in_loop_time(stage())
    return kept


def became(availability: Availability, reason: str = "", *, since: datetime | None = None) -> PlugState:
    return PlugState(availability=availability, reason=reason, since=since)


async def told(history: AvailabilityHistory, *, limit: int = 10, before: int | None = None) -> list[str]:
    spans, following = await history.spans(KETTLE, limit=limit, before=before)
    return [f"{span.availability.value} {span.reason}".strip() for span in spans] + [f"next {following}"]


def test_what_happens_is_told_at_once_and_written_soon() -> None:
    async def story(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        history.note(KETTLE, became(ONLINE))
        history.note(LAMP, became(ONLINE))
        history.note(KETTLE, became(OFFLINE, "it fell silent"))
        assert (await told(history), rows.writes) == (["offline it fell silent", "online", "next None"], 0)
        await clock.sleep(WRITE_S * 1.5)
        assert (len(rows.rows), rows.writes) == (3, 1)
        assert await told(history) == ["offline it fell silent", "online", "next None"]

    play(story)


def test_a_span_ends_where_the_next_one_of_its_plug_begins() -> None:
    async def story(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        began = clock.now()
        history.note(KETTLE, became(ONLINE, since=began))
        history.note(LAMP, became(ONLINE, since=began + timedelta(minutes=1)))
        history.note(KETTLE, became(OFFLINE, "x", since=began + timedelta(minutes=2)))
        (last, first), _ = await history.spans(KETTLE, limit=5)
        assert (first.began_at, first.ended_at) == (began, began + timedelta(minutes=2))
        assert (last.began_at, last.ended_at) == (began + timedelta(minutes=2), None)

    play(story)


def test_pages_follow_each_other_over_what_is_written_and_what_is_not() -> None:
    async def story(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        for number in range(4):
            history.note(KETTLE, became(OFFLINE, str(number)))
        await clock.sleep(WRITE_S * 1.5)
        history.note(KETTLE, became(OFFLINE, "4"))
        seen, before = [], None
        for _ in range(3):
            spans, before = await history.spans(KETTLE, limit=2, before=before)
            seen += spans
        assert ([span.reason for span in seen], before) == (["4", "3", "2", "1", "0"], None)
        ends = [span.ended_at for span in seen]
        assert ends == [None, *(span.began_at for span in seen[:-1])]

    play(story)


def test_what_was_open_when_the_hub_ended_is_closed_at_its_last_sign_of_life() -> None:
    async def before(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        history.note(KETTLE, became(ONLINE))
        await clock.sleep(1000)

    rows = play(before)
    rows.alive = died = next(iter(rows.rows.values())).at + timedelta(seconds=900)  # as a kill would leave it

    async def after(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        history.note(KETTLE, became(ONLINE))
        spans, _ = await history.spans(KETTLE, limit=5)
        assert [span.availability for span in spans] == [ONLINE, UNKNOWN, ONLINE]
        assert (spans[1].reason, spans[1].began_at, spans[2].ended_at) == (NOT_RUNNING, died, died)

    play(after, rows)
    assert [row.number for row in rows.rows.values()] == [1, 2, 3]


def test_what_nobody_knew_before_a_restart_is_not_closed_again() -> None:
    async def nothing(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        await clock.sleep(1)

    async def online(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        history.note(KETTLE, became(ONLINE))

    rows = play(online)
    for _ in range(3):
        play(nothing, rows)
    assert [row.availability for row in rows.rows.values()] == [ONLINE, UNKNOWN]


def test_since_when_a_plug_is_not_there_is_known_over_restarts_until_it_is_forgotten() -> None:
    seen: list[PlugState] = []

    async def went(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        history.note(KETTLE, became(ONLINE))
        history.note(LAMP, became(ONLINE))
        await clock.sleep(100)
        history.note(KETTLE, became(OFFLINE, "it fell silent"))
        await clock.sleep(1000)

    async def look(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        seen.extend(history.at_start(uuid) for uuid in (KETTLE, LAMP))
        history.forget(KETTLE)
        assert history.at_start(KETTLE) == PlugState()
        await clock.sleep(1)

    rows = play(went)
    went_at = [row.at for row in rows.rows.values() if row.availability is OFFLINE]
    assert rows.alive is not None
    ended_at = rows.alive
    for _ in range(2):
        play(look, rows)
    assert seen == 2 * [
        became(UNKNOWN, "it fell silent", since=went_at[0]),
        became(UNKNOWN, NOT_RUNNING, since=ended_at),
    ]


def test_the_end_writes_what_waits_and_notes_nothing_more() -> None:
    async def story(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        history.note(KETTLE, became(ONLINE))
        await history.end()
        history.note(KETTLE, became(OFFLINE, "the server stops"))

    rows = play(story)
    assert [row.availability for row in rows.rows.values()] == [ONLINE]


def test_a_disk_that_takes_nothing_is_told_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async def story(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        rows.broken = True
        history.note(KETTLE, became(ONLINE))
        await clock.sleep(60)
        assert await told(history) == ["online", "next None"]
        rows.broken = False
        await clock.sleep(WRITE_S * 1.5)
        assert len(rows.rows) == 1

    play(story)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_the_hub_leaves_a_sign_of_life_every_minute_and_forgets_what_is_old_every_day() -> None:
    async def story(history: AvailabilityHistory, rows: MemoryRows, clock: LoopClock) -> None:
        await clock.sleep(600)
        assert 8 <= rows.writes <= 10
        assert rows.alive is not None
        assert clock.now() - rows.alive < timedelta(seconds=65)
        await clock.sleep(86_400)
        first, second = rows.dropped_before
        assert second - first >= timedelta(days=1)
        assert second <= clock.now() - KEPT_FOR

    play(story)


def test_without_a_store_it_lasts_as_long_as_the_hub(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await home.settle()
        plug.leave(reason="it fell silent")
        plug.connect("2")
        plug.connect("3")  # anew, without having been gone
        await home.settle()
        spans, _ = await home.api.observing.availability(plug.uuid.text, limit=10)
        assert [span.availability for span in spans] == [ONLINE, OFFLINE, ONLINE]
        assert spans[1].reason == "it fell silent"

    run(story)


def test_what_cannot_be_written_for_too_long_gives_way_the_oldest_first() -> None:
    async def story() -> None:
        history = AvailabilityHistory(LoopClock())
        for number in range(20_003):
            history.note(LAMP if number else KETTLE, became(OFFLINE, str(number)))
        assert await history.spans(KETTLE, limit=5) == ([], None)
        (newest,), _ = await history.spans(LAMP, limit=1)
        assert newest.reason == "20002"

    run_in_loop_time(story())
