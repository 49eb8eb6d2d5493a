from __future__ import annotations

import asyncio
import os
import signal

import pytest

from ownplug.cli.failure import Interrupted
from ownplug.cli.running import run_async, run_service


async def waits(closed: list[str], number: int | None = None) -> None:
    try:
        if number is not None:
            os.kill(os.getpid(), number)
        await asyncio.Event().wait()
    finally:
        closed.append("closed")


def test_what_the_work_returns_is_returned() -> None:
    async def work() -> int:
        return 42

    assert run_async(work()) == 42


def test_what_the_work_raises_is_raised() -> None:
    async def work() -> None:
        raise ValueError("from work")

    with pytest.raises(ValueError, match="from work"):
        run_async(work())


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_work_in_order(number: int, status: int) -> None:
    closed: list[str] = []
    with pytest.raises(Interrupted) as interrupted:
        run_async(waits(closed, number))
    assert (closed, interrupted.value.status) == (["closed"], status)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_for_a_service_a_signal_is_the_ordinary_end(number: int) -> None:
    closed: list[str] = []
    run_service(waits(closed, number))
    assert closed == ["closed"]


def test_a_second_signal_cuts_the_clean_up_short() -> None:
    async def work() -> None:
        try:
            await waits([], signal.SIGINT)
        finally:
            await waits([], signal.SIGINT)

    with pytest.raises(Interrupted):
        run_async(work())


def test_cancelling_from_within_is_no_signal() -> None:
    async def work() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run_async(work())


def test_the_programs_own_handlers_are_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    run_service(waits([], signal.SIGTERM))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
