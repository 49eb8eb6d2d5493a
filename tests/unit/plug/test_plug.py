"""One plug as its owner sees it: every question that was recorded, asked again through `Plug`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ownplug.core.meross import Method
from ownplug.plug import Plug
from ownplug.testing.recorded_plug import RecordedLink, RecordedPlug
from ownplug.testing.recordings import Direction, Row, read_recording

# How an owner asks what the recording program asked.
FEATURES: dict[str, Callable[[Plug], Awaitable[object]]] = {
    "Appliance.System.All": Plug.info,
    "Appliance.System.Runtime": lambda plug: plug.about.signal(),
    "Appliance.System.DNDMode": lambda plug: plug.light.is_on(),
    "Appliance.Control.Toggle": Plug.is_on,
    "Appliance.Control.ToggleX": Plug.is_on,
    "Appliance.Control.Electricity": Plug.electricity,
    "Appliance.Control.ConsumptionX": Plug.energy_days,
    "Appliance.Control.ConsumptionConfig": lambda plug: plug.meter.calibration(),
    "Appliance.Control.Timer": lambda plug: plug.timers.all(),
    "Appliance.Control.Trigger": lambda plug: plug.auto_offs.all(),
    "Appliance.Digest.TimerX": lambda plug: plug.timers.all(),
    "Appliance.Digest.TriggerX": lambda plug: plug.auto_offs.all(),
}
# What an owner does not ask of these: there are no rules to ask for, and one that is nowhere tells nothing.
RAW = {"Appliance.Control.TimerX", "Appliance.Control.TriggerX", "Appliance.System.Position"}


def questions(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.direction is Direction.ASKED and row.method == Method.GET]


@pytest.mark.parametrize("name", ["mss310r-hw2.0.0-fw2.1.4.csv", "mss210-hw1-fw1.1.12.json"])
async def test_every_recorded_question_has_a_way_and_an_answer(reference: Path, name: str) -> None:
    rows = read_recording(reference / "traces" / name)
    recorded = RecordedPlug(rows)
    plug = Plug(RecordedLink(recorded))
    for row in questions(rows):
        ask = FEATURES.get(row.namespace)
        if ask is None:
            assert row.namespace in RAW
            told = (await plug.request(row.namespace, row.payload)).data()
            assert told in [other.payload for other in rows if other.namespace == row.namespace]
        else:
            assert await ask(plug) is not None
        [asked] = [other for other in recorded.heard if other.namespace == row.namespace]
        assert asked.data().keys() <= row.payload.keys()
        recorded.heard.clear()


async def test_a_request_in_the_plugs_own_language_may_do_anything(mss310r: RecordedPlug) -> None:
    plug = Plug(RecordedLink(mss310r))
    command = {"togglex": {"channel": 0, "onoff": 0}}
    reply = await plug.request("Appliance.Control.ToggleX", command, method=Method.SET)
    assert (reply.method, reply.data()) == ("SETACK", {})
    assert mss310r.heard[-1].data() == command
    await plug.request("Appliance.System.Runtime")
    assert mss310r.heard[-1].data() == {}


async def test_known_abilities_spare_the_question(mss310r: RecordedPlug) -> None:
    plug = Plug(RecordedLink(mss310r), abilities={"Appliance.Control.ToggleX"})
    await plug.turn_on()
    assert [message.namespace for message in mss310r.heard] == ["Appliance.Control.ToggleX"]


async def test_all_features_share_one_list_of_abilities(mss310r: RecordedPlug) -> None:
    plug = Plug(RecordedLink(mss310r))
    await plug.turn_on()
    await plug.electricity()
    await plug.energy_days()
    await plug.light.is_on()
    await plug.info()
    assert [message.namespace for message in mss310r.heard].count("Appliance.System.Ability") == 1
