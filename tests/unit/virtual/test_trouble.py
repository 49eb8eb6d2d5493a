from __future__ import annotations

import asyncio
from functools import partial

import pytest

from ownplug.testing import run_in_loop_time
from ownplug.virtual.chance import Chance
from ownplug.virtual.faults import Faults
from ownplug.virtual.trouble import Trouble


def arrivals(trouble: Trouble, moments: list[float], *, wait_s: float = 120) -> list[tuple[int, float]]:
    """Send a message at each moment; which arrived when."""
    arrived: list[tuple[int, float]] = []

    async def story() -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time() // 60 * 60 + 60  # a full minute

        def note(number: int) -> None:
            arrived.append((number, round(loop.time() - began_s, 3)))

        for number, moment in enumerate(moments):
            await asyncio.sleep(began_s + moment - loop.time())
            trouble.carry(partial(note, number))
        await asyncio.sleep(wait_s)

    run_in_loop_time(story())
    return arrived


def test_nothing_is_in_the_way_of_a_message_where_nothing_is_wrong() -> None:
    trouble = Trouble(Faults(), Chance("a"))
    assert trouble.is_calm
    assert arrivals(trouble, [0, 5]) == [(0, 0.0), (1, 5.0)]


def test_a_message_is_late_and_none_overtakes_another() -> None:
    trouble = Trouble(Faults(delay=2), Chance("a"))
    assert not trouble.is_calm
    assert arrivals(trouble, [0, 0, 1]) == [(0, 2.0), (1, 2.0), (2, 3.0)]


def test_what_is_sent_in_a_stall_comes_after_it_in_order() -> None:
    trouble = Trouble(Faults(stall=15), Chance("a"))
    assert arrivals(trouble, [1, 14, 20, 61]) == [(0, 15.0), (1, 15.0), (2, 20.0), (3, 75.0)]


@pytest.mark.parametrize("loss", [0.1, 0.5, 1.0])
def test_as_many_are_lost_as_it_is_said_and_their_sender_is_told(loss: float) -> None:
    trouble, outcomes = Trouble(Faults(loss=loss), Chance("a")), []

    async def story() -> None:
        for _ in range(2000):
            trouble.carry(lambda: outcomes.append("came"), lost=lambda: outcomes.append("lost"))

    run_in_loop_time(story())
    assert len(outcomes) == 2000
    assert outcomes.count("lost") == pytest.approx(2000 * loss, rel=0.15)


def test_once_mended_it_costs_nothing_again() -> None:
    trouble = Trouble(Faults(delay=5), Chance("a"))

    async def story() -> None:
        came: list[str] = []
        trouble.carry(lambda: came.append("late"))
        trouble.faults = Faults()
        trouble.carry(lambda: came.append("behind it"))
        assert came == []
        await asyncio.sleep(6)
        assert came == ["late", "behind it"]
        trouble.carry(lambda: came.append("at once"))
        assert came[-1] == "at once"
        assert trouble.is_calm

    run_in_loop_time(story())
