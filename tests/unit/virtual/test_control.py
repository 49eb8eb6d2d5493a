from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ownplug.core.secret import Secret
from ownplug.testing import LoopClock, MemoryNetwork, run_in_loop_time
from ownplug.virtual import Faults, Fleet, VirtualPlugSettings, at_home
from ownplug.virtual.control import Control

MEMORY = at_home("127.0.0.1", 8883, key=Secret("k" * 32), user_id="10001")

Ask = Callable[..., Awaitable[Any]]


def with_control(story: Callable[[Ask, Fleet], Awaitable[None]], *, plugs: int = 1) -> None:
    """Tell a story of so many plugs whose server is not there, in loop time."""

    async def run() -> None:
        async with Fleet(clock=LoopClock()) as fleet:
            for index in range(plugs):
                await fleet.put_in(VirtualPlugSettings(index=index, http_port=None, flash=MEMORY))
            control = Control(fleet.plugs)

            async def ask(**request: Any) -> Any:
                return json.loads(await control.answer(json.dumps(request).encode()))

            await story(ask, fleet)

    run_in_loop_time(run(), network=MemoryNetwork())


def test_everything_about_each_plug_is_told() -> None:
    async def story(ask: Ask, fleet: Fleet) -> None:
        told = (await ask(do="status"))["plugs"]
        assert [plug["number"] for plug in told] == [0, 1, 2]
        assert {plug["uuid"] for plug in told} == {plug.uuid.text for plug in fleet.plugs}
        assert told[0]["server"] == "" or told[0]["server"] == "127.0.0.1:8883"
        assert (told[0]["relays"], told[0]["faults"], told[0]["clock_is_set"]) == ({"0": True}, "", False)

    with_control(story, plugs=3)


def test_a_plug_is_named_by_its_number_or_the_end_of_its_uuid() -> None:
    async def story(ask: Ask, fleet: Fleet) -> None:
        second = fleet.plugs[1].uuid.text
        for name in ("1", second, second[-6:].upper()):
            [plug] = (await ask(do="status", plug=name))["plugs"]
            assert plug["uuid"] == second
        for name in ("7", "xyz", second[:5]):
            assert "No plug" in (await ask(do="press", plug=name))["error"]["message"]
        assert "There are 2 plugs" in (await ask(do="press"))["error"]["message"]

    with_control(story, plugs=2)


def test_a_short_press_toggles_and_a_long_one_lets_it_forget_its_home() -> None:
    async def story(ask: Ask, fleet: Fleet) -> None:
        [pressed] = (await ask(do="press"))["plugs"]
        assert (pressed["relays"]["0"], pressed["relay_edges"]) == (False, 1)
        await ask(do="press", seconds=5)
        await fleet.plugs[0].until(lambda: fleet.plugs[0].state == "pairing")
        assert (await ask(do="status"))["plugs"][0]["light"] == "green and orange in turn"

    with_control(story)


def test_faults_are_added_and_cleared_for_one_or_for_all() -> None:
    async def story(ask: Ask, fleet: Fleet) -> None:
        await ask(do="fault", set=["loss=0.5"])
        await ask(do="fault", set=["no-bind"], plug="1")
        assert [plug.faults for plug in fleet.plugs] == [Faults(loss=0.5), Faults(loss=0.5, no_bind=1)]
        refused = await ask(do="fault", set=["delay=1", "bogus"])
        assert "bogus" in refused["error"]["message"]
        assert [str(plug.faults) for plug in fleet.plugs] == ["loss=0.5", "loss=0.5 no-bind=1"]
        [first, _] = (await ask(do="fault", set=["dns"], clear=True))["plugs"]
        assert first["faults"] == "dns=1"

    with_control(story, plugs=2)


def test_a_load_is_changed_while_it_runs() -> None:
    async def story(ask: Ask, fleet: Fleet) -> None:
        assert "error" not in await ask(do="load", load="1800")
        assert "motor:800" in (await ask(do="load", load="lots"))["error"]["hint"]

    with_control(story)


def test_it_is_pulled_out_put_back_in_and_started_again() -> None:
    async def story(ask: Ask, fleet: Fleet) -> None:
        assert (await ask(do="unplug"))["plugs"][0]["state"] == "off"
        assert (await ask(do="plug-in"))["plugs"][0]["state"] == "joining"
        assert (await ask(do="reboot", half_open=True))["plugs"][0]["state"] == "joining"

    with_control(story)


@pytest.mark.parametrize(
    "line",
    [b"", b"nonsense", b"[]", b"{}", b'{"do":"dance"}', b'{"do":"status","now":1}', b"\xff", b"[" * 5000],
)
def test_what_is_no_request_is_answered_with_words(line: bytes) -> None:
    async def story(_ask: Ask, fleet: Fleet) -> None:
        answer = json.loads(await Control(fleet.plugs).answer(line))
        assert answer["error"]["message"]

    with_control(story)


def test_a_press_without_end_is_refused() -> None:
    async def story(ask: Ask, _fleet: Fleet) -> None:
        for seconds in (0, -1, 1e9):
            assert "held" in (await ask(do="press", seconds=seconds))["error"]["message"]

    with_control(story)
