"""The last messages of each plug: within three limits, masked when they are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ownplug.core.identity import Uuid
from ownplug.core.meross import Header, Message, Method, raw_payload
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.hub.messages import MESSAGES, PLUG_BYTES, Direction, MessageLog

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, Run

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
KETTLE, LAMP = (Uuid(f"{number:032x}") for number in (1, 2))
KEY = Secret("the key of the home")
IN, OUT = Direction


def message(payload: dict[str, Any], namespace: str = ns.CONTROL_TOGGLE_X) -> Message:
    header = Header(message_id="1", namespace=namespace, method="PUSH", timestamp=0, sign="tell nobody")
    return Message(header=header, payload=raw_payload(payload))


def log(**limits: int) -> MessageLog:
    return MessageLog(lambda: NOON, **limits)


def payloads(messages: MessageLog, uuid: Uuid = KETTLE, *, limit: int = 1000) -> list[Any]:
    return [view.payload for view in messages.of(uuid, limit=limit, secrets=())]


def test_both_ways_are_told_together_newest_first() -> None:
    messages = log()
    messages.note(KETTLE, OUT, message({"n": 1}), KEY)
    messages.note(LAMP, IN, message({"n": 2}), KEY)
    messages.note(KETTLE, IN, message({"n": 3}), KEY)
    newest, oldest = messages.of(KETTLE, limit=10, secrets=())
    assert (newest.direction, newest.payload, oldest.direction) == (IN, {"n": 3}, OUT)
    assert (newest.at, newest.method, newest.namespace) == (NOON, "PUSH", ns.CONTROL_TOGGLE_X)
    assert payloads(messages, limit=1) == [{"n": 3}]


def test_the_oldest_of_each_way_gives_way() -> None:
    messages = log()
    messages.note(KETTLE, OUT, message({"n": "out"}), KEY)
    for number in range(MESSAGES + 5):
        messages.note(KETTLE, IN, message({"n": number}), KEY)
    told = payloads(messages)
    assert (len(told), told[0], told[-2:]) == (MESSAGES + 1, {"n": MESSAGES + 4}, [{"n": 5}, {"n": "out"}])


def test_long_messages_of_a_plug_leave_room_for_fewer() -> None:
    messages = log()
    for _ in range(MESSAGES):
        messages.note(KETTLE, IN, message({"n": "x" * 10_000}), KEY)
    assert len(payloads(messages)) == PLUG_BYTES // 10_508


def test_a_message_that_is_far_too_long_is_told_without_its_payload() -> None:
    messages = log()
    messages.note(KETTLE, IN, message({"n": "x" * 20_000}), KEY)
    assert payloads(messages) == [None]


def test_all_plugs_together_have_a_limit_too() -> None:
    messages = log(all_bytes=10_000)
    for number in range(100):
        messages.note(Uuid(f"{number % 50:032x}"), IN, message({"n": number}), KEY)
    told = [payload["n"] for number in range(50) for payload in payloads(messages, Uuid(f"{number:032x}"))]
    assert 10 < len(told) < 20
    assert sorted(told) == list(range(100 - len(told), 100))


def test_what_is_forgotten_is_gone_and_takes_no_room() -> None:
    messages = log(all_bytes=2_500)
    for number in range(3):
        messages.note(KETTLE, IN, message({"n": number}), KEY)
    messages.forget(KETTLE)
    assert payloads(messages) == []
    for number in range(4):
        messages.note(LAMP, OUT, message({"n": number}), KEY)
    assert len(payloads(messages, LAMP)) == 4


def test_secrets_do_not_show_wherever_they_stand() -> None:
    messages = log()
    said = message({"note": f"{KEY.reveal()} and token-123", "ssid": "Home"}, f"Appliance.{KEY.reveal()}")
    messages.note(KETTLE, IN, said, KEY)
    [view] = messages.of(KETTLE, limit=1, secrets={"token-123"})
    assert (view.namespace, view.payload) == ("Appliance.***", {"note": "*** and ***", "ssid": "***"})


def test_the_hub_notes_what_it_says_and_hears(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await home.settle()
        await home.clock.sleep(10)
        told = home.api.observing.messages(plug.uuid.text, limit=400)
        seen = {(view.direction, view.method, view.namespace) for view in told}
        assert (OUT, "GET", ns.SYSTEM_ALL) in seen
        assert (IN, "GETACK", ns.SYSTEM_ALL) in seen
        [all_] = [view.payload for view in told if (view.direction, view.namespace) == (IN, ns.SYSTEM_ALL)]
        assert all_ is not None
        assert all_["all"]["system"]["firmware"]["wifiMac"] == "***"
        assert all_["all"]["system"]["firmware"]["userId"] == "***"
        assert all_["all"]["system"]["firmware"]["version"] == "2.1.7"
        plug.leave()
        await home.api.forget(plug.uuid.text)
        plug.connect("2")
        await home.settle()
        assert len(home.api.observing.messages(plug.uuid.text, limit=400)) < len(told)

    run(story)


def test_a_message_with_another_key_is_not_noted(run: Run) -> None:
    async def story(home: Home) -> None:
        plug = home.plug()
        plug.connect()
        await home.settle()
        stranger = home.plug(key=Secret("another"))
        stranger.say(Method.PUSH, "Appliance.Not.Ours", {})
        told = home.api.observing.messages(plug.uuid.text, limit=400)
        assert "Appliance.Not.Ours" not in {view.namespace for view in told}

    run(story)
