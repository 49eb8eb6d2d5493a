from __future__ import annotations

import asyncio

import pytest

from ownplug.core.errors import Expired
from ownplug.hub.turn import Turn
from ownplug.testing import run_in_loop_time


def test_commands_go_one_after_the_other_and_old_ones_are_dropped() -> None:
    done: list[str] = []

    async def command(turn: Turn, name: str, ttl_s: float) -> None:
        try:
            async with turn.taken(ttl_s):
                done.append(f"{name} begins")
                await asyncio.sleep(10)
                done.append(f"{name} ends")
        except Expired:
            done.append(f"{name} is too old")

    async def stage() -> None:
        turn = Turn()
        async with asyncio.TaskGroup() as tasks:
            for name, ttl_s in [("a", 5.0), ("b", 5.0), ("c", 15.0)]:
                tasks.create_task(command(turn, name, ttl_s))

    run_in_loop_time(stage())
    assert done == ["a begins", "b is too old", "a ends", "c begins", "c ends"]


@pytest.mark.parametrize("ttl_s", [0.0, -1.0])
async def test_what_is_too_old_already_is_not_begun(ttl_s: float) -> None:
    with pytest.raises(Expired):
        async with Turn().taken(ttl_s):
            pytest.fail("it was begun")


async def test_a_command_that_fails_gives_its_turn_away() -> None:
    turn = Turn()
    with pytest.raises(ValueError, match="no"):
        async with turn.taken(1):
            raise ValueError("no")
    async with turn.taken(1):
        pass
