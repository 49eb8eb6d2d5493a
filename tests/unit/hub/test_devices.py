"""Devices as bridges see them: all of them first, then what changes, as it is by then; and what can be done to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import Locked, NotFound, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.records import Safeguards
from ownplug.hub import Device, DeviceGone, PlugChange

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, PlayedPlug, Run

OTHER = Uuid("1811081234567825182734298f00ffee")
SETTLED_S = 8.0  # a plug has said what it is
LOOK_S = 20.0  # what no event tells has been looked for

Changes = AsyncIterator[Device | DeviceGone]


async def come_home(home: Home, uuid: Uuid | None = None, lights: list[bool] | None = None) -> PlayedPlug:
    """A plug that has come and told what it is; `lights` gets each change of its light."""
    plug = home.plug(uuid) if uuid else home.plug()
    set_to = [0]

    def darken(payload: dict[str, dict[str, int]]) -> object:
        set_to.append(payload["DNDMode"]["mode"])
        if lights is not None:
            lights.append(set_to[-1] == 0)
        return {}

    plug.answers[("GET", ns.SYSTEM_DND_MODE)] = lambda _: {"DNDMode": {"mode": set_to[-1]}}
    plug.answers[("SET", ns.SYSTEM_DND_MODE)] = darken
    plug.connect(plug.uuid.text)
    await asyncio.sleep(SETTLED_S)
    return plug


async def told(changes: Changes, within_s: float = 0.1) -> list[Device | DeviceGone]:
    """All that there is to tell within a while."""
    found: list[Device | DeviceGone] = []

    async def follow() -> None:
        async for change in changes:
            found.append(change)  # noqa: PERF401 - it never ends by itself

    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(follow())
        await asyncio.sleep(within_s)
        following.cancel()
    return found


def values(device: Device | DeviceGone) -> dict[str, object]:
    assert isinstance(device, Device)
    return {feature.id: feature.value for feature in device.features}


def test_a_device_is_what_its_plug_can_do(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await come_home(home)
        [device] = await home.api.devices.all()
        assert device.uuid == plug.uuid
        assert device.is_online
        assert [feature.id for feature in device.outlets] == ["on"]
        shown = values(device)
        assert shown | {"on": True, "power": 12.345, "voltage": 236.8, "light": True, "energy": 0.0} == shown
        assert (device.find("power"), device.find("x")) == (device.features[1], None)
        assert device.features[1].unit == "W"

    run(story)


def test_a_plug_that_has_told_nothing_has_one_outlet_of_which_nothing_is_known(run: Run) -> None:
    async def story(home: Home) -> None:
        await home.api.expect(OTHER.text, home.hub.home.key)
        [device] = await home.api.devices.all()
        assert values(device) == {"on": None, "firmware": None}
        assert not device.is_online

    run(story)


def test_who_follows_is_told_all_then_each_change_then_that_one_is_gone(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await come_home(home)
        await come_home(home, OTHER)
        [first, second] = await told(home.api.devices.changes())
        assert [first, second] == await home.api.devices.all()

        async def change() -> None:
            await asyncio.sleep(1)
            plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 0, "onoff": 0, "lmTime": 1}]})
            await asyncio.sleep(1)
            await home.api.change(plug.uuid.text, PlugChange(name="Kettle"))
            await asyncio.sleep(1)
            plug.leave(plug.uuid.text)
            await asyncio.sleep(1)
            await home.api.forget("Kettle")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(change())
            changes = (await told(home.api.devices.changes(), 5.0))[2:]
        of_plug = [each for each in changes if each.uuid == plug.uuid]
        devices = [each for each in of_plug if isinstance(each, Device)]
        assert values(devices[0]) | {"on": False, "power": 0.0, "current": 0.0} == values(devices[0])
        assert [each.name for each in devices].index("Kettle") > 0
        assert [each.is_online for each in devices][-2:] == [True, False]
        assert of_plug[-1] == DeviceGone(uuid=plug.uuid)
        assert len(of_plug) == len(devices) + 1

    run(story, reading_interval_s=3600)


def test_what_no_event_tells_is_found_all_the_same(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await come_home(home)

        async def change() -> None:
            await asyncio.sleep(1)
            plug.say(Method.PUSH, ns.SYSTEM_RUNTIME, {"runtime": {"signal": 50}})
            await home.api.change(plug.uuid.text, PlugChange(room="kitchen"))

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(change())
            changes = await told(home.api.devices.changes(), LOOK_S)
        assert isinstance(changes[-1], Device)
        assert (changes[-1].room, values(changes[-1])["signal"]) == ("kitchen", 50)

    run(story, reading_interval_s=3600)


def test_a_slow_reader_is_told_the_newest_once_and_holds_up_nobody(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await come_home(home)
        changes = home.api.devices.changes()
        assert isinstance(await anext(changes), Device)
        for number in range(2000):
            relay = {"channel": 0, "onoff": number % 2, "lmTime": number}
            plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, {"togglex": [relay]})
        [device] = await told(changes)
        assert values(device)["on"] is True
        await changes.aclose()  # type: ignore[attr-defined]

    run(story, reading_interval_s=3600)


def test_what_is_set_goes_the_way_of_every_command(run: Run) -> None:
    async def story(home: Home) -> None:
        lights: list[bool] = []
        plug = await come_home(home, lights=lights)
        devices = home.api.devices
        await devices.set(plug.uuid, "on", on=False)
        assert plug.relay == 0
        await devices.toggle(plug.uuid, "on")
        assert plug.relay == 1
        await devices.set(plug.uuid, "light", on=False)
        await devices.toggle(plug.uuid, "light")
        assert lights == [False, True]
        for feature_id in ("power", "on_1", "identify", "x" * 100):
            with pytest.raises(UsageError, match="has no switch"):
                await devices.set(plug.uuid, feature_id, on=True)
        with pytest.raises(NotFound):
            await devices.set(OTHER, "on", on=True)
        await home.api.change(plug.uuid.text, PlugChange(safeguards=Safeguards(never_off=True)))
        with pytest.raises(Locked):
            await devices.set(plug.uuid, "on", on=False)
        assert devices.name_of(plug.uuid) == plug_name(home, plug)
        assert devices.name_of(OTHER) == OTHER.text

    run(story)


def test_to_identify_a_plug_its_light_blinks_and_is_as_it_was(run: Run) -> None:
    async def story(home: Home) -> None:
        lights: list[bool] = []
        plug = await come_home(home, lights=lights)
        with pytest.raises(UsageError, match="has no button"):
            await home.api.devices.press(plug.uuid, "on")
        await home.api.devices.press(plug.uuid, "identify")
        assert lights == [False, True] * 3 + [True]
        assert plug.relay == 1  # nothing clicks

    run(story)


def plug_name(home: Home, plug: PlayedPlug) -> str:
    return home.api.plug(plug.uuid.text).name
