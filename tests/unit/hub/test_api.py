"""The one door of the hub."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.core.errors import (
    Conflict,
    DeviceError,
    LinkTimeout,
    Malformed,
    NotFound,
    Unreachable,
    UsageError,
)
from ownplug.core.identity import Uuid
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.records import UserChange
from ownplug.core.secret import Secret
from ownplug.core.state import Availability, EnergyDay, RelayState
from ownplug.hub import PlugChange, PlugForgotten, PlugRenamed, PowerRead, RelaySwitched, UserView

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, PlayedPlug, Run

LAMP = Uuid("1909182170548290802048e1e9522946")


async def at_home(home: Home, uuid: Uuid | None = None) -> PlayedPlug:
    """A plug that has come and told what it is."""
    plug = home.plug(uuid) if uuid else home.plug()
    plug.connect()
    plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
    await home.settle()
    return plug


def test_a_home_tells_who_it_is_and_where(run: Run) -> None:
    async def story(home: Home) -> None:
        told = home.api.home()
        assert (told.user_id, told.mqtts, told.web) == ("10001", "", "")
        assert told.key == home.hub.home.key
        assert told.started_at == home.clock.now()
        await asyncio.sleep(60)
        assert home.api.home() == told
        where = replace(told, mqtts="192.168.1.10:8883", timezone="Europe/Madrid")
        home.api.tell_home(where)
        assert home.api.home() == where
        assert told.key.reveal() not in repr(where)

    run(story)


def test_a_plug_is_put_into_a_room_and_keeps_its_name(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        assert (await home.api.change("2b3c", PlugChange(room="  living   room "))).room == "living room"
        assert home.store.plug_records[plug.uuid].room == "living room"
        assert "plug-renamed" not in home.kinds()
        changed = await home.api.change("2b3c", PlugChange(name="Kettle", room=""))
        assert (changed.name, changed.room) == ("Kettle", "")
        for wrong in ("k" * 61, "a\x1b[2J"):
            with pytest.raises(UsageError, match="printable"):
                await home.api.change("2b3c", PlugChange(name="Toaster", room=wrong))
        assert home.api.plug("2b3c").name == "Kettle"

    run(story)


def test_another_key_of_the_home_leaves_each_plug_the_one_that_it_has(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        changes: list[tuple[str, UserChange]] = []
        home.hub.accounts.tell_changes(lambda *change: changes.append(change))
        old, new = home.api.home().key, Secret("ab" * 16)
        for _ in range(2):  # the second time it changes nothing
            await home.api.change_key(new)
        assert home.api.home().key == new
        assert home.api.plug("plug-2b3c").key == old
        assert changes == [("10001", UserChange.LOGIN)]
        plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, {"togglex": {"channel": 0, "onoff": 0}})
        assert not (await home.api.switch("plug-2b3c", on=False)).on  # still signed with the old one
        for wrong in ("", "ab" * 15, "AB" * 16, "ab" * 17):
            with pytest.raises(UsageError, match="32 hexadecimal digits"):
                await home.api.change_key(Secret(wrong))

    run(story)


def test_a_plug_is_shown_with_what_it_told(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        [shown], _ = home.api.plugs()
        assert shown == home.api.plug("plug-2b3c")
        assert (shown.uuid, shown.name, shown.key) == (plug.uuid, "plug-2b3c", plug.maker.key)
        assert (shown.model, shown.sub_type, shown.hardware, shown.firmware) == (
            "mss310",
            "us",
            "2.0.0",
            "2.1.7",
        )
        assert shown.state.availability is Availability.ONLINE
        assert shown.state.bound
        assert shown.state.reading is not None
        assert shown.state.reading.power_w == 12.345

    run(story)


def test_plugs_are_listed_in_the_order_in_which_they_came(run: Run) -> None:
    async def story(home: Home) -> None:
        await at_home(home, LAMP)
        await asyncio.sleep(1)
        await at_home(home)
        assert [shown.name for shown in home.api.plugs()[0]] == ["plug-2946", "plug-2b3c"]

    run(story)


def test_plugs_are_listed_page_by_page(run: Run) -> None:
    async def story(home: Home) -> None:
        await at_home(home, LAMP)
        await asyncio.sleep(1)
        await at_home(home)
        [first], following = home.api.plugs(limit=1)
        assert first.name == "plug-2946"
        [second], end = home.api.plugs(limit=1, after=following)
        assert (second.name, end) == ("plug-2b3c", None)
        await home.api.forget("plug-2946")
        assert [shown.name for shown in home.api.plugs(after=following)[0]] == ["plug-2b3c"]

    run(story)


def test_a_plug_with_a_key_of_its_own_is_shown_with_it(run: Run) -> None:
    async def story(home: Home) -> None:
        await home.hub.registry.add(LAMP, home.clock.now(), key=Secret("a key of its own"))
        assert home.api.plug("plug-2946").key == Secret("a key of its own")

    run(story)


def test_a_plug_that_was_not_heard_of_is_shown_so(run: Run) -> None:
    async def story(home: Home) -> None:
        await home.hub.registry.add(LAMP, home.clock.now())
        shown = home.api.plug("plug-2946")
        assert shown.state.availability is Availability.UNKNOWN
        assert (shown.state.relays, shown.state.reading) == ((), None)

    run(story)


def test_switching_tells_what_the_plug_then_says(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        changed_at = datetime.fromtimestamp(1552176889, UTC)
        assert await home.api.switch("plug-2b3c", on=False) == RelayState(
            channel=0, on=False, changed_at=changed_at
        )
        assert plug.relay == 0
        assert home.api.plug("2b3c").state.relay() == RelayState(channel=0, on=False, changed_at=changed_at)
        await home.settle()
        assert [event.on for event in home.events if isinstance(event, RelaySwitched)] == [True, False]
        assert (await home.api.toggle("2b3c")).on is True
        assert (await home.api.toggle("2b3c")).on is False

    run(story)


def test_a_plug_that_acknowledges_but_does_not_switch_is_not_believed(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        plug.answers["SET", ns.CONTROL_TOGGLE_X] = lambda _: {}
        assert (await home.api.switch("2b3c", on=False)).on is True

    run(story)


def test_what_a_plug_can_do_is_not_asked_again_for_every_command(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        for on in (True, False, True):
            await home.api.switch("2b3c", on=on)
        assert len(plug.asked(ns.SYSTEM_ABILITY)) == 1

    run(story)


def test_a_command_before_the_plug_has_told_what_it_can_do_works_too(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await home.settle()
        assert (await home.api.switch("2b3c", on=False)).on is False

    run(story)


def test_the_first_generation_is_switched_by_its_own_words(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        del plug.answers["GET", ns.CONTROL_TOGGLE_X], plug.answers["SET", ns.CONTROL_TOGGLE_X]
        relay = {"onoff": 1}
        plug.answers["GET", ns.CONTROL_TOGGLE] = lambda _: {"toggle": dict(relay)}

        def switch(payload: dict[str, Any]) -> object:
            relay.update(payload["toggle"])
            return {}

        plug.answers["SET", ns.CONTROL_TOGGLE] = switch
        plug.connect()
        await home.settle()
        assert (await home.api.switch("2b3c", on=False)).on is False
        assert relay["onoff"] == 0

    run(story)


@pytest.mark.parametrize("channel", [1, 65_535, -1])
def test_an_outlet_that_the_plug_does_not_have_is_not_switched(run: Run, channel: int) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        for attempt in (
            home.api.switch("2b3c", on=True, channel=channel),
            home.api.toggle("2b3c", channel=channel),
        ):
            with pytest.raises(UsageError, match=f"no outlet {channel}"):
                await attempt
        assert plug.asked(ns.CONTROL_TOGGLE_X, "SET") == []

    run(story)


def test_power_is_asked_for_now(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        plug.power_mw = 99_000
        reading = await home.api.read_power("2b3c")
        assert (reading.power_w, reading.at) == (99.0, home.clock.now())
        await home.settle()
        assert [event.reading.power_w for event in home.events if isinstance(event, PowerRead)][-1] == 99.0

    run(story)


def test_a_plug_without_a_meter_says_so(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        del plug.answers["GET", ns.CONTROL_ELECTRICITY], plug.answers["GET", ns.CONTROL_CONSUMPTION_X]
        plug.connect()
        await asyncio.sleep(6)
        with pytest.raises(DeviceError, match="no meter"):
            await home.api.read_power("2b3c")
        with pytest.raises(DeviceError, match="no meter"):
            await home.api.energy_days("2b3c")

    run(story)


def test_the_plugs_own_days_are_asked_for(run: Run) -> None:
    async def story(home: Home) -> None:
        await at_home(home)
        assert await home.api.energy_days("2b3c") == [EnergyDay(day="2026-01-04", energy_wh=310)]

    run(story)


def test_anything_can_be_asked_in_the_plugs_own_language(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        plug.answers["SET", "Appliance.Control.Newer"] = lambda payload: {"got": payload}
        told = await home.api.request(
            "2b3c", method="SET", namespace="Appliance.Control.Newer", payload={"a": [1, "ä"]}
        )
        assert told == {
            "method": "SETACK",
            "namespace": "Appliance.Control.Newer",
            "payload": {"got": {"a": [1, "ä"]}},
        }

    run(story)


@pytest.mark.parametrize("method", ["", "get", "GETACK", "ERROR", "FETCH"])
def test_only_requests_can_be_asked(run: Run, method: str) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        heard = len(plug.heard)
        with pytest.raises(UsageError, match="is not a method"):
            await home.api.request("2b3c", method=method, namespace="Appliance.X", payload={})
        assert len(plug.heard) == heard

    run(story)


def test_nonsense_from_the_plug_is_malformed_and_no_old_state(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        plug.answers["GET", ns.CONTROL_TOGGLE_X] = lambda _: {"togglex": "on"}
        with pytest.raises(Malformed):
            await home.api.switch("2b3c", on=False)

    run(story)


def test_a_plug_that_is_away_is_unreachable_and_one_that_is_silent_times_out(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        plug.mute = True
        with pytest.raises(LinkTimeout):
            await home.api.switch("2b3c", on=False)
        plug.leave()
        for attempt in _everything(home):
            with pytest.raises(Unreachable, match="is offline"):
                await attempt

    run(story)


def test_what_no_plug_is_called_is_not_found_anywhere(run: Run) -> None:
    async def story(home: Home) -> None:
        with pytest.raises(NotFound):
            home.api.plug("2b3c")
        for attempt in (
            *_everything(home),
            home.api.change("2b3c", PlugChange(name="x")),
            home.api.forget("2b3c"),
        ):
            with pytest.raises(NotFound):
                await attempt

    run(story)


def test_a_new_name_is_told_and_shown(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        assert (await home.api.change("2b3c", PlugChange(name="Kettle"))).name == "Kettle"
        assert home.api.plug("kettle").uuid == plug.uuid
        plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 0, "onoff": 0}]})
        await home.settle()
        assert [type(event) for event in home.events][-2:] == [PlugRenamed, RelaySwitched]
        assert {event.name for event in home.events[-2:]} == {"Kettle"}

    run(story)


def test_a_name_that_is_taken_is_a_conflict_and_no_event(run: Run) -> None:
    async def story(home: Home) -> None:
        await at_home(home, LAMP)
        await at_home(home)
        with pytest.raises(Conflict, match="plug-2946"):
            await home.api.change("2b3c", PlugChange(name="PLUG-2946"))
        await home.settle()
        assert "plug-renamed" not in home.kinds()

    run(story)


def test_a_forgotten_plug_is_told_and_gone(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = await at_home(home)
        await home.api.change("2b3c", PlugChange(name="Kettle"))
        await home.api.forget("kettle")
        await home.settle()
        assert home.api.plugs() == ([], None)
        assert isinstance(home.events[-1], PlugForgotten)
        assert (home.events[-1].uuid, home.events[-1].name) == (plug.uuid, "Kettle")

    run(story)


def test_a_user_is_added_with_rights(run: Run) -> None:
    async def story(home: Home) -> None:
        await home.api.add_user("ha", Secret("correct horse"), read=["/appliance/#"], write=[])
        access = await home.hub.gatekeeper().admit(
            client_id="x", username="ha", password=b"correct horse", address="192.168.1.9"
        )
        assert access is not None
        assert access.may_subscribe("/appliance/#")
        with pytest.raises(UsageError):
            await home.api.add_user("10001", Secret("correct horse"), read=[], write=[])

    run(story)


def test_users_are_listed_and_removed(run: Run) -> None:
    async def story(home: Home) -> None:
        for name in ("ha", "anna"):
            await home.api.add_user(name, Secret("correct horse"), read=[f"{name}/#"], write=["x"])
        access = await home.hub.gatekeeper().admit(
            client_id="x", username="ha", password=b"correct horse", address="192.168.1.9"
        )
        assert access is not None
        await home.api.remove_user("ha")
        assert home.api.users() == [UserView(name="anna", read=("anna/#",), write=("x",))]
        assert not access.may_subscribe("ha/#")  # also for who is still connected: a last will, for example
        assert not access.may_publish("x")
        with pytest.raises(NotFound):
            await home.api.remove_user("ha")

    run(story)


def _everything(home: Home) -> list[Any]:
    return [
        home.api.switch("2b3c", on=True),
        home.api.toggle("2b3c"),
        home.api.read_power("2b3c"),
        home.api.energy_days("2b3c"),
        home.api.request("2b3c", method="GET", namespace=ns.SYSTEM_ALL, payload={}),
    ]
