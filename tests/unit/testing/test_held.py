from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from ownplug.testing.held import Held, LoopThread


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    with LoopThread() as thread:
        yield thread


def test_work_is_done_in_a_loop_of_another_thread(thread: LoopThread) -> None:
    async def work() -> tuple[int, str]:
        await asyncio.sleep(0)
        return threading.get_ident(), "done"

    where, what = thread.run(work())
    assert where != threading.get_ident()
    assert what == "done"
    assert thread.call(threading.get_ident) == where


def test_work_that_takes_too_long_is_cancelled(thread: LoopThread) -> None:
    cancelled = threading.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(TimeoutError):
        thread.run(work(), timeout_s=0.01)
    assert cancelled.wait(10)


def test_a_context_is_entered_and_left_in_one_task_of_that_loop(thread: LoopThread) -> None:
    story: list[object] = []

    @asynccontextmanager
    async def context() -> AsyncIterator[str]:
        story.append(asyncio.current_task())
        yield "value"
        story.append(asyncio.current_task())

    held = Held(thread, context)
    assert held.get() == held.get() == "value"
    held.close()
    held.close()
    assert len(story) == 2
    assert story[0] is story[1]


def test_what_prevents_a_context_is_raised_to_whoever_wants_it(thread: LoopThread) -> None:
    async def fail() -> None:
        raise OSError("no room")

    @asynccontextmanager
    async def context() -> AsyncIterator[str]:
        await fail()
        yield ""

    held = Held(thread, context)
    with pytest.raises(OSError, match="no room"):
        held.get()


def test_what_ends_a_context_meanwhile_is_raised_at_its_close(thread: LoopThread) -> None:
    async def fail() -> None:
        raise OSError("broke")

    @asynccontextmanager
    async def context() -> AsyncIterator[str]:
        async with asyncio.TaskGroup() as group:
            yield "value"
            group.create_task(fail())

    held = Held(thread, context)
    assert held.get() == "value"
    with pytest.raises(ExceptionGroup):
        held.close()
