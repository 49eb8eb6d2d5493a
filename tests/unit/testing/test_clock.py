from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from ownplug.testing import FakeClock


async def test_time_stands_still_until_the_test_moves_it() -> None:
    clock = FakeClock()
    before = clock.now()

    await asyncio.sleep(0)
    assert (clock.now(), clock.monotonic()) == (before, 0)

    await clock.advance(90)
    assert (clock.now(), clock.monotonic()) == (before + timedelta(seconds=90), 90)


async def test_sleepers_wake_in_order_each_at_its_own_moment() -> None:
    clock = FakeClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper("late", 5))
        group.create_task(sleeper("often", 2, 2, 2))
        await clock.advance(5)
        assert clock.sleeping == 1
        await clock.advance(1)

    assert woken == [("often", 2), ("often", 4), ("late", 5), ("often", 6)]


async def test_a_nap_of_nothing_only_gives_way() -> None:
    clock = FakeClock()

    await clock.sleep(0)
    await clock.sleep(-1)

    assert clock.monotonic() == 0


async def test_a_cancelled_sleeper_does_not_stop_the_clock() -> None:
    clock = FakeClock()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(clock.sleep(1))
        await asyncio.sleep(0)
        task.cancel()
    assert clock.sleeping == 0

    await clock.advance(2)

    assert clock.monotonic() == 2


async def test_setting_the_date_does_not_touch_monotonic_time() -> None:
    clock = FakeClock()
    await clock.advance(10)

    clock.set_now(datetime(1970, 1, 1, tzinfo=UTC))
    await clock.advance(1)

    assert clock.now() == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert clock.monotonic() == 11
