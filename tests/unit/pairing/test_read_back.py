"""The proof that a plug is at home, and that it is left as it was."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.pairing.conftest import Answer, ScriptedLink

from ownplug.core.errors import LinkTimeout, Unexpected, Unreachable
from ownplug.core.meross import namespaces as ns
from ownplug.pairing.read_back import says_online, switch_and_back


class Relay:
    """A relay that obeys, or does not."""

    def __init__(self, *, on: bool, is_stuck: bool = False) -> None:
        self.on = on
        self.is_stuck = is_stuck
        self.ordered: list[int] = []

    def __call__(self, payload: dict[str, Any]) -> dict[str, Any]:
        match payload:
            case {"togglex": {"onoff": order}}:
                self.ordered.append(order)
                self.on = self.on if self.is_stuck else bool(order)
                return {}
        return {"togglex": {"channel": 0, "onoff": int(self.on)}}


def plug(relay: Answer, channels: int = 1) -> ScriptedLink:
    system = {"hardware": {"type": "x", "uuid": "u"}, "firmware": {"version": ""}}
    digest = {"togglex": [{"channel": channel, "onoff": 1} for channel in range(channels)]}
    return ScriptedLink(
        {
            ns.SYSTEM_ALL: {"all": {"system": system, "digest": digest}},
            ns.SYSTEM_ABILITY: {"ability": {ns.CONTROL_TOGGLE_X: {}}},
            ns.CONTROL_TOGGLE_X: relay,
        }
    )


class Strip:
    """Outlets that differ; 0 is all of them."""

    def __init__(self) -> None:
        self.on = {0: True, 1: True, 2: False, 3: True}

    def __call__(self, payload: dict[str, Any]) -> dict[str, Any]:
        match payload:
            case {"togglex": {"channel": channel, "onoff": order}}:
                for each in self.on if channel == 0 else (channel,):
                    self.on[each] = bool(order)
                return {}
        return {"togglex": [{"channel": channel, "onoff": int(on)} for channel, on in self.on.items()]}


async def test_a_strip_is_left_as_each_of_its_outlets_was() -> None:
    strip = Strip()
    before = dict(strip.on)
    assert "as it was" in await switch_and_back(plug(strip, channels=4))
    assert strip.on == before


async def test_a_relay_that_cannot_be_put_back_is_told_by_what_it_was() -> None:
    relay = Relay(on=True)

    def go(payload: dict[str, Any]) -> dict[str, Any]:
        if relay.ordered:
            raise Unreachable("It is gone.")
        return relay(payload)

    with pytest.raises(Unexpected, match="was on and may not be any more") as caught:
        await switch_and_back(plug(go))
    assert caught.value.hint == "Switch it on by its button."


@pytest.mark.parametrize("on", [True, False])
async def test_it_is_switched_and_left_as_it_was(on: bool) -> None:
    relay = Relay(on=on)
    assert "again, as it was" in await switch_and_back(plug(relay))
    assert (relay.on, relay.ordered) == (on, [int(not on), int(on)])


async def test_what_gets_lost_is_asked_again() -> None:
    relay = Relay(on=True)
    lost: list[dict[str, Any]] = []

    def lose_the_first_two(payload: dict[str, Any]) -> dict[str, Any]:
        if len(lost) < 2:
            lost.append(payload)
            raise LinkTimeout("It did not answer.")
        return relay(payload)

    assert "again, as it was" in await switch_and_back(plug(lose_the_first_two))
    assert relay.on is True


async def test_a_relay_that_does_not_move_is_told() -> None:
    with pytest.raises(Unexpected, match="did not do it"):
        await switch_and_back(plug(Relay(on=True, is_stuck=True)))


async def test_a_plug_that_goes_away_in_between_is_asked_to_be_as_it_was() -> None:
    link = plug(Relay(on=True))
    obey = link.answers[ns.CONTROL_TOGGLE_X]

    def go(payload: dict[str, Any]) -> dict[str, Any]:
        match payload:
            case {"togglex": {"onoff": 0}}:
                raise Unreachable("gone")
        return obey(payload)  # type: ignore[operator]  # it is a relay

    link.answers[ns.CONTROL_TOGGLE_X] = go
    with pytest.raises(Unreachable):
        await switch_and_back(link)
    assert link.asked[-1][2] == {"togglex": {"channel": 0, "onoff": 1}}


async def test_a_plug_without_a_relay_has_none_to_prove() -> None:
    link = plug({})
    link.answers[ns.SYSTEM_ABILITY] = {"ability": {}}
    assert await switch_and_back(link) == "it has no relay that is known here"


@pytest.mark.parametrize(
    ("answer", "is_online"),
    [
        ({"online": {"status": 1}}, True),
        ({"online": {"status": 0}}, False),
        ({}, True),  # some models do not tell
        (LinkTimeout("It does not answer."), False),
    ],
)
async def test_whether_it_is_at_home_it_says_itself(
    answer: dict[str, Any] | Exception, is_online: bool
) -> None:
    if isinstance(answer, Exception):
        link = ScriptedLink({ns.SYSTEM_ALL: answer})
    else:
        system = {"hardware": {"type": "x", "uuid": "u"}, "firmware": {"version": ""}, **answer}
        link = ScriptedLink({ns.SYSTEM_ALL: {"all": {"system": system}}})
    assert await says_online(link) is is_online
