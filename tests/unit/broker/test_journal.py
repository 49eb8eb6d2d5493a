from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from ownplug.broker.journal import BATCH, Journal
from ownplug.core.errors import OwnplugError
from ownplug.core.mqtt import Change, Remembered, RetainedDropped


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
            raise OwnplugError("The disk is full.")
        self.written += changes
        self.batches.append(len(changes))


def change(number: int) -> RetainedDropped:
    return RetainedDropped(topic=str(number))


async def run_for_a_while(journal: Journal) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.01):
            await journal.run()


async def test_without_a_store_nothing_is_waited_for() -> None:
    journal, calls = Journal(None), []
    journal.put(change(1))
    journal.after(lambda: calls.append("at once"))
    assert (calls, journal.position, journal.all_written.is_set()) == (["at once"], 0, True)


async def test_a_call_comes_when_everything_before_it_is_on_the_disk() -> None:
    disk = Disk()
    journal, calls = Journal(disk), []
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


async def test_a_note_is_written_in_order_and_holds_no_answer_back() -> None:
    disk = Disk()
    disk.may_write.set()
    journal = Journal(disk)
    journal.note(change(1))
    journal.put(change(2))
    assert journal.position == 1
    await run_for_a_while(journal)
    assert disk.written == [change(1), change(2)]


async def test_a_failure_comes_out_and_the_next_run_writes_what_was_not() -> None:
    disk = Disk()
    disk.may_write.set()
    disk.failures = 1
    journal, calls = Journal(disk), []
    journal.put(change(1))
    journal.after(lambda: calls.append("done"))
    with pytest.raises(OwnplugError):
        await journal.run()
    assert calls == []
    journal.put(change(2))
    await run_for_a_while(journal)
    assert (disk.written, calls) == ([change(1), change(2)], ["done"])


async def test_a_flood_goes_in_batches() -> None:
    disk = Disk()
    disk.may_write.set()
    journal = Journal(disk)
    for number in range(2 * BATCH + 1):
        journal.put(change(number))
    await run_for_a_while(journal)
    assert disk.batches == [BATCH, BATCH, 1]
