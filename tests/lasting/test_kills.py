"""The hub is killed again and again while clients with kept sessions talk through it as fast as they can.

`OWNPLUG_SOAK_HOURS` and `OWNPLUG_SOAK_SEED` as for the days; a kill every few seconds.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest
from tests.lasting.kept import Mail, Pace

if TYPE_CHECKING:
    from tests.lasting.conftest import Home

    Play = Callable[[int, Callable[[Home], Awaitable[None]]], None]

KILLS = round(20 * float(os.environ.get("OWNPLUG_SOAK_HOURS", "24")))
SEED = int(os.environ.get("OWNPLUG_SOAK_SEED", "1"))
KILLS_IN_CI = 50

PACE = Pace(pauses_s=(0.05, 0.3, 1.0), between_s=0.05, moody=0.003)
LIFE_S = (0.5, 4.0)
GOOD_MINUTES_S = 120.0


@pytest.mark.parametrize(
    "kills", [pytest.param(KILLS_IN_CI, id="short"), pytest.param(KILLS, id="long", marks=pytest.mark.soak)]
)
def test_no_kill_loses_or_doubles_what_was_acknowledged(
    kills: int, play: Play, tell: Callable[[str], None]
) -> None:
    async def story(home: Home) -> None:
        chance, mail = random.Random(f"kills {SEED}"), Mail(home.port, SEED, PACE)
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(client.run()) for client in mail.clients]
            for _ in range(kills):
                async with home.run_hub():
                    await asyncio.sleep(chance.uniform(*LIFE_S))
                    home.kill_hub()
                    for link in tuple(home.network.links):
                        link.reset()
            mail.end()
            async with home.run_hub():
                await asyncio.sleep(GOOD_MINUTES_S)
                mail.judge()
                for task in running:
                    task.cancel()
        tell(f"{kills} kills, {home.kills_while_writing} of them while writing; {mail.told()}")
        assert home.kills_while_writing > 0

    play(SEED, story)
