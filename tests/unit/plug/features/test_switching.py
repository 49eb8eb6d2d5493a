"""Relays of every generation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ownplug.core.errors import DeviceError, LinkBroken, Malformed, UsageError
from ownplug.core.state import RelayState
from ownplug.plug import Plug
from ownplug.testing.recorded_plug import RecordedPlug

ToPlug = Callable[[RecordedPlug], Plug]
Script = Callable[..., RecordedPlug]

TOGGLE, TOGGLE_X = "Appliance.Control.Toggle", "Appliance.Control.ToggleX"
ALL = "Appliance.System.All"


def said(plug: RecordedPlug) -> list[tuple[str, str, object]]:
    """What was asked of the plug beside its abilities."""
    return [
        (message.method, message.namespace, message.data())
        for message in plug.heard
        if message.namespace != "Appliance.System.Ability"
    ]


@pytest.mark.parametrize("on", [True, False])
async def test_the_second_generation_is_switched_as_it_was_recorded(
    mss310r: RecordedPlug, to_plug: ToPlug, on: bool
) -> None:
    await to_plug(mss310r).switch(on=on)
    assert said(mss310r) == [("SET", TOGGLE_X, {"togglex": {"channel": 0, "onoff": int(on)}})]


@pytest.mark.parametrize("on", [True, False])
async def test_the_first_generation_is_switched_without_a_channel(
    script: Script, to_plug: ToPlug, on: bool
) -> None:
    plug = script(("SETACK", TOGGLE, {}), abilities=(TOGGLE,))
    await to_plug(plug).switch(on=on)
    assert said(plug) == [("SET", TOGGLE, {"toggle": {"onoff": int(on)}})]


async def test_on_and_off_have_short_names(mss310r: RecordedPlug, to_plug: ToPlug) -> None:
    plug = to_plug(mss310r)
    await plug.turn_on()
    await plug.turn_off(channel=2)
    assert [payload for _, _, payload in said(mss310r)] == [
        {"togglex": {"channel": 0, "onoff": 1}},
        {"togglex": {"channel": 2, "onoff": 0}},
    ]


async def test_switching_that_is_not_acknowledged_fails(script: Script, to_plug: ToPlug) -> None:
    plug = script(abilities=(TOGGLE_X,))
    with pytest.raises(LinkBroken):
        await to_plug(plug).turn_on()


async def test_a_recorded_relay_of_the_second_generation(mss310r: RecordedPlug, to_plug: ToPlug) -> None:
    plug = to_plug(mss310r)
    assert await plug.is_on() is True
    assert await plug.switching.relay() == RelayState(
        channel=0, on=True, changed_at=datetime(2023, 2, 10, 9, 13, 48, tzinfo=UTC)
    )


async def test_a_recorded_relay_of_the_first_generation(mss210: RecordedPlug, to_plug: ToPlug) -> None:
    plug = to_plug(mss210)
    assert await plug.is_on() is False
    assert await plug.switching.relay() == RelayState(
        channel=0, on=False, changed_at=datetime(2022, 2, 20, 21, 4, 46, tzinfo=UTC)
    )


async def test_a_relay_is_picked_from_a_list(script: Script, to_plug: ToPlug) -> None:
    listed = [{"channel": 0, "onoff": 1, "lmTime": 0}, {"channel": 2, "onoff": 0, "lmTime": 0}]
    plug = to_plug(script(("GETACK", TOGGLE_X, {"togglex": listed}), abilities=(TOGGLE_X,)))
    assert await plug.is_on(channel=0) is True
    assert await plug.is_on(channel=2) is False


async def test_an_outlet_that_the_relay_list_leaves_out_is_found_in_the_digest(
    script: Script, to_plug: ToPlug
) -> None:
    everything = {
        "all": {
            "system": {"hardware": {"type": "mss425e", "uuid": "x"}, "firmware": {"version": "2.1.2"}},
            "digest": {"togglex": [{"channel": 3, "onoff": 1, "lmTime": 0}]},
        }
    }
    plug = to_plug(
        script(
            ("GETACK", TOGGLE_X, {"togglex": {"channel": 0, "onoff": 0, "lmTime": 0}}),
            ("GETACK", ALL, everything),
            abilities=(TOGGLE_X,),
        )
    )
    assert await plug.is_on(channel=3) is True
    with pytest.raises(UsageError, match="no outlet 4"):
        await plug.is_on(channel=4)


@pytest.mark.parametrize(("before", "then"), [(0, 1), (1, 0)])
async def test_toggling_goes_to_the_other_side_and_says_where_that_is(
    script: Script, to_plug: ToPlug, before: int, then: int
) -> None:
    answers = [
        ("GETACK", TOGGLE_X, {"togglex": {"channel": 0, "onoff": before, "lmTime": 0}}),
        ("SETACK", TOGGLE_X, {}),
        ("GETACK", TOGGLE_X, {"togglex": {"channel": 0, "onoff": then, "lmTime": 1676020428}}),
    ]
    plug = script(*answers, abilities=(TOGGLE_X,))
    relay = await to_plug(plug).toggle()
    assert (relay.on, relay.changed_at is not None) == (bool(then), True)
    assert [(method, payload) for method, _, payload in said(plug)] == [
        ("GET", {"togglex": []}),
        ("SET", {"togglex": {"channel": 0, "onoff": then}}),
        ("GET", {"togglex": []}),
    ]


async def test_the_first_generation_has_one_outlet_only(mss210: RecordedPlug, to_plug: ToPlug) -> None:
    """Its switch command names no channel: it would switch the one outlet instead."""
    with pytest.raises(UsageError, match="no outlet 1"):
        await to_plug(mss210).turn_on(channel=1)
    assert said(mss210) == []


async def test_no_plug_has_an_outlet_below_nought(mss310r: RecordedPlug, to_plug: ToPlug) -> None:
    with pytest.raises(UsageError, match="no outlet -1"):
        await to_plug(mss310r).turn_on(channel=-1)


async def test_a_device_without_a_relay_says_so_without_being_asked(script: Script, to_plug: ToPlug) -> None:
    plug = script(abilities=("Appliance.Control.ElectricityX",))
    with pytest.raises(DeviceError, match="no relay"):
        await to_plug(plug).turn_on()
    assert said(plug) == []


async def test_a_relay_that_does_not_say_its_state_is_malformed(script: Script, to_plug: ToPlug) -> None:
    plug = script(("GETACK", TOGGLE_X, {"togglex": {"channel": 0}}), abilities=(TOGGLE_X,))
    with pytest.raises(Malformed):
        await to_plug(plug).is_on()
