from __future__ import annotations

import dataclasses
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed, Unexpected
from ownplug.core.mqtt.decode import PacketReader
from ownplug.core.mqtt.encode import PublishTemplate, encode
from ownplug.core.mqtt.events import Deed, Denied, Left, Progress, ServerEvent, Step, Subscribed, Unsubscribed
from ownplug.core.mqtt.outbox import OutboxLimits
from ownplug.core.mqtt.packets import (
    Connack,
    Connect,
    ConnectCode,
    Disconnect,
    ForeignConnect,
    Packet,
    Pingreq,
    Pingresp,
    ProtocolLevel,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    QoS,
    Request,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
)
from ownplug.core.mqtt.server import ServerLimits, ServerMachine
from ownplug.core.mqtt.session import Session

PLUG = Connect(client_id="plug", keepalive_s=120)
Q1 = QoS.AT_LEAST_ONCE


class Only:
    """Rights to what begins with `own`."""

    def may_subscribe(self, topic_filter: str) -> bool:
        return topic_filter.startswith("own")

    def may_publish(self, topic: str) -> bool:
        return topic.startswith("own")


def machine(limits: ServerLimits | None = None) -> ServerMachine:
    return ServerMachine(limits=limits or ServerLimits(), now_s=0, new_client_id=lambda: "made-up")


def let_in(connect: Connect = PLUG, limits: ServerLimits | None = None) -> ServerMachine:
    server = machine(limits)
    assert server.receive(encode(connect), 0) == [connect]
    assert server.accept(Only(), 0) == []
    assert sent(server) == [Connack(code=ConnectCode.ACCEPTED)]
    return server


def sent(server: ServerMachine) -> list[Packet]:
    return PacketReader().feed(server.data_to_send(1 << 20))


def say(server: ServerMachine, *packets: Packet, now_s: float = 1) -> list[ServerEvent]:
    return server.receive(b"".join(map(encode, packets)), now_s)


def subscribe(*filters: str, qos: QoS = Q1) -> Subscribe:
    return Subscribe(packet_id=7, requests=tuple(Request(topic_filter=f, qos=qos) for f in filters))


# --- coming in ---


@pytest.mark.parametrize("level", ProtocolLevel)
def test_a_client_of_either_version_is_let_in(level: ProtocolLevel) -> None:
    server = let_in(Connect(client_id="fmware:" + "0" * 49, level=level))
    assert server.is_open


@pytest.mark.parametrize(("name", "level"), [("MQTT", 5), ("MQTT", 6), ("MQIsdp", 4)])
def test_another_version_is_refused_with_code_1(name: str, level: int) -> None:
    server = machine()
    assert say(server, ForeignConnect(protocol_name=name, level=level)) == []
    assert sent(server) == [Connack(code=ConnectCode.UNACCEPTABLE_PROTOCOL)]
    assert server.is_over
    assert isinstance(server.failure, Unexpected)


@pytest.mark.parametrize("code", [ConnectCode.BAD_LOGIN, ConnectCode.NOT_AUTHORIZED])
def test_a_refusal_is_told_and_ends_the_connection(code: ConnectCode) -> None:
    server = machine()
    say(server, PLUG, subscribe("own"))
    server.refuse(code)
    assert sent(server) == [Connack(code=code)]
    assert server.is_over
    assert say(server, Pingreq()) == []


def test_packets_that_come_while_the_login_is_judged_wait_in_order() -> None:
    server = machine()
    message = Publish(topic="own", payload=b"early")
    assert say(server, PLUG, subscribe("own"), message) == [PLUG]
    assert say(server, Pingreq()) == []
    assert server.is_judged
    assert sent(server) == []
    assert server.accept(Only(), 2) == [Subscribed(topic_filter="own", qos=Q1), message]
    assert sent(server) == [
        Connack(code=ConnectCode.ACCEPTED), Suback(packet_id=7, granted=(Q1,)), Pingresp()
    ]  # fmt: skip


def test_nonsense_while_the_login_is_judged_fails_when_it_is_its_turn() -> None:
    server = machine()
    events = server.receive(encode(PLUG) + encode(Pingreq()) + b"\xff", 0)
    assert (events, server.is_judged) == ([PLUG], True)
    server.accept(Only(), 0)
    assert isinstance(server.failure, Malformed)
    assert sent(server) == [Connack(code=ConnectCode.ACCEPTED), Pingresp()]


def test_a_client_that_does_not_wait_for_its_login_is_held_back_at_a_limit() -> None:
    server = machine(ServerLimits(max_held_bytes=100))
    say(server, PLUG)
    for _ in range(51):
        say(server, Pingreq())
    assert isinstance(server.failure, Unexpected)
    assert server._held == []


@pytest.mark.parametrize("packet", [Pingreq(), Publish(topic="own", payload=b""), Disconnect()])
def test_whoever_does_not_begin_with_connect_is_known_at_the_first_byte(packet: Packet) -> None:
    server = machine()
    assert server.receive(encode(packet)[:1], 0) == []
    assert "MQTT-3.1.0-1" in str(server.failure)


def test_a_second_connect_ends_the_connection() -> None:
    server = let_in()
    say(server, PLUG)
    assert "MQTT-3.1.0-2" in str(server.failure)


def test_an_empty_client_id_is_replaced_by_one_of_ours() -> None:
    server = machine()
    assert say(server, Connect(client_id="")) == [Connect(client_id="made-up")]


@pytest.mark.parametrize(
    "connect",
    [Connect(client_id="", clean_session=False), Connect(client_id="", level=ProtocolLevel.MQTT_3_1)],
)
def test_an_empty_client_id_is_refused_where_it_cannot_be_replaced(connect: Connect) -> None:
    server = machine()
    assert say(server, connect) == []
    assert sent(server) == [Connack(code=ConnectCode.IDENTIFIER_REJECTED)]
    assert server.is_over


# --- time ---


def test_a_connection_without_connect_is_overdue_after_its_time_even_if_bytes_drip_in() -> None:
    server = machine(ServerLimits(connect_timeout_s=15))
    for second, byte in enumerate(encode(PLUG)[:-1]):
        server.receive(bytes((byte,)), second)
    assert not server.overdue(14.9)
    assert server.overdue(15)


def test_nobody_hurries_the_one_who_judges() -> None:
    server = machine()
    say(server, PLUG)
    assert server.deadline_s == math.inf


def test_silence_for_one_and_a_half_keepalives_is_too_long() -> None:
    server = let_in()
    assert server.deadline_s == 180
    say(server, Pingreq(), now_s=100)
    assert not server.overdue(279.9)
    assert server.overdue(280)


def test_half_a_packet_is_no_sign_of_life() -> None:
    server = let_in()
    server.receive(encode(PLUG)[:5], 100)
    assert server.deadline_s == 180


def test_keepalive_0_is_never_overdue() -> None:
    assert not let_in(Connect(client_id="x", keepalive_s=0)).overdue(1e12)


# --- messages from the client ---


@pytest.mark.parametrize(
    ("qos", "answers"),
    [(0, []), (1, [Puback(packet_id=5)]), (2, [Pubrec(packet_id=5)])],
)
def test_a_message_is_passed_on_and_acknowledged(qos: int, answers: list[Packet]) -> None:
    server = let_in()
    message = Publish(topic="own/x", payload=b"1", qos=QoS(qos), packet_id=5 if qos else None)
    assert say(server, message) == [message]
    assert sent(server) == answers


def test_a_qos_2_message_is_passed_on_once_until_it_is_released() -> None:
    server = let_in()
    message = Publish(topic="own", payload=b"1", qos=QoS.EXACTLY_ONCE, packet_id=5)
    assert say(server, message, message) == [message]
    assert say(server, Pubrel(packet_id=5)) == []
    assert sent(server) == [Pubrec(packet_id=5), Pubrec(packet_id=5), Pubcomp(packet_id=5)]
    assert say(server, message) == [message]


def test_a_release_of_something_unknown_is_completed_all_the_same() -> None:
    server = let_in()
    say(server, Pubrel(packet_id=77))
    assert sent(server) == [Pubcomp(packet_id=77)]


def test_open_qos_2_messages_are_bounded() -> None:
    server = let_in(limits=ServerLimits(outbox=OutboxLimits(max_inflight=3)))
    say(server, *(Publish(topic="own", payload=b"", qos=QoS.EXACTLY_ONCE, packet_id=n) for n in range(1, 5)))
    assert isinstance(server.failure, Unexpected)


def test_a_forbidden_message_is_acknowledged_and_dropped() -> None:
    server = let_in()
    events = say(server, Publish(topic="other", payload=b"", qos=Q1, packet_id=5))
    assert events == [Denied(deed=Deed.PUBLISH, topic="other")]
    assert sent(server) == [Puback(packet_id=5)]
    assert server.is_open


@pytest.mark.parametrize(
    "packet",
    [
        Connack(code=ConnectCode.ACCEPTED),
        Suback(packet_id=1, granted=(Q1,)),
        Unsuback(packet_id=1),
        Pingresp(),
    ],
)
def test_what_only_a_server_may_say_ends_the_connection(packet: Packet) -> None:
    server = let_in()
    say(server, packet)
    assert isinstance(server.failure, Unexpected)


# --- subscriptions ---


@pytest.mark.parametrize("qos", QoS)
def test_each_qos_is_granted_as_it_is_asked_for(qos: QoS) -> None:
    server = let_in()
    assert say(server, subscribe("own/a", "own/#", qos=qos)) == [
        Subscribed(topic_filter="own/a", qos=qos),
        Subscribed(topic_filter="own/#", qos=qos),
    ]
    assert sent(server) == [Suback(packet_id=7, granted=(qos, qos))]


def test_a_forbidden_filter_is_refused_and_the_others_are_not() -> None:
    server = let_in()
    assert say(server, subscribe("other", "own")) == [
        Denied(deed=Deed.SUBSCRIBE, topic="other"),
        Subscribed(topic_filter="own", qos=Q1),
    ]
    assert sent(server) == [Suback(packet_id=7, granted=(None, Q1))]


def test_in_3_1_a_forbidden_filter_is_granted_in_word_only() -> None:
    server = let_in(Connect(client_id="x", level=ProtocolLevel.MQTT_3_1))
    assert say(server, subscribe("other")) == [Denied(deed=Deed.SUBSCRIBE, topic="other")]
    assert sent(server) == [Suback(packet_id=7, granted=(Q1,))]


def test_a_client_may_not_subscribe_without_end() -> None:
    server = let_in(limits=ServerLimits(max_subscriptions=2))
    say(server, subscribe("own/1", "own/2", "own/3", "own/1"))
    say(server, Unsubscribe(packet_id=8, filters=("own/1",)), subscribe("own/3"))
    assert sent(server) == [
        Suback(packet_id=7, granted=(Q1, Q1, None, Q1)),
        Unsuback(packet_id=8),
        Suback(packet_id=7, granted=(Q1,)),
    ]


def test_a_filter_of_absurd_depth_is_refused() -> None:
    server = let_in()
    say(server, subscribe("own" + "/" * 200))
    assert sent(server) == [Suback(packet_id=7, granted=(None,))]


def test_unsubscribing_is_answered_also_for_what_was_never_asked() -> None:
    server = let_in()
    assert say(server, Unsubscribe(packet_id=8, filters=("own",))) == [Unsubscribed(topic_filter="own")]
    assert sent(server) == [Unsuback(packet_id=8)]


# --- messages to the client ---


def test_messages_go_out_and_an_acknowledgement_makes_room() -> None:
    server = let_in(limits=ServerLimits(outbox=OutboxLimits(max_inflight=1)))
    template = PublishTemplate(Publish(topic="own", payload=b"1", qos=Q1, packet_id=99))
    assert server.deliver(template, Q1)
    assert server.deliver(template, Q1)
    assert sent(server) == [Publish(topic="own", payload=b"1", qos=Q1, packet_id=1)]
    say(server, Puback(packet_id=1))
    assert sent(server) == [Publish(topic="own", payload=b"1", qos=Q1, packet_id=2)]


def template(topic: str = "own", qos: QoS = QoS.EXACTLY_ONCE) -> PublishTemplate:
    return PublishTemplate(Publish(topic=topic, payload=b"1", qos=qos, packet_id=99))


def test_who_has_the_answer_to_a_ping_has_what_waited_for_it() -> None:
    server = let_in()
    say(server, subscribe("own"), Pingreq())
    server.deliver(template(qos=Q1), Q1)
    say(server, Pingreq())
    assert [type(packet) for packet in sent(server)] == [Suback, Publish, Pingresp, Pingresp]
    assert sent(server) == []


def test_a_qos_2_message_goes_through_its_four_steps() -> None:
    server = let_in()
    assert server.deliver(template(), QoS.EXACTLY_ONCE)
    assert sent(server) == [Publish(topic="own", payload=b"1", qos=QoS.EXACTLY_ONCE, packet_id=1)]
    say(server, Puback(packet_id=1))  # the wrong answer
    assert list(server.outbox.inflight) == [1]
    assert say(server, Pubrec(packet_id=1)) == []
    assert sent(server) == [Pubrel(packet_id=1)]
    assert say(server, Pubcomp(packet_id=1)) == []
    assert list(server.outbox.inflight) == []


def test_qos_2_acknowledgements_keep_the_order_of_the_messages() -> None:
    server = let_in()
    ids = (9, 3, 7)
    say(server, *(Publish(topic="own", payload=b"", qos=QoS.EXACTLY_ONCE, packet_id=n) for n in ids))
    assert sent(server) == [Pubrec(packet_id=n) for n in ids]


def test_what_was_being_delivered_is_completed_after_unsubscribing() -> None:
    server = let_in()
    say(server, subscribe("own", qos=QoS.EXACTLY_ONCE))
    server.deliver(template(), QoS.EXACTLY_ONCE)
    sent(server)
    say(server, Unsubscribe(packet_id=8, filters=("own",)), Pubrec(packet_id=1))
    assert sent(server) == [Unsuback(packet_id=8), Pubrel(packet_id=1)]


def test_a_second_pubrec_is_answered_again() -> None:
    server = let_in()
    server.deliver(template(), QoS.EXACTLY_ONCE)
    sent(server)
    say(server, Pubrec(packet_id=1), Pubrec(packet_id=1), Pubrec(packet_id=55))
    assert sent(server) == [Pubrel(packet_id=1), Pubrel(packet_id=1), Pubrel(packet_id=55)]


def test_nothing_may_be_published_under_a_dollar() -> None:
    class All:
        def may_subscribe(self, topic_filter: str) -> bool:
            return True

        may_publish = may_subscribe

    server = machine()
    say(server, dataclasses.replace(PLUG, will=Will(topic="$SYS/broker/uptime")))
    server.accept(All(), 0)
    assert say(server, Publish(topic="$SYS/x", payload=b"")) == [Denied(deed=Deed.PUBLISH, topic="$SYS/x")]
    assert server.end() is None


# --- sessions that are kept ---

KEPT = dataclasses.replace(PLUG, clean_session=False)


def resume(
    session: Session, *, is_present: bool, level: ProtocolLevel = ProtocolLevel.MQTT_3_1_1
) -> ServerMachine:
    server = machine()
    say(server, dataclasses.replace(KEPT, level=level))
    server.accept(Only(), 0, kept=session, is_present=is_present)
    return server


@pytest.mark.parametrize("is_present", [False, True])
@pytest.mark.parametrize("level", ProtocolLevel)
def test_session_present_is_told_where_the_version_has_a_word_for_it(
    level: ProtocolLevel, is_present: bool
) -> None:
    server = resume(Session(OutboxLimits()), is_present=is_present, level=level)
    expected = is_present and level is ProtocolLevel.MQTT_3_1_1
    assert sent(server) == [Connack(code=ConnectCode.ACCEPTED, session_present=expected)]


def test_what_was_unacknowledged_comes_again_with_dup_and_its_packet_id() -> None:
    session = Session(OutboxLimits())
    first = resume(session, is_present=False)
    for qos in QoS:
        first.deliver(template(f"own/{qos:d}", qos), QoS.EXACTLY_ONCE)
    first.deliver(template("own/received"), QoS.EXACTLY_ONCE)
    sent(first)
    say(first, Pubrec(packet_id=3))
    session.outbox.rewind()
    second = resume(session, is_present=True)
    assert sent(second) == [
        Connack(code=ConnectCode.ACCEPTED, session_present=True),
        Pubrel(packet_id=3),
        Publish(topic="own/1", payload=b"1", qos=Q1, packet_id=1, dup=True),
        Publish(topic="own/2", payload=b"1", qos=QoS.EXACTLY_ONCE, packet_id=2, dup=True),
    ]


def test_each_step_of_a_kept_session_is_reported_once() -> None:
    session = Session(OutboxLimits())
    server = resume(session, is_present=False)
    message = Publish(topic="own", payload=b"1", qos=QoS.EXACTLY_ONCE, packet_id=8)
    assert say(server, message, message) == [Progress(step=Step.TAKEN, packet_id=8), message]
    assert say(server, Pubrel(packet_id=8), Pubrel(packet_id=8)) == [
        Progress(step=Step.RELEASED, packet_id=8)
    ]
    server.deliver(template(qos=Q1), Q1)
    server.deliver(template(), QoS.EXACTLY_ONCE)
    sent(server)
    acks = (Puback(packet_id=1), Pubrec(packet_id=2), Pubrec(packet_id=2), Pubcomp(packet_id=2))
    assert say(server, *acks, Puback(packet_id=1)) == [
        Progress(step=Step.DONE, packet_id=1),
        Progress(step=Step.RECEIVED, packet_id=2),
        Progress(step=Step.DONE, packet_id=2),
    ]


def test_a_qos_2_message_taken_in_one_connection_is_not_taken_again_in_the_next() -> None:
    session = Session(OutboxLimits())
    message = Publish(topic="own", payload=b"1", qos=QoS.EXACTLY_ONCE, packet_id=8)
    say(resume(session, is_present=False), message)
    assert say(resume(session, is_present=True), msgspec.structs.replace(message, dup=True)) == []


# --- going ---


WILL = Connect(client_id="x", will=Will(topic="own/will", payload=b"gone", qos=Q1))


def test_a_will_is_published_once_when_the_connection_breaks() -> None:
    server = let_in(WILL)
    assert server.end() == Publish(topic="own/will", payload=b"gone", qos=Q1, packet_id=1)
    assert server.end() is None


def test_a_will_is_published_when_the_client_broke_a_rule() -> None:
    server = let_in(WILL)
    server.receive(b"\xff", 1)
    assert server.end() is not None


def test_a_will_is_forgotten_after_disconnect() -> None:
    server = let_in(WILL)
    assert say(server, Disconnect(), Publish(topic="own", payload=b"late")) == [Left()]
    assert server.is_over
    assert server.end() is None


def test_a_will_for_a_forbidden_topic_is_not_published() -> None:
    assert let_in(Connect(client_id="x", will=Will(topic="other"))).end() is None


def test_a_client_that_was_never_let_in_leaves_no_will() -> None:
    server = machine()
    say(server, WILL)
    assert server.end() is None


@given(st.lists(st.binary(max_size=40), max_size=10), st.booleans())
def test_noise_never_raises(chunks: list[bytes], is_connected: bool) -> None:
    server = let_in() if is_connected else machine()
    for chunk in chunks:
        server.receive(chunk, 1)
        if server.is_judged:
            server.accept(Only(), 1)
    server.data_to_send(100)
    assert server.failure is None or server.is_over
