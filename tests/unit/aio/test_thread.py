from __future__ import annotations

import asyncio
import threading

import pytest

from ownplug.aio import in_thread


async def test_it_returns_and_raises_what_the_work_does() -> None:
    assert await in_thread(threading.get_ident) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_cancel_comes_out_when_the_work_has_ended(fails: bool) -> None:
    begun, may_end, told = threading.Event(), threading.Event(), []

    def work() -> None:
        begun.set()
        may_end.wait()
        told.append("work ended")
        if fails:
            raise OSError("the disk is full")

    async def wait() -> None:
        try:
            await in_thread(work)
        except asyncio.CancelledError:
            told.append("cancelled")
            raise

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(wait())
        await asyncio.to_thread(begun.wait)
        task.cancel()
        for _ in range(5):
            await asyncio.sleep(0)
        assert told == []
        may_end.set()
    assert told == ["work ended", "cancelled"]
