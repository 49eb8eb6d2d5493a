from __future__ import annotations

import asyncio
import logging

import pytest

from ownplug.aio import Backoff, supervise
from ownplug.testing import FakeClock


class Flaky:
    """Work that fails as often as it is told, and lasts as long."""

    def __init__(self, clock: FakeClock, *, failures: int, lasts_s: float = 0) -> None:
        self.attempts_at: list[float] = []
        self._clock = clock
        self._failures = failures
        self._lasts_s = lasts_s

    async def run(self) -> None:
        self.attempts_at.append(self._clock.monotonic())
        await self._clock.sleep(self._lasts_s)
        if len(self.attempts_at) <= self._failures:
            raise ValueError(f"failure {len(self.attempts_at)}")


async def supervise_for(seconds: float, clock: FakeClock, work: Flaky) -> None:
    async with asyncio.TaskGroup() as group:
        backoff = Backoff(first_s=1, factor=2, limit_s=10)
        task = group.create_task(supervise("flaky work", work.run, backoff=backoff, clock=clock))
        await clock.advance(seconds)
        task.cancel()


async def test_failed_work_runs_again_after_growing_waits() -> None:
    clock = FakeClock()
    work = Flaky(clock, failures=10)

    await supervise_for(20, clock, work)

    assert work.attempts_at == [0, 1, 3, 7, 15]


async def test_each_failure_is_logged_with_name_and_traceback(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()

    await supervise_for(5, clock, Flaky(clock, failures=2))

    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.ERROR]
    assert "flaky work failed and runs again in 1.0 s: failure 1" in caplog.messages[0]
    assert "in run" in caplog.text  # the traceback, down to where it was raised


async def test_work_that_returns_is_done() -> None:
    clock = FakeClock()
    work = Flaky(clock, failures=0)

    await supervise("short work", work.run, backoff=Backoff(), clock=clock)

    assert len(work.attempts_at) == 1


async def test_work_that_lasted_starts_again_with_the_shortest_wait() -> None:
    clock = FakeClock()
    work = Flaky(clock, failures=10, lasts_s=11)

    await supervise_for(36, clock, work)

    assert work.attempts_at == [0, 12, 24, 36]


async def test_a_listener_is_told_and_its_own_failure_is_not_swallowed() -> None:
    clock = FakeClock()
    told: list[Exception] = []

    def listen(error: Exception) -> None:
        told.append(error)
        raise RuntimeError("the listener failed")

    work = Flaky(clock, failures=1)
    with pytest.raises(RuntimeError, match="the listener failed"):
        await supervise("work", work.run, backoff=Backoff(), clock=clock, on_failure=listen)

    assert [str(error) for error in told] == ["failure 1"]


async def test_cancelling_ends_it_without_another_attempt(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    work = Flaky(clock, failures=0, lasts_s=1000)

    await supervise_for(5, clock, work)

    assert len(work.attempts_at) == 1
    assert not caplog.records


async def test_a_group_that_failed_inside_is_a_failure_like_any_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    attempts = 0

    async def run() -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            async with asyncio.TaskGroup() as group:
                group.create_task(Flaky(clock, failures=1).run())

    async with asyncio.TaskGroup() as group:
        group.create_task(supervise("group", run, backoff=Backoff(first_s=1), clock=clock))
        await clock.advance(1)

    assert attempts == 2
    assert "failure 1" in caplog.text
