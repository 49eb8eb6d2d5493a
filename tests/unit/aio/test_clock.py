from __future__ import annotations

from datetime import UTC, timedelta

from ownplug.aio import SystemClock
from ownplug.testing import run_in_loop_time


def test_the_date_and_time_are_aware_and_in_utc() -> None:
    now = SystemClock().now()

    assert now.tzinfo is UTC
    assert now.utcoffset() == timedelta(0)


def test_the_monotonic_clock_never_goes_back() -> None:
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(100)]

    assert readings == sorted(readings)


def test_sleeping_waits_in_the_event_loop() -> None:
    async def story() -> None:
        await SystemClock().sleep(3600)

    run_in_loop_time(story())
