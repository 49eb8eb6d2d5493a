"""What the hub does with a plug that has come: take it in, learn what it is, set its zone, read its meter."""

from __future__ import annotations

import asyncio
import logging
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.topics import device_inbox
from ownplug.hub import PowerRead

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, MemoryStore, PlayedPlug, Run

GRACE_S = 5.0  # for the Bind


def questions(plug: PlayedPlug) -> list[tuple[str, str]]:
    return [(message.method, message.namespace) for message in plug.heard]


def test_a_plug_that_nobody_knows_is_taken_in_and_the_owner_is_told(
    run: Run, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await home.settle()
        assert home.kinds() == ["plug-online", "plug-registered"]
        assert store.plug_records[plug.uuid].registered_at == home.clock.now()
        assert "Took in plug-2b3c" in caplog.text

    caplog.set_level(logging.INFO)
    run(story)


def test_a_plug_that_is_known_is_taken_in_once(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        for connection in ("1", "2"):
            plug.connect(connection)
            await asyncio.sleep(10)
            plug.leave(connection)
        assert home.kinds().count("plug-registered") == 1

    run(story)


def test_plugs_that_all_come_at_once_are_all_taken_in(run: Run) -> None:
    async def story(home: Home) -> None:
        uuids = [Uuid(f"{number:016d}ffff34298f1a2b3c") for number in range(50)]
        for uuid in uuids:
            home.plug(uuid).connect(uuid.text)
        await home.settle()
        await asyncio.sleep(GRACE_S)
        assert {known.uuid for known in home.hub.registry.all()} == set(uuids)
        assert len({known.name for known in home.hub.registry.all()}) == 50

    run(story)


def test_a_plug_is_asked_what_it_is_and_given_a_zone_if_it_has_none(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        await home.settle()
        assert questions(plug)[:6] == [
            ("SETACK", ns.CONTROL_BIND),
            ("GET", ns.SYSTEM_ALL),
            ("GET", ns.SYSTEM_ABILITY),
            ("SET", ns.SYSTEM_TIME),
            ("GET", ns.SYSTEM_TIME),
            ("GET", ns.SYSTEM_RUNTIME),
        ]
        assert plug.zone == "Europe/Madrid"
        [given] = plug.asked(ns.SYSTEM_TIME, "SET")
        assert given.data()["time"]["timestamp"] == int(home.clock.now().timestamp())
        assert given.data()["time"]["timeRule"][1][1:] == [7200, 1]
        state = home.hub.state(plug.uuid)
        assert (state.timezone, state.signal, state.bound) == ("Europe/Madrid", 77, True)
        known = home.hub.registry.find("plug-2b3c")
        assert (known.model, known.sub_type, known.hardware, known.firmware) == (
            "mss310",
            "us",
            "2.0.0",
            "2.1.7",
        )

    run(story)


def test_a_plug_that_has_a_zone_keeps_it(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.zone = "Asia/Qatar"
        plug.connect()
        await asyncio.sleep(GRACE_S + 1)
        assert plug.asked(ns.SYSTEM_TIME, "SET") == []
        assert home.hub.state(plug.uuid).timezone == "Asia/Qatar"

    run(story)


def told_of_its_position(run: Run, believed: dict[str, int], /, **settings: str) -> list[dict[str, int]]:
    """What a plug is told that believes to be somewhere, once the hub knows what it is."""
    told: list[dict[str, int]] = []

    def take(payload: dict[str, Any]) -> object:
        told.append(payload["position"])
        return {}

    async def story(home: Home) -> None:
        plug = home.plug()
        plug.answers["GET", ns.SYSTEM_POSITION] = lambda _: {"position": believed}
        plug.answers["SET", ns.SYSTEM_POSITION] = take
        plug.connect()
        await asyncio.sleep(GRACE_S + 1)
        assert home.hub.state(plug.uuid).reading is not None  # whatever came of it

    run(story, **settings)
    return told


def test_a_plug_that_does_not_know_where_it_is_is_told(run: Run) -> None:
    nowhere = {"longitude": 0, "latitude": 0}
    where = {"longitude": -3_700_000, "latitude": 40_400_000}
    assert told_of_its_position(run, nowhere, position="40.4,-3.7") == [where]
    assert told_of_its_position(run, nowhere) == []
    assert told_of_its_position(run, {"longitude": 1, "latitude": 1}, position="40.4,-3.7") == []
    assert told_of_its_position(run, {"longitude": 10**9, "latitude": 1}, position="40.4,-3.7") == []


def test_a_plug_that_cannot_be_told_where_it_is_is_not_asked(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await asyncio.sleep(GRACE_S + 1)
        assert plug.asked(ns.SYSTEM_POSITION) == []
        assert home.hub.state(plug.uuid).reading is not None

    run(story, position="40.4,-3.7")


def test_a_plug_that_has_not_said_bind_is_left_alone_for_a_moment(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await asyncio.sleep(GRACE_S - 0.1)
        assert plug.heard == []
        await asyncio.sleep(0.2)
        assert plug.asked(ns.SYSTEM_ALL)
        assert not home.hub.state(plug.uuid).bound

    run(story)


def test_a_meter_is_read_seldom_while_nothing_happens_and_often_when_something_does(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        plug.say(Method.PUSH, ns.CONTROL_BIND, {"bind": {}})
        await asyncio.sleep(120)
        plug.power_mw = 20_000
        await asyncio.sleep(60)
        read = [event.reading for event in home.events if isinstance(event, PowerRead)]
        waits_s = [round((after.at - before.at).total_seconds()) for before, after in pairwise(read)]
        assert waits_s[:6] == [2, 4, 8, 16, 30, 30]
        changed = next(number for number, reading in enumerate(read) if reading.power_w == 20)
        assert waits_s[changed : changed + 3] == [2, 4, 8]
        assert home.hub.state(plug.uuid).reading == read[-1]

    run(story, reading_interval_s=30)


def test_a_meter_that_somebody_looks_at_is_read_each_second(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        plug.say(Method.PUSH, ns.CONTROL_BIND, {"bind": {}})
        await asyncio.sleep(120)
        before = len(plug.asked(ns.CONTROL_ELECTRICITY))
        with home.api.watching(plug.uuid.text):
            await asyncio.sleep(10)
        looked = len(plug.asked(ns.CONTROL_ELECTRICITY)) - before
        await asyncio.sleep(30)
        assert looked in {10, 11}
        assert len(plug.asked(ns.CONTROL_ELECTRICITY)) - before - looked <= 5

    run(story, reading_interval_s=30)


def test_a_plug_without_a_meter_is_not_asked_for_power(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        del plug.answers["GET", ns.CONTROL_ELECTRICITY]
        plug.connect()
        await asyncio.sleep(600)
        assert plug.asked(ns.CONTROL_ELECTRICITY) == []
        assert home.hub.state(plug.uuid).model is not None

    run(story)


def test_a_plug_that_does_not_tell_its_signal_is_not_asked_for_it(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        del plug.answers["GET", ns.SYSTEM_RUNTIME]
        plug.connect()
        await asyncio.sleep(60)
        assert plug.asked(ns.SYSTEM_RUNTIME) == []
        assert home.hub.state(plug.uuid).reading is not None

    run(story)


def test_a_reading_that_does_not_come_is_not_the_last(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await asyncio.sleep(GRACE_S + 1)
        plug.mute = True
        await asyncio.sleep(60)
        before = home.kinds().count("power-read")
        plug.mute = False
        await asyncio.sleep(60)
        assert home.kinds().count("power-read") > before

    run(story)


def test_a_plug_that_does_not_answer_is_asked_again_ever_more_seldom(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        await asyncio.sleep(600)
        assert 8 <= len(plug.asked(ns.SYSTEM_ALL)) <= 20
        assert home.hub.state(plug.uuid).model is None
        plug.mute = False
        await asyncio.sleep(70)
        assert home.hub.state(plug.uuid).model is not None

    caplog.set_level(logging.INFO)
    run(story)
    assert "does not tell what it is yet" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("namespace", "nonsense"),
    [
        (ns.SYSTEM_ALL, {"all": {"system": {}}}),
        (ns.SYSTEM_ABILITY, {"ability": 7}),
        (ns.SYSTEM_RUNTIME, {"runtime": []}),
        (ns.CONTROL_ELECTRICITY, {"electricity": "much"}),
    ],
)
def test_nonsense_about_itself_does_not_stop_the_care_for_a_plug(
    run: Run, namespace: str, nonsense: object
) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.answers["GET", namespace] = lambda _: nonsense
        plug.connect()
        await asyncio.sleep(120)
        assert plug.zone == "Europe/Madrid"
        assert home.hub.registry.get(plug.uuid) is not None

    run(story)


def test_care_ends_when_the_plug_goes_and_begins_anew_when_it_comes(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect("1")
        await asyncio.sleep(30)
        plug.leave("1")
        heard = len(plug.heard)
        await asyncio.sleep(600)
        assert len(plug.heard) == heard
        plug.connect("2")
        await asyncio.sleep(30)
        assert len(plug.asked(ns.SYSTEM_ALL)) == 2

    run(story)


def test_a_plug_that_comes_anew_is_cared_for_once(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        for connection in range(10):
            plug.connect(str(connection))
            await asyncio.sleep(1)
        await asyncio.sleep(10)
        assert len(plug.asked(ns.SYSTEM_ALL)) == 1
        tasks = [task for task in asyncio.all_tasks() if task.get_name() == f"attending {plug.uuid}"]
        assert len(tasks) == 1

    run(story)


def test_a_full_disk_does_not_stop_the_hub_and_the_plug_is_taken_in_later(
    run: Run, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        store.broken = OwnplugError("The disk is full.")
        plug.connect()
        await asyncio.sleep(10)
        assert home.hub.registry.get(plug.uuid) is None
        plug.say(Method.PUSH, ns.SYSTEM_CLOCK, {"clock": {"timestamp": 4}})
        assert home.post.to(device_inbox(plug.uuid.text))[-1].namespace == ns.SYSTEM_CLOCK
        store.broken = None
        await asyncio.sleep(120)
        assert home.hub.registry.get(plug.uuid) is not None
        assert home.hub.state(plug.uuid).reading is not None

    run(story)
    assert "The disk is full." in caplog.text
