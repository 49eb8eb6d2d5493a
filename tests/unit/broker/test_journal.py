from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from ownplug.broker.journal import BATCH, RETRY_S, Journal
from ownplug.core.errors import OwnplugError
from ownplug.core.mqtt import (
    Change,
    IdTaken,
    KeptMessage,
    MessageDone,
    MessageKept,
    QoS,
    Remembered,
    RetainedDropped,
    RetainedKept,
    RetainedMessage,
    SessionKey,
)
from ownplug.testing import FakeClock

ANNA = SessionKey("anna", "one")


class Disk:
    """Writes when the test lets it, or fails."""

    def __init__(self) -> None:
        self.written: list[Change] = []
        self.batches: list[int] = []
        self.may_write = asyncio.Event()
        self.failures = 0

    async def load(self) -> Remembered:
        return Remembered()

    async def write(self, changes: Sequence[Change]) -> None:
        await self.may_write.wait()
        if self.failures:
            self.failures -= 1
            raise OwnplugError("The disk is full.", hint="Make room.")
        self.written += changes
        self.batches.append(len(changes))


def change(number: int) -> RetainedDropped:
    return RetainedDropped(topic=str(number))


def kept(packet_id: int, qos: QoS = QoS.AT_LEAST_ONCE) -> MessageKept:
    message = KeptMessage(packet_id=packet_id, qos=qos, topic="a", payload=b"1", retain=False)
    return MessageKept(key=ANNA, message=message)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def run_for_a_while(journal: Journal) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.01):
            await journal.run()


async def test_without_a_store_nothing_is_waited_for() -> None:
    journal, calls = Journal(None, FakeClock()), []
    journal.put(change(1))
    journal.after(lambda: calls.append("at once"))
    assert (calls, journal.position, journal.all_written.is_set()) == (["at once"], 0, True)


async def test_a_call_comes_when_everything_before_it_is_on_the_disk(clock: FakeClock) -> None:
    disk = Disk()
    journal, calls = Journal(disk, clock), []
    journal.after(lambda: calls.append("nothing to wait for"))
    journal.put(change(1))
    journal.after(lambda: calls.append(f"after {len(disk.written)}"))
    journal.put(change(2))
    await run_for_a_while(journal)
    assert calls == ["nothing to wait for"]
    disk.may_write.set()
    await run_for_a_while(journal)
    assert calls == ["nothing to wait for", "after 2"]
    assert (disk.written, journal.all_written.is_set()) == ([change(1), change(2)], True)


async def test_a_note_is_written_in_order_and_holds_no_answer_back(clock: FakeClock) -> None:
    disk = Disk()
    disk.may_write.set()
    journal = Journal(disk, clock)
    journal.note(change(1))
    journal.put(change(2))
    assert journal.position == 1
    await run_for_a_while(journal)
    assert disk.written == [change(1), change(2)]


async def test_what_the_disk_did_not_take_is_tried_again_first(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Disk()
    disk.may_write.set()
    disk.failures = 2
    journal, calls = Journal(disk, clock), []
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(journal.run())
        journal.put(change(1))
        journal.after(lambda: calls.append("done"))
        await settle()
        assert journal.is_stuck
        journal.put(change(2))
        await clock.advance(RETRY_S)
        assert (journal.is_stuck, calls, disk.written) == (True, [], [])
        await clock.advance(RETRY_S)
        await settle()
        assert (journal.is_stuck, calls, disk.written) == (False, ["done"], [change(1), change(2)])
        running.cancel()
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert told == [
        ("ERROR", "What MQTT clients want kept cannot be written: The disk is full. Make room."),
        ("WARNING", "What MQTT clients want kept is written again"),
    ]


async def test_messages_at_qos_1_go_on_from_memory_while_the_disk_takes_nothing(clock: FakeClock) -> None:
    disk = Disk()
    disk.may_write.set()
    disk.failures = 1
    journal, calls = Journal(disk, clock), []

    def put(what: str, changed: Change) -> None:
        position = journal.position
        journal.put(changed)
        journal.after(lambda: calls.append(what), since=position)

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(journal.run())
        put("at QoS 1, on its way", kept(1))
        put("retained", change(1))
        put("at QoS 2", kept(2, QoS.EXACTLY_ONCE))
        await settle()
        assert calls == ["at QoS 1, on its way"]
        position = journal.position
        put("at QoS 1, later", kept(3))
        assert journal.position == position  # nobody is held for it
        put("at QoS 2, later", kept(4, QoS.EXACTLY_ONCE))
        assert calls == ["at QoS 1, on its way", "at QoS 1, later"]
        await clock.advance(RETRY_S)
        await settle()
        assert calls[2:] == ["retained", "at QoS 2", "at QoS 2, later"]
        position = journal.position
        put("as ever", kept(5))
        assert (journal.position, len(calls)) == (position + 1, 5)
        await settle()
        running.cancel()
    assert disk.written == [
        kept(1),
        change(1),
        kept(2, QoS.EXACTLY_ONCE),
        kept(3),
        kept(4, QoS.EXACTLY_ONCE),
        kept(5),
    ]


async def test_news_of_a_message_makes_older_news_needless_so_that_nothing_grows(clock: FakeClock) -> None:
    disk = Disk()
    journal, calls = Journal(disk, clock), []
    done = MessageDone(key=ANNA, packet_id=1)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(journal.run())
        journal.put(kept(1))
        await settle()  # the disk has begun to write it
        for _ in range(1_000):
            journal.note(done)
            journal.put(kept(1))
        journal.note(done)
        journal.after(lambda: calls.append("done"))
        disk.may_write.set()
        await settle()
        running.cancel()
    assert disk.written == [kept(1), done]
    assert (calls, journal.all_written.is_set()) == (["done"], True)


async def test_a_packet_id_is_never_written_without_what_came_with_it(clock: FakeClock) -> None:
    disk = Disk()
    disk.may_write.set()
    journal = Journal(disk, clock)
    for number in range(BATCH - 1):
        journal.put(change(number))
    message = RetainedMessage(topic="a", payload=b"1", qos=QoS.EXACTLY_ONCE, owner="anna")
    came_together: list[Change] = [
        IdTaken(key=ANNA, packet_id=9),
        RetainedKept(message=message),
        kept(1),
        kept(2),
    ]
    for changed in (*came_together, IdTaken(key=ANNA, packet_id=10), kept(3)):
        journal.put(changed)
    await run_for_a_while(journal)
    assert disk.batches == [BATCH + 3, 2]
    assert disk.written[BATCH - 1 : BATCH + 3] == came_together


async def test_a_flood_goes_in_batches(clock: FakeClock) -> None:
    disk = Disk()
    disk.may_write.set()
    journal = Journal(disk, clock)
    for number in range(2 * BATCH + 1):
        journal.put(change(number))
    await run_for_a_while(journal)
    assert disk.batches == [BATCH, BATCH, 1]
