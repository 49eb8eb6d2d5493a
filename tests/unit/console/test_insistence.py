"""A job goes on when the wire comes back, and nothing waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from tests.unit.console.wired import WiredPlug, wired

from ownplug.console import Console, InsistSettings, insist
from ownplug.core.errors import (
    DeviceError,
    LinkBroken,
    LinkClosed,
    LinkError,
    LinkTimeout,
    Noise,
    NoSuchPort,
    OwnplugError,
    PortBusy,
    Restarted,
)
from ownplug.testing import run_in_loop_time

LIMITS = InsistSettings(away_s=30, breaks=5, timeouts=2)


class Job:
    """Fails in these ways, one after the other, before it is done."""

    def __init__(self, *failures: OwnplugError) -> None:
        self.failures = list(failures)
        self.begun = 0

    async def run(self, console: Console) -> str:
        self.begun += 1
        await console.versions()
        if self.failures:
            raise self.failures.pop(0)
        return "done"


def insisted(
    plug: WiredPlug, work: Callable[[Console], Awaitable[str]]
) -> tuple[str, list[OwnplugError], float]:
    """What came of it, what was told of breaks, and how long it took."""
    told: list[OwnplugError] = []

    async def story() -> tuple[str, list[OwnplugError], float]:
        done = await insist(plug.open, work, settings=LIMITS, told=told.append)
        return done, told, asyncio.get_running_loop().time()

    return run_in_loop_time(story())


def test_without_trouble_there_is_one_cable_and_nothing_to_tell() -> None:
    plug = wired()
    done, told, _ = insisted(plug, Job().run)
    assert (done, told, plug.cables) == ("done", [], 1)


@pytest.mark.parametrize("failure", [LinkBroken("x"), LinkTimeout("x"), Noise("x"), PortBusy("x")])
def test_after_a_break_the_job_begins_anew_on_another_cable(failure: OwnplugError) -> None:
    plug, job = wired(), Job(failure)
    done, told, _ = insisted(plug, job.run)
    assert (done, told, plug.cables, job.begun) == ("done", [failure], 2, 2)


def test_after_a_restart_it_begins_anew_on_the_same_cable() -> None:
    plug, job = wired(), Job(Restarted("x"), Restarted("x"))
    done, told, _ = insisted(plug, job.run)
    assert (done, len(told), plug.cables, job.begun) == ("done", 2, 1, 3)


def test_a_port_that_is_missing_for_a_while_is_waited_for() -> None:
    plug, job = wired(), Job(LinkBroken("x"))

    async def work(console: Console) -> str:
        if job.failures:
            plug._missing = 7
        return await job.run(console)

    done, told, took_s = insisted(plug, work)
    assert (done, len(told)) == ("done", 1)
    assert 5 < took_s < LIMITS.away_s


def test_a_port_that_is_not_there_at_first_is_told_at_once() -> None:
    plug = wired()
    plug._missing = 1

    async def story() -> None:
        with pytest.raises(NoSuchPort):
            await insist(plug.open, Job().run, settings=LIMITS)
        assert asyncio.get_running_loop().time() == 0

    run_in_loop_time(story())


@pytest.mark.parametrize("away_s", [30, 0])
def test_a_wire_that_goes_in_its_first_moment_is_waited_for(away_s: float) -> None:
    plug = wired()
    plug.cuts = iter([1])  # before there is a prompt
    told: list[OwnplugError] = []
    story = insist(plug.open, Job().run, settings=InsistSettings(away_s=away_s), told=told.append)
    if not away_s:
        with pytest.raises(LinkBroken):
            run_in_loop_time(story)
        return
    assert run_in_loop_time(story) == "done"
    assert (plug.cables, [type(each) for each in told]) == (2, [LinkBroken])


def test_a_plug_that_was_there_a_moment_ago_is_waited_for() -> None:
    plug = wired()
    plug._missing = 3
    done = run_in_loop_time(insist(plug.open, Job().run, settings=LIMITS, was_there=True))
    assert (done, plug.cables) == ("done", 1)


@pytest.mark.parametrize(
    ("failures", "begun"),
    [
        ([LinkBroken("x")] * 9, 6),
        ([Restarted("x")] * 9, 6),
        ([LinkTimeout("x")] * 9, 3),
        ([LinkBroken("x"), LinkTimeout("x"), LinkBroken("x"), LinkTimeout("x"), LinkTimeout("x")], 5),
    ],
)
def test_a_job_that_fails_too_often_is_given_up(failures: list[LinkError], begun: int) -> None:
    job = Job(*failures)
    with pytest.raises(LinkError, match="x"):
        insisted(wired(), job.run)
    assert job.begun == begun


@pytest.mark.parametrize("failure", [DeviceError("no"), LinkClosed("by us"), ValueError("a fault of ours")])
def test_what_no_other_cable_would_mend_is_passed_on(failure: Exception) -> None:
    plug = wired()

    async def work(_: Console) -> str:
        raise failure

    with pytest.raises(type(failure)):
        insisted(plug, work)
    assert plug.cables == 1


def test_where_nothing_is_waited_for_the_first_break_ends_it() -> None:
    job = Job(LinkBroken("x"))
    with pytest.raises(LinkBroken):
        run_in_loop_time(insist(wired().open, job.run, settings=InsistSettings(away_s=0)))
    assert job.begun == 1


def test_a_wire_that_stays_away_is_given_up_with_its_own_reason() -> None:
    plug = wired()

    async def work(_: Console) -> str:
        plug._missing = 1_000_000
        raise LinkBroken("the cable was pulled")

    async def story() -> None:
        with pytest.raises(NoSuchPort, match="no serial port"):
            await insist(plug.open, work, settings=LIMITS)
        assert asyncio.get_running_loop().time() == pytest.approx(LIMITS.away_s, abs=1)

    run_in_loop_time(story())


def test_a_plug_that_stays_dark_is_given_up() -> None:
    plug = wired()
    opened = 0

    @asynccontextmanager
    async def opening() -> AsyncIterator[Console]:
        nonlocal opened
        opened += 1
        async with plug.open() as console:
            if opened > 1:
                plug.bench.tell = lambda *_: None  # type: ignore[method-assign]  # no current
                plug.bench.next_s = float("inf")
            yield console

    async def story() -> None:
        with pytest.raises(LinkTimeout, match="Nothing came"):
            await insist(opening, Job(LinkBroken("x")).run, settings=LIMITS)
        assert asyncio.get_running_loop().time() == pytest.approx(LIMITS.away_s, abs=1)

    run_in_loop_time(story())


def test_a_cancelled_job_lets_go_of_the_wire() -> None:
    plug = wired()

    async def work(_: Console) -> str:
        await asyncio.sleep(3600)
        return "never"

    async def story() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await insist(plug.open, work, settings=LIMITS)

    run_in_loop_time(story())
