"""One plug while it is connected, disconnects, comes anew, answers late or wrongly."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import BadSignature, DeviceError, LinkBroken, LinkTimeout, Unexpected, Unreachable
from ownplug.core.meross import Method, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.secret import Secret
from ownplug.core.state import Availability

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, PlayedPlug, Run

    from ownplug.core.meross import Message
    from ownplug.hub.session import PlugSession


def session_of(home: Home, plug: PlayedPlug) -> PlugSession:
    return home.hub.session(plug.uuid)


def test_a_request_is_signed_and_answered_on_the_plugs_own_topic(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        reply = await session_of(home, plug).request(Method.GET, ns.SYSTEM_RUNTIME, {})
        assert reply.data() == {"runtime": {"signal": 77}}
        [asked] = plug.asked(ns.SYSTEM_RUNTIME)
        assert asked.header.sender == device_outbox(plug.uuid.text)
        assert asked.header.trigger_src == "CloudControl"
        assert asked.is_signed(plug.maker.key)
        assert len(bytes.fromhex(asked.header.message_id)) == 16

    run(story)


def test_how_far_the_start_up_talk_came_is_told_of_the_newest_connection(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        assert home.hub.talk(plug.uuid) is None
        plug.connect()
        for namespace, method in (
            (ns.SYSTEM_CLOCK, Method.PUSH),
            (ns.SYSTEM_CLOCK, Method.PUSH),
            (ns.CONTROL_BIND, Method.SET),
            (ns.CONTROL_CONSUMPTION_CONFIG, Method.PUSH),
        ):
            plug.send(plug.maker.make(method, namespace, {}, now_s=4))
        talk = home.hub.talk(plug.uuid)
        assert talk is not None
        assert (talk.clock_questions, talk.binds, talk.has_told_meter) == (2, 1, True)
        plug.connect("2")
        talk = home.hub.talk(plug.uuid)
        assert talk is not None
        assert (talk.clock_questions, talk.binds, talk.has_told_meter) == (0, 0, False)

    run(story)


def test_two_requests_at_once_get_their_own_answers(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        async with asyncio.TaskGroup() as tasks:
            session = session_of(home, plug)
            runtime = tasks.create_task(session.request(Method.GET, ns.SYSTEM_RUNTIME, {}))
            meter = tasks.create_task(session.request(Method.GET, ns.CONTROL_ELECTRICITY, {}))
            again = tasks.create_task(session.request(Method.GET, ns.SYSTEM_RUNTIME, {}))
        assert runtime.result().namespace == again.result().namespace == ns.SYSTEM_RUNTIME
        assert runtime.result().header.message_id != again.result().header.message_id
        assert meter.result().data() == plug.electricity()

    run(story)


def test_a_plug_gets_one_request_at_a_time(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        session = session_of(home, plug)
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(session.request(Method.GET, "Appliance.A", {}))
            second = tasks.create_task(session.request(Method.GET, "Appliance.B", {}))
            for namespace in ("Appliance.A", "Appliance.B"):
                await home.settle()
                assert [*plug.asked("Appliance.A"), *plug.asked("Appliance.B")][-1].namespace == namespace
                [asked] = plug.asked(namespace)
                payload = {"told": asked.namespace}
                plug.send(plug.maker.reply(asked, Method.GETACK, payload, now_s=4))
        assert first.result().data() == {"told": "Appliance.A"}
        assert second.result().data() == {"told": "Appliance.B"}

    run(story)


def test_a_plug_that_does_not_answer_is_given_up_in_time(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        began = home.clock.monotonic()
        with pytest.raises(LinkTimeout, match=r"did not answer Appliance.X within 2.5 seconds"):
            await session_of(home, plug).request(Method.GET, "Appliance.X", {})
        assert home.clock.monotonic() - began == pytest.approx(2.5)

    run(story, request_timeout_s=2.5)


def test_how_long_a_plug_takes_to_answer_is_known_while_it_is_there(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        await home.settle()
        assert reach(home) == ("mqtt", None)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(session_of(home, plug).request(Method.GET, "Appliance.A", {}))
            await asyncio.sleep(0.25)
            plug.send(plug.maker.reply(plug.asked("Appliance.A")[0], Method.GETACK, {}, now_s=4))
        assert reach(home) == ("mqtt", 0.25)
        with pytest.raises(LinkTimeout):
            await session_of(home, plug).request(Method.GET, "Appliance.B", {})
        assert reach(home) == ("mqtt", 0.25)
        plug.connect("2")
        assert reach(home) == ("mqtt", None)
        plug.leave("2")
        assert reach(home) == ("", None)

    run(story)


def reach(home: Home) -> tuple[str, float | None]:
    """By which way the only plug answers, and how fast, as the hub shows it."""
    [plug], _ = home.api.plugs()
    return plug.link.value if plug.link else "", plug.answers_in_s


def test_an_answer_that_comes_too_late_harms_nobody(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        session = session_of(home, plug)
        with pytest.raises(LinkTimeout):
            await session.request(Method.GET, ns.SYSTEM_RUNTIME, {})
        [late] = plug.asked(ns.SYSTEM_RUNTIME)
        plug.send(plug.maker.reply(late, Method.GETACK, {"runtime": {"signal": 3}}, now_s=4))
        assert session.state.signal == 3  # it is no answer any more, but still true
        plug.mute = False
        assert (await session.request(Method.GET, ns.SYSTEM_RUNTIME, {})).data() == {
            "runtime": {"signal": 77}
        }

    run(story)


def test_an_answer_that_comes_twice_counts_once(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await session_of(home, plug).request(Method.GET, ns.SYSTEM_RUNTIME, {})
        [asked] = plug.asked(ns.SYSTEM_RUNTIME)
        for _ in range(2):
            plug.send(plug.maker.reply(asked, Method.GETACK, {"runtime": {"signal": 5}}, now_s=4))

    run(story)


def test_a_plug_that_goes_leaves_no_request_waiting(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(_outcome(session_of(home, plug), "Appliance.X"))
            await home.settle()
            plug.leave(reason="its keepalive ran out")
        assert isinstance(asking.result(), LinkBroken)
        assert "its keepalive ran out" in str(asking.result())

    run(story)


def test_a_plug_that_comes_anew_has_forgotten_what_it_was_asked(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect("1")
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(_outcome(session_of(home, plug), "Appliance.X"))
            await home.settle()
            plug.connect("2")
        assert isinstance(asking.result(), LinkBroken)
        assert "connected anew" in str(asking.result())

    run(story)


def test_a_plug_that_is_not_connected_is_not_asked(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        with pytest.raises(Unreachable, match="is offline") as caught:
            await session_of(home, plug).request(Method.GET, "Appliance.X", {})
        assert "comes back by itself" in caught.value.hint
        plug.connect()
        plug.leave(reason="the network ended the connection")
        with pytest.raises(Unreachable, match="offline: the network ended the connection"):
            await session_of(home, plug).request(Method.GET, "Appliance.X", {})
        assert home.post.to(device_inbox(plug.uuid.text)) == []

    run(story)


def test_a_refusal_is_an_error_with_the_plugs_own_number(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(_outcome(session_of(home, plug), "Appliance.X"))
            await home.settle()
            [asked] = plug.asked("Appliance.X")
            plug.send(plug.maker.reply(asked, Method.ERROR, {"error": {"code": 5000}}, now_s=4))
        refusal = asking.result()
        assert isinstance(refusal, DeviceError)
        assert refusal.device_code == 5000

    run(story)


def test_an_answer_to_something_else_is_unexpected(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(_outcome(session_of(home, plug), "Appliance.X"))
            await home.settle()
            [asked] = plug.asked("Appliance.X")
            plug.send(plug.maker.reply(asked, Method.SETACK, {}, now_s=4))
        assert isinstance(asking.result(), Unexpected)

    run(story)


def test_whoever_asked_gets_an_answer_that_the_hub_cannot_read(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.answers["GET", ns.SYSTEM_RUNTIME] = lambda _: {"runtime": "good"}
        plug.connect()
        reply = await session_of(home, plug).request(Method.GET, ns.SYSTEM_RUNTIME, {})
        assert reply.data() == {"runtime": "good"}
        assert session_of(home, plug).state.signal is None

    run(story)


def test_an_answer_with_another_key_is_no_answer(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug(key=Secret("another key"))
        plug.connect()
        with pytest.raises(LinkTimeout):
            await session_of(home, plug).request(Method.GET, ns.SYSTEM_RUNTIME, {})
        assert session_of(home, plug).state.signal is None

    run(story)


def test_a_signature_is_checked_even_where_the_caller_did_not(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        session = session_of(home, plug)
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(_outcome(session, "Appliance.X"))
            await home.settle()
            [asked] = plug.asked("Appliance.X")
            plug.maker.key = Secret("another key")
            session.receive(plug.maker.reply(asked, Method.GETACK, {}, now_s=4))
        assert isinstance(asking.result(), BadSignature)

    run(story)


def test_a_caller_that_gives_up_leaves_nothing_behind(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.mute = True
        plug.connect()
        session = session_of(home, plug)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await session.request(Method.GET, "Appliance.X", {})
        [asked] = plug.asked("Appliance.X")
        plug.send(plug.maker.reply(asked, Method.GETACK, {}, now_s=4))
        assert session._waiting == {}

    run(story)


def test_the_newest_connection_is_the_plug(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        session = session_of(home, plug)
        plug.connect("old", address="192.168.1.50")
        since = session.state.since
        await asyncio.sleep(10)
        plug.connect("new", address="192.168.1.51")
        assert session.peer_address == "192.168.1.51"
        plug.leave("old", reason="its keepalive ran out")
        assert home.hub.state(plug.uuid).availability is Availability.ONLINE
        assert session.state.since == since
        plug.leave("new")
        assert home.hub.state(plug.uuid).availability is Availability.OFFLINE
        assert session.state.reason == "the client said goodbye"
        assert session.state.since == home.clock.now()

    run(story)


def test_the_end_of_a_connection_that_never_was_the_plug_is_no_event(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.leave("1")
        assert home.hub.state(plug.uuid).availability is Availability.UNKNOWN
        plug.connect("2")
        plug.leave("1")
        plug.leave("3")
        assert home.hub.state(plug.uuid).availability is Availability.ONLINE
        plug.leave("2")
        plug.leave("2")
        await home.settle()
        assert home.kinds().count("plug-offline") == 1

    run(story)


def test_a_plug_that_comes_back_is_no_longer_offline_for_a_reason(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect("1")
        plug.leave("1", reason="its keepalive ran out")
        plug.connect("2")
        assert (home.hub.state(plug.uuid).reason, session_of(home, plug).online) == ("", True)

    run(story)


def test_a_bind_counts_for_the_connection_in_which_it_was_said(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect("1")
        plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
        assert home.hub.state(plug.uuid).bound
        plug.connect("2")  # it started again, and its old connection is still half open
        assert not home.hub.state(plug.uuid).bound
        assert not session_of(home, plug).said_bind.is_set()
        plug.say(Method.PUSH, ns.CONTROL_BIND, {"bind": {}})
        await home.settle()
        assert home.kinds().count("plug-bound") == 2

    run(story)


def test_a_bind_is_acknowledged_with_its_own_message_id(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        said = plug.maker.make(Method.SET, ns.CONTROL_BIND, {"bind": {"bindTime": 4}}, now_s=4)
        plug.send(said)
        await home.settle()
        [answer] = plug.asked(ns.CONTROL_BIND, "SETACK")
        assert answer.header.message_id == said.header.message_id
        assert answer.header.trigger_src == "CloudControl"
        assert answer.data() == {}
        assert answer.is_signed(plug.maker.key)

    run(story)


def test_a_plug_is_answered_before_anything_else_is_done(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        plug.say(Method.PUSH, ns.SYSTEM_CLOCK, {"clock": {"timestamp": 4}})
        topics = [topic for topic, payload in home.post.sent if b"System.Clock" in payload]
        assert topics == [device_inbox(plug.uuid.text), "/app/10001/subscribe"]
        [answer] = home.post.to(device_inbox(plug.uuid.text))
        assert answer.data() == {"clock": {"timestamp": int(home.clock.now().timestamp())}}

    run(story)


def test_closing_the_link_is_up_to_the_plug(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await session_of(home, plug).close()
        assert session_of(home, plug).online

    run(story)


def test_messages_are_the_bytes_that_plugs_know(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await session_of(home, plug).request(Method.GET, ns.SYSTEM_RUNTIME, {})
        [data] = [data for topic, data in home.post.sent if topic == device_inbox(plug.uuid.text)]
        assert data == encode_message(plug.heard[0])
        assert b" " not in data

    run(story)


async def _outcome(session: PlugSession, namespace: str) -> Message | Exception:
    try:
        return await session.request(Method.GET, namespace, {})
    except (LinkBroken, DeviceError, Unexpected, BadSignature) as error:
        return error
