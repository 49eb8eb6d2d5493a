from __future__ import annotations

import asyncio
import threading

import pytest

from ownplug.testing import LoopClock, run_in_loop_time


def test_days_of_sleep_pass_at_once_and_in_order() -> None:
    woken: list[str] = []

    async def sleeper(name: str, days: float) -> None:
        await asyncio.sleep(days * 86400)
        woken.append(name)

    async def story() -> float:
        async with asyncio.TaskGroup() as group:
            group.create_task(sleeper("week", 7))
            group.create_task(sleeper("day", 1))
        return asyncio.get_running_loop().time()

    assert run_in_loop_time(story()) == pytest.approx(7 * 86400)
    assert woken == ["day", "week"]


def test_timers_of_the_same_moment_come_in_the_order_in_which_they_were_set() -> None:
    woken: list[int] = []

    def nothing() -> None: ...

    async def story() -> None:
        loop = asyncio.get_running_loop()
        for number in range(20_000):
            loop.call_at(60.0 if number % 2 else 30.0, woken.append, number)
            loop.call_at(40 + number, nothing)
        await asyncio.sleep(61)

    run_in_loop_time(story())
    assert woken == [*range(0, 20_000, 2), *range(1, 20_000, 2)]


def test_deadlines_expire_in_loop_time() -> None:
    async def story() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run_in_loop_time(story()) == pytest.approx(30)


def test_a_thread_is_waited_for_when_no_timer_runs() -> None:
    async def story() -> int:
        return await asyncio.to_thread(sum, range(1000))

    assert run_in_loop_time(story()) == 499500


def test_time_stands_still_while_a_thread_works() -> None:
    async def story() -> float:
        async with asyncio.TaskGroup() as group:
            timer = group.create_task(asyncio.sleep(3600))
            await asyncio.to_thread(threading.Event().wait, 0.01)
            timer.cancel()
        return asyncio.get_running_loop().time()

    assert run_in_loop_time(story()) == 0


def test_its_clock_follows_the_loop() -> None:
    async def story() -> tuple[float, float]:
        clock = LoopClock()
        before = clock.now()
        await clock.sleep(60)
        return clock.monotonic(), (clock.now() - before).total_seconds()

    assert run_in_loop_time(story()) == (60, 60)


def test_a_story_that_leaves_a_task_behind_fails() -> None:
    left: list[asyncio.Task[None]] = []

    async def story() -> None:
        loop = asyncio.get_running_loop()
        left.append(loop.create_task(asyncio.sleep(3600)))

    with pytest.raises(AssertionError, match="left tasks running"):
        run_in_loop_time(story())
    assert left[0].cancelled()
