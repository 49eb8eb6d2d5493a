"""What a plug can do is asked once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ownplug.core.errors import DeviceError, LinkBroken
from ownplug.plug.abilities import Abilities
from ownplug.testing.recorded_plug import RecordedLink, RecordedPlug


async def test_a_plug_is_asked_once_however_many_want_to_know(mss310r: RecordedPlug) -> None:
    abilities = Abilities(RecordedLink(mss310r))
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(abilities.all()) for _ in range(5)]
    assert {len(task.result()) for task in asking} == {28}
    assert len(mss310r.heard) == 1


async def test_a_plug_whose_abilities_are_known_is_not_asked(mss310r: RecordedPlug) -> None:
    abilities = Abilities(RecordedLink(mss310r), ["Appliance.Control.ToggleX"])
    assert await abilities.all() == {"Appliance.Control.ToggleX"}
    assert mss310r.heard == []


async def test_a_plug_known_to_have_no_ability_is_not_asked_either(mss310r: RecordedPlug) -> None:
    assert await Abilities(RecordedLink(mss310r), []).all() == frozenset()
    assert mss310r.heard == []


async def test_of_two_ways_the_first_that_the_plug_has_is_taken(script: Callable[..., RecordedPlug]) -> None:
    abilities = Abilities(RecordedLink(script(abilities=("B", "C"))))
    assert await abilities.first_of("A", "B", "C", lacking="x") == "B"


async def test_what_a_plug_lacks_is_said_in_a_sentence(script: Callable[..., RecordedPlug]) -> None:
    abilities = Abilities(RecordedLink(script(abilities=("B",))))
    with pytest.raises(DeviceError, match=r"^This plug has no meter\.$") as caught:
        await abilities.first_of("A", lacking="meter")
    assert caught.value.device_code == 5000


async def test_after_a_failure_the_plug_is_asked_again(
    mss310r: RecordedPlug, monkeypatch: pytest.MonkeyPatch
) -> None:
    abilities = Abilities(RecordedLink(mss310r))
    with monkeypatch.context() as wire:
        wire.setattr(mss310r, "answer", lambda _: None)
        with pytest.raises(LinkBroken):
            await abilities.all()
    assert "Appliance.Control.ToggleX" in await abilities.all()
