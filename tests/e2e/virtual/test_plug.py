"""`VirtualPlug` as a program uses it in its tests."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ownplug.core.errors import UsageError
from ownplug.testing import FakeClock
from ownplug.virtual import Load, Timing, VirtualPlug, VirtualPlugSettings
from ownplug.virtual.firmware.flash import RELAY

pytestmark = pytest.mark.e2e

DEADLINE_S = 20.0
NOBODY = 1  # a port on which nobody listens


def test_outside_of_async_with_it_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="async with"):
        _ = VirtualPlug().http


async def test_a_taken_port_is_named() -> None:
    async with VirtualPlug() as first:
        host, port = first.http
        with pytest.raises(UsageError, match=str(port)):
            async with VirtualPlug(VirtualPlugSettings(http_host=host, http_port=port)):
                pass


async def test_the_button_toggles_and_enters_pairing() -> None:
    async with VirtualPlug() as plug:
        assert (plug.state, plug.led, plug.relay_on) == ("pairing", "green and orange in turn", True)
        plug.press_button()
        plug.press_button()
        plug.press_button()
        assert (plug.relay_on, plug.relay_edges) == (False, 3)
        plug.press_button(5)
        async with asyncio.timeout(DEADLINE_S):
            await plug.until(lambda: plug.state == "pairing")
        assert plug.relay_on


async def test_a_timer_acts_at_its_minute_with_no_server_at_all(ask: Callable[..., Any]) -> None:
    almost_seven = 1_714_546_795  # 2024-05-01 06:59:55 UTC
    timer = {"id": "a", "type": 1, "time": 420, "week": 255, "extend": {"toggle": {"onoff": 0}}}
    async with VirtualPlug(VirtualPlugSettings(speed=20)) as plug:
        for namespace, payload in (
            ("Control.TimerX", {"timerx": timer}),
            ("System.Time", {"time": {"timestamp": almost_seven}}),
        ):
            told = await asyncio.to_thread(ask, plug.http, "SET", namespace, payload)
            assert told["header"]["method"] == "SETACK"
        async with asyncio.timeout(DEADLINE_S):
            await plug.until(lambda: not plug.relay_on)
        told = await asyncio.to_thread(ask, plug.http, "GET", "Control.ToggleX")
        assert told["payload"]["togglex"]["lmTime"] // 60 == almost_seven // 60 + 1


async def test_settings_survive_in_a_file_and_a_reset_clears_them(
    ask: Callable[..., Any], tmp_path: Path
) -> None:
    settings = VirtualPlugSettings(flash_file=tmp_path / "plug.json", seed=4, timing=Timing(reboot_s=0.02))
    async with VirtualPlug(settings) as plug:
        uuid = plug.uuid
        plug.press_button()
        position = {"position": {"longitude": 1, "latitude": 2}}
        await asyncio.to_thread(ask, plug.http, "SET", "System.Position", position)
    other_seed = VirtualPlugSettings(flash_file=tmp_path / "plug.json", seed=5)
    async with VirtualPlug(other_seed) as plug:
        assert (plug.uuid, plug.relay_on, plug.relay_edges) == (uuid, False, 0)
        told = await asyncio.to_thread(ask, plug.http, "GET", "System.Position")
        assert told["payload"] == position
        plug.press_button(6)
    async with VirtualPlug(other_seed) as plug:
        assert (plug.uuid, plug.relay_on) == (uuid, True)


async def test_it_can_begin_as_one_that_somebody_has_used_but_its_file_knows_better(tmp_path: Path) -> None:
    off = VirtualPlugSettings(flash={RELAY: "0"}, flash_file=tmp_path / "plug.json")
    async with VirtualPlug(off) as plug:
        assert not plug.relay_on
        plug.press_button()
    async with VirtualPlug(off) as plug:
        assert plug.relay_on


async def test_settings_are_in_the_file_while_the_plug_still_runs(
    tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    file = tmp_path / "plug.json"
    async with VirtualPlug(VirtualPlugSettings(flash_file=file)) as plug:
        plug.press_button()
        await asyncio.to_thread(eventually, lambda: file.exists() and "switchStatus" in file.read_text())


async def test_a_fast_plug_lives_hours_in_a_moment(ask: Callable[..., Any]) -> None:
    settings = VirtualPlugSettings(speed=3600, load=Load.resistive(1000))
    async with VirtualPlug(settings) as plug:
        await asyncio.to_thread(
            ask, plug.http, "PUSH", "System.Clock", {"clock": {"timestamp": 1_700_000_000}}
        )
        energy_wh = 0
        async with asyncio.timeout(DEADLINE_S):
            while energy_wh < 1000:
                told = await asyncio.to_thread(ask, plug.http, "GET", "Control.ConsumptionX")
                energy_wh = sum(day["value"] for day in told["payload"]["consumptionx"])


async def test_what_was_due_is_done_at_its_own_moment_however_late_the_program_is(
    ask: Callable[..., Any],
) -> None:
    clock = FakeClock()
    settings = VirtualPlugSettings(load=Load.standby(1000), speed=10_000)
    async with VirtualPlug(settings, clock=clock) as plug:
        told = {"clock": {"timestamp": 1_700_006_417}}  # 17 s after midnight
        await asyncio.to_thread(ask, plug.http, "PUSH", "System.Clock", told)
        await clock.advance(1.5 * 86_400 / 10_000)
        plug.press_button()
        plug.press_button()
        await clock.advance(86_400 / 10_000)
        updates = itertools.count()
        async with asyncio.timeout(DEADLINE_S):
            await plug.until(lambda: next(updates) > 1000)  # nothing comes in, and yet each minute is lived
        days = (await asyncio.to_thread(ask, plug.http, "GET", "Control.ConsumptionX"))["payload"]
        assert {day["date"]: day["value"] for day in days["consumptionx"]} == {
            "2023-11-15": pytest.approx(24_000 - 5, abs=1),
            "2023-11-16": pytest.approx(24_000, abs=1),
            "2023-11-17": pytest.approx(12_000 + 5, abs=1),
        }


async def test_unplugged_it_answers_nobody_and_back_it_is_the_same(ask: Callable[..., Any]) -> None:
    async with VirtualPlug() as plug:
        plug.press_button()
        plug.unplug()
        assert (plug.state, plug.led) == ("off", "off")
        assert await asyncio.to_thread(ask, plug.http, "GET", "System.All") is None
        async with asyncio.timeout(DEADLINE_S):
            await plug.plug_in()
        assert (plug.state, plug.relay_on, plug.relay_edges) == ("pairing", False, 1)
        assert await asyncio.to_thread(ask, plug.http, "GET", "System.All")


async def test_without_its_server_a_paired_plug_still_obeys_by_http(
    ask: Callable[..., Any], pair_by_hand: Callable[..., None]
) -> None:
    timing = Timing(reboot_s=0.02, join_s=0.02, farewell_s=0.02)
    async with VirtualPlug(VirtualPlugSettings(timing=timing)) as plug:
        await asyncio.to_thread(pair_by_hand, plug.http, NOBODY)
        async with asyncio.timeout(DEADLINE_S):
            await plug.until(lambda: plug.state == "connecting")
        off = {"togglex": {"channel": 0, "onoff": 0}}
        assert (await asyncio.to_thread(ask, plug.http, "SET", "Control.ToggleX", off))["payload"] == {}
        refused = await asyncio.to_thread(ask, plug.http, "SET", "Control.ToggleX", off, key="wrong")
        assert refused["header"]["method"] == "ERROR"
        assert plug.relay_edges == 1
