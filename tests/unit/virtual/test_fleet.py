from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret
from ownplug.testing import LoopClock, MemoryNetwork, run_in_loop_time
from ownplug.virtual import Fleet, FleetStatus, VirtualPlugSettings, at_home

MEMORY = at_home("127.0.0.1", 8883, key=Secret("k" * 32), user_id="10001")
PLUGS = [VirtualPlugSettings(index=index, http_port=None, flash=MEMORY) for index in range(5)]


def test_plugs_are_put_in_one_after_the_other_and_looked_after_to_the_end() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        began_s, put_in_s = loop.time(), []
        async with Fleet(start_rate=2, clock=LoopClock()) as fleet:
            for settings in PLUGS:
                await fleet.put_in(settings)
                put_in_s.append(loop.time() - began_s)
            assert put_in_s == pytest.approx([0, 0.5, 1, 1.5, 2], abs=0.01)
            assert len({plug.uuid for plug in fleet.plugs}) == 5

    run_in_loop_time(story(), network=MemoryNetwork())


def test_a_server_that_is_not_there_is_counted_as_often_as_it_was_tried() -> None:
    async def story() -> FleetStatus:
        async with Fleet(clock=LoopClock()) as fleet:
            for settings in PLUGS:
                await fleet.put_in(settings)
            assert fleet.status() == FleetStatus(plugs=5, connected=0, bound=0, failed=0, messages=0)
            await asyncio.sleep(8)  # each tries at once, and every 3 s
            return fleet.status()

    status = run_in_loop_time(story(), network=MemoryNetwork())
    assert status == FleetStatus(plugs=5, connected=0, bound=0, failed=15, messages=0)


def test_a_plug_that_cannot_be_put_in_ends_the_fleet(tmp_path: Any) -> None:
    bad = VirtualPlugSettings(http_port=None, flash_file=tmp_path / "no.json")
    (tmp_path / "no.json").write_text("nonsense")

    async def story() -> None:
        async with Fleet(clock=LoopClock()) as fleet:
            await fleet.put_in(PLUGS[0])
            with pytest.raises(UsageError, match=r"no\.json"):
                await fleet.put_in(bad)
            assert len(fleet.plugs) == 1

    run_in_loop_time(story(), network=MemoryNetwork())
