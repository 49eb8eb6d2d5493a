"""Many plugs: what the hub makes of what the MQTT server tells it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Method, decode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.secret import Secret
from ownplug.core.state import Availability, PlugState
from ownplug.hub import Hub, HubSettings, PlugOffline, PlugOnline, RelaySwitched
from ownplug.testing import LoopClock

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, MemoryStore, Run

APPS = "/app/10001/subscribe"
LAMP = Uuid("1909182170548290802048e1e9522946")
TOGGLED = {"togglex": [{"channel": 0, "onoff": 0, "lmTime": 1552176889}]}


def test_a_plug_that_comes_and_goes_is_told_to_listeners_and_programs(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await asyncio.sleep(1)
        plug.leave(reason="the client said goodbye")
        await home.settle()
        online, offline = [e for e in home.events if isinstance(e, (PlugOnline, PlugOffline))]
        assert (online.kind, offline.kind) == ("plug-online", "plug-offline")
        assert offline.at > online.at
        assert isinstance(offline, PlugOffline)
        assert offline.reason == "the client said goodbye"
        told = home.post.to(APPS)
        assert [(m.namespace, m.method, m.data()) for m in told] == [
            (ns.SYSTEM_ONLINE, "PUSH", {"online": {"status": 1}}),
            (ns.SYSTEM_ONLINE, "PUSH", {"online": {"status": 2}}),
        ]
        assert all(message.is_signed(plug.maker.key) for message in told)
        assert {message.header.sender for message in told} == {device_inbox(plug.uuid.text)}

    run(story)


def test_a_plug_that_restarts_is_never_shown_offline(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect("before")
        await asyncio.sleep(20)
        plug.connect("after")
        await asyncio.sleep(90)  # until the server gives up the old connection
        plug.leave("before", reason="its keepalive ran out")
        await home.settle()
        assert home.kinds().count("plug-online") == 1
        assert "plug-offline" not in home.kinds()
        assert [m.data() for m in home.post.to(APPS)] == [{"online": {"status": 1}}]

    run(story)


def test_listening_to_the_inbox_twice_is_coming_once(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect("1")
        await asyncio.sleep(6)
        asked = len(plug.asked(ns.SYSTEM_ALL))
        plug.connect("1")
        await asyncio.sleep(6)
        assert len(plug.asked(ns.SYSTEM_ALL)) == asked == 1
        assert len(home.post.to(APPS)) == 1

    run(story)


def test_what_a_plug_pushes_reaches_the_programs_byte_for_byte(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        data = b" " + plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, TOGGLED)
        home.hub.receive(device_outbox(plug.uuid.text), data)
        strange = plug.say(Method.PUSH, "Appliance.Control.Newer", {"what": [1, "ä"]})
        unreadable = plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, {"togglex": "on"})
        relayed = [payload for topic, payload in home.post.sent if topic == APPS]
        assert relayed[2:] == [data, strange, unreadable]

    run(story)


def test_only_pushes_are_for_the_programs(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        for method in set(Method) - {Method.PUSH}:
            plug.say(method, ns.CONTROL_TOGGLE_X, TOGGLED)
        assert len(home.post.to(APPS)) == 1  # that it came

    run(story)


def test_a_push_changes_the_state_and_is_an_event(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await asyncio.sleep(6)
        plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, TOGGLED)
        plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, TOGGLED)
        await home.settle()
        assert [(e.channel, e.on) for e in home.events if isinstance(e, RelaySwitched)] == [
            (0, True),
            (0, False),
        ]

    run(story)


@pytest.mark.parametrize("method", list(Method))
def test_a_message_with_another_key_is_neither_believed_nor_answered_nor_passed_on(
    run: Run, method: Method, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(home: Home) -> None:
        plug = home.plug(key=Secret("another key"))
        plug.connect()
        before, sent = home.hub.state(plug.uuid), len(home.post.sent)
        for namespace in (ns.CONTROL_TOGGLE_X, ns.SYSTEM_CLOCK, ns.CONTROL_BIND):
            plug.say(method, namespace, TOGGLED)
        assert home.hub.state(plug.uuid) == before
        assert len(home.post.sent) == sent
        assert "not signed with its key" in caplog.text

    run(story)


def test_a_plug_with_a_key_of_its_own_is_known_by_it(run: Run) -> None:
    async def story(home: Home) -> None:
        own = Secret("a key of its own")
        plug = home.plug(key=own)
        home.hub.session(plug.uuid)  # somebody looked at it before
        await home.hub.registry.add(plug.uuid, home.clock.now(), key=own)
        plug.connect()
        assert (await home.hub.session(plug.uuid).request(Method.GET, ns.SYSTEM_RUNTIME, {})).data()
        assert all(message.is_signed(own) for message in plug.heard)
        assert all(message.is_signed(own) for message in home.post.to(APPS))

    run(story)


@pytest.mark.parametrize(
    "topic",
    [
        "/appliance/1811081234567825182734298f1a2b3c/subscribe",
        "/appliance/1811081234567825182734298F1A2B3C/publish",
        "/appliance/short/publish",
        "/app/10001/subscribe",
        "",
        "#",
    ],
)
def test_only_the_outbox_of_a_plug_is_heard(run: Run, topic: str) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        data = plug.say(Method.PUSH, "Appliance.X", {})
        sent = len(home.post.sent)
        home.hub.receive(topic, data)
        assert len(home.post.sent) == sent

    run(story)


def test_who_is_neither_connected_nor_registered_is_not_heard(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, TOGGLED)
        assert home.post.sent == []
        assert home.hub.state(plug.uuid).relays == ()
        await home.hub.registry.add(plug.uuid, home.clock.now())
        plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, TOGGLED)
        assert len(home.hub.state(plug.uuid).relays) == 1
        assert home.hub.state(plug.uuid).availability is Availability.UNKNOWN

    run(story)


_HURTFUL = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"[" * 200_000,
    b'{"header":' * 20_000,
    b'{"header":{},"payload":{}}',
    b"x" * 300_000,
    b'{"header":{"messageId":"","namespace":"\\ud800","method":"PUSH","timestamp":0,"sign":"x"},"payload":{}}',
    b'{"header":{"messageId":"","namespace":"","method":"","timestamp":1e400,"sign":""},"payload":{}}',
]


@pytest.mark.parametrize("data", _HURTFUL, ids=range(len(_HURTFUL)))
def test_a_payload_made_to_hurt_costs_nothing(run: Run, data: bytes) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        sent = len(home.post.sent)
        home.hub.receive(device_outbox(plug.uuid.text), data)
        assert len(home.post.sent) == sent
        plug.say(Method.PUSH, ns.SYSTEM_CLOCK, {})
        assert len(home.post.sent) == sent + 2  # the answer, and the push for the programs

    run(story)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Method)),
            st.sampled_from(
                [
                    *(ns.SYSTEM_ALL, ns.SYSTEM_TIME, ns.SYSTEM_CLOCK, ns.CONTROL_BIND, ns.CONTROL_TOGGLE_X),
                    *(ns.CONTROL_ELECTRICITY, ns.CONTROL_CONSUMPTION_CONFIG, "Appliance.X", ""),
                ]
            ),
            st.dictionaries(
                st.sampled_from(["all", "time", "bind", "togglex", "electricity", "config", "clock"]), _VALUES
            ),
        ),
        max_size=8,
    )
)
def test_nothing_that_a_plug_of_the_home_says_can_stop_the_hub(
    run: Run, said: list[tuple[Method, str, dict[str, object]]]
) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        for method, namespace, payload in said:
            plug.say(method, namespace, payload)
        await asyncio.sleep(20)
        assert (await home.hub.session(plug.uuid).request(Method.GET, ns.SYSTEM_RUNTIME, {})).data()
        assert [known.uuid for known in home.hub.registry.all()] == [plug.uuid]

    run(story)


def test_a_plug_that_floods_is_answered_and_the_others_are_not_forgotten(run: Run) -> None:
    async def story(home: Home) -> None:
        loud, calm = home.plug(), home.plug(LAMP)
        loud.connect()
        calm.connect("2")
        await asyncio.sleep(6)
        for number in range(2000):
            loud.say(Method.PUSH, ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 0, "onoff": number % 2}]})
        assert (await home.hub.session(LAMP).request(Method.GET, ns.SYSTEM_RUNTIME, {})).data()
        assert home.hub.state(LAMP).availability is Availability.ONLINE

    run(story)


def test_a_listener_that_is_too_slow_misses_events_and_nobody_waits_for_it(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        with home.api.events() as slow:
            for number in range(1000):
                plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 0, "onoff": number % 2}]})
            assert slow.missed > 0
            assert isinstance(await anext(slow), RelaySwitched)

    run(story)


def test_a_forgotten_plug_is_gone_until_it_connects_anew(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect("1")
        await asyncio.sleep(6)
        await home.hub.forget(plug.uuid)
        heard, relayed = len(plug.heard), len(home.post.to(APPS))
        plug.say(Method.PUSH, ns.CONTROL_TOGGLE_X, TOGGLED)
        plug.say(Method.PUSH, ns.SYSTEM_CLOCK, {})
        await asyncio.sleep(60)
        assert (len(plug.heard), len(home.post.to(APPS))) == (heard, relayed)
        assert home.hub.state(plug.uuid) == PlugState()
        assert home.hub.registry.all() == []
        plug.leave("1")
        plug.connect("2")
        await asyncio.sleep(6)
        assert [known.uuid for known in home.hub.registry.all()] == [plug.uuid]

    run(story)


def test_the_names_in_events_are_those_that_plugs_get(run: Run) -> None:
    async def story(home: Home) -> None:
        twin = Uuid(f"{LAMP.text[:20]}0000ffff2946")
        home.plug(LAMP).connect("1")
        await home.settle()
        home.plug(twin).connect("2")
        await home.settle()
        names = {event.uuid: event.name for event in home.events if isinstance(event, PlugOnline)}
        assert names == {LAMP: "plug-2946", twin: "plug-f2946"}
        assert home.hub.registry.find("plug-f2946").uuid == twin

    run(story)


def test_closing_the_hub_ends_its_work_and_its_events(run: Run) -> None:
    async def story(home: Home) -> None:
        for number in range(5):
            home.plug(Uuid(f"{number:020d}34298f1a2b3{number}")).connect(str(number))
        await asyncio.sleep(30)
        # `run` fails if anything is left when the hub was closed.

    run(story)


def test_an_error_of_those_who_use_the_hub_is_not_wrapped(store: MemoryStore) -> None:
    async def story() -> None:
        async with Hub(HubSettings(), store, LoopClock()):
            raise UsageError("something else went wrong")

    with pytest.raises(UsageError, match="something else"), asyncio.Runner() as runner:
        runner.run(story())


def test_a_hub_without_a_way_to_speak_still_listens(store: MemoryStore) -> None:
    async def story() -> None:
        async with Hub(HubSettings(), store, LoopClock()) as hub:
            hub.plug_online(LAMP, connection="1", address="192.168.1.50")
            assert hub.state(LAMP).availability is Availability.ONLINE

    with asyncio.Runner() as runner:
        runner.run(story())


def test_what_a_plug_says_cannot_forge_a_line_of_the_log(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def story(home: Home) -> None:
        plug = home.plug(key=Secret("another key"))
        plug.connect()
        plug.say(Method.PUSH, f"x\nERROR all is lost{'y' * 1000}", {})

    with caplog.at_level(logging.DEBUG):
        run(story)
    [line] = [record.getMessage() for record in caplog.records if "not signed" in record.getMessage()]
    assert "\n" not in line
    assert len(line) < 300


def test_the_key_appears_in_no_log_and_no_error(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await asyncio.sleep(30)
        plug.send(decode_message(plug.say(Method.PUSH, "Appliance.X", {"key": 1})))
        assert plug.maker.key.reveal() not in repr(home.api.home()) + repr(home.api.plugs())
        assert plug.maker.key.reveal() not in repr(vars(home.hub.session(plug.uuid)))

    with caplog.at_level(logging.DEBUG):
        run(story)
    assert "0123456789abcdef" not in caplog.text
