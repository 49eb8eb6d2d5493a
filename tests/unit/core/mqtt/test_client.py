"""The client's machine against the server's machine, and alone against a server that breaks the rules."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Forbidden, LinkTimeout, UsageError, WireError
from ownplug.core.mqtt.client import ClientEvent, ClientMachine
from ownplug.core.mqtt.decode import PacketReader
from ownplug.core.mqtt.encode import PublishTemplate, encode
from ownplug.core.mqtt.events import ServerEvent, Subscribed, Unsubscribed
from ownplug.core.mqtt.packets import (
    Connack,
    Connect,
    ConnectCode,
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
    Unsuback,
)
from ownplug.core.mqtt.server import ServerLimits, ServerMachine

Q1 = QoS.AT_LEAST_ONCE
PLUG = Connect(client_id="plug", level=ProtocolLevel.MQTT_3_1, keepalive_s=120)


class Everything:
    def may_subscribe(self, topic_filter: str) -> bool:
        return True

    def may_publish(self, topic: str) -> bool:
        return True


class Pair:
    """Both machines back to back; `run` carries bytes until neither has more to say."""

    def __init__(self, connect: Connect = PLUG) -> None:
        self.client = ClientMachine(connect)
        self.server = ServerMachine(limits=ServerLimits(), now_s=0, new_client_id=lambda: "made-up")
        self.at_client: list[ClientEvent] = []
        self.at_server: list[ServerEvent] = []
        self.client.start(0)
        self.run()
        self.at_server += self.server.accept(Everything(), 0)
        self.run()

    def run(self) -> None:
        while (up := self.client.data_to_send()) + (down := self.server.data_to_send(1 << 20)):
            self.at_server += self.server.receive(up, 0)
            self.at_client += self.client.receive(down, 0)
        assert self.client.failure is None
        assert self.server.failure is None


def connected() -> ClientMachine:
    client = ClientMachine(PLUG)
    client.start(0)
    client.receive(encode(Connack(code=ConnectCode.ACCEPTED)), 0)
    client.data_to_send()
    return client


def sent(client: ClientMachine) -> list[Packet]:
    return PacketReader().feed(client.data_to_send())


def hear(client: ClientMachine, *packets: Packet) -> list[ClientEvent]:
    return client.receive(b"".join(map(encode, packets)), 1)


@pytest.mark.parametrize("level", ProtocolLevel)
def test_client_and_server_find_together(level: ProtocolLevel) -> None:
    pair = Pair(Connect(client_id="x", level=level, username="u", password=b"p"))
    assert pair.at_server == [Connect(client_id="x", level=level, username="u", password=b"p")]
    assert pair.at_client == [Connack(code=ConnectCode.ACCEPTED)]
    assert pair.client.is_connected


def test_a_message_goes_up_and_is_acknowledged() -> None:
    pair = Pair()
    packet_id = pair.client.publish("a", b"1", qos=Q1)
    pair.run()
    assert pair.at_server[-1] == Publish(topic="a", payload=b"1", qos=Q1, packet_id=packet_id)
    assert pair.at_client[-1] == Puback(packet_id=packet_id or 0)
    assert list(pair.client.unanswered) == []


def test_a_message_comes_down_and_is_acknowledged() -> None:
    pair = Pair()
    pair.server.deliver(PublishTemplate(Publish(topic="a", payload=b"1", qos=Q1, packet_id=1)), Q1)
    pair.run()
    assert pair.at_client[-1] == Publish(topic="a", payload=b"1", qos=Q1, packet_id=1)
    assert list(pair.server.outbox.inflight) == []


def test_subscribing_and_unsubscribing_are_answered() -> None:
    pair = Pair()
    first = pair.client.subscribe(Request(topic_filter="a/+", qos=Q1), Request(topic_filter="b"))
    second = pair.client.unsubscribe("b")
    pair.run()
    assert pair.at_client[1:] == [
        Suback(packet_id=first, granted=(Q1, QoS.AT_MOST_ONCE)),
        Unsuback(packet_id=second),
    ]
    assert pair.at_server[1:] == [
        Subscribed(topic_filter="a/+", qos=Q1),
        Subscribed(topic_filter="b", qos=QoS.AT_MOST_ONCE),
        Unsubscribed(topic_filter="b"),
    ]


def test_a_goodbye_leaves_nothing_to_wait_for() -> None:
    pair = Pair()
    pair.client.disconnect()
    pair.run()
    assert pair.server.is_over
    assert pair.client.deadline_s == math.inf
    with pytest.raises(UsageError, match="Not connected"):
        pair.client.publish("a", b"")


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=30)), max_size=10))
def test_whatever_is_said_arrives_in_order(messages: list[tuple[bool, bytes]]) -> None:
    pair = Pair()
    for is_acknowledged, payload in messages:
        pair.client.publish("a", payload, qos=Q1 if is_acknowledged else QoS.AT_MOST_ONCE)
    pair.run()
    assert [e.payload for e in pair.at_server if isinstance(e, Publish)] == [p for _, p in messages]


@pytest.mark.parametrize("code", [code for code in ConnectCode if code is not ConnectCode.ACCEPTED])
def test_a_refused_login_is_forbidden(code: ConnectCode) -> None:
    client = ClientMachine(PLUG)
    client.start(0)
    assert hear(client, Connack(code=code)) == []
    assert isinstance(client.failure, Forbidden)
    assert not client.is_connected


def test_a_server_that_never_answers_connect_is_given_up() -> None:
    client = ClientMachine(PLUG, answer_timeout_s=5)
    client.start(100)
    assert client.deadline_s == 105
    client.tick(105)
    assert isinstance(client.failure, LinkTimeout)


def test_pings_go_out_in_time_and_an_answer_is_demanded() -> None:
    client = connected()
    client.tick(89)
    assert sent(client) == []
    client.tick(client.deadline_s)
    assert sent(client) == [Pingreq()]
    hear(client, Pingresp())
    assert client.deadline_s == 180
    client.tick(180)
    client.tick(client.deadline_s)
    assert isinstance(client.failure, LinkTimeout)


def test_keepalive_0_never_pings() -> None:
    client = ClientMachine(Connect(client_id="x", keepalive_s=0))
    client.start(0)
    hear(client, Connack(code=ConnectCode.ACCEPTED))
    assert client.deadline_s == math.inf


def test_a_qos_2_message_is_received_once() -> None:
    client = connected()
    message = Publish(topic="a", payload=b"", qos=QoS.EXACTLY_ONCE, packet_id=3)
    assert hear(client, message, message, Pubrel(packet_id=3)) == [message]
    assert sent(client) == [Pubrec(packet_id=3), Pubrec(packet_id=3), Pubcomp(packet_id=3)]


def test_sending_qos_2_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="QoS 2"):
        connected().publish("a", b"", qos=QoS.EXACTLY_ONCE)


@pytest.mark.parametrize("topic", ["", "a/#", "\0"])
def test_a_bad_topic_is_a_usage_error_and_leaves_no_trace(topic: str) -> None:
    client = connected()
    with pytest.raises(UsageError):
        client.publish(topic, b"", qos=Q1)
    assert list(client.unanswered) == []
    assert client.data_to_send() == b""


def test_a_second_acknowledgement_is_no_news() -> None:
    client = connected()
    packet_id = client.publish("a", b"", qos=Q1) or 0
    assert hear(client, Puback(packet_id=packet_id), Puback(packet_id=packet_id)) == [
        Puback(packet_id=packet_id)
    ]
    assert client.failure is None


@pytest.mark.parametrize(
    "packets",
    [
        [Suback(packet_id=1, granted=(Q1, Q1))],
        [Unsuback(packet_id=1)],
        [Pingreq()],
        [Connack(code=ConnectCode.ACCEPTED)],
    ],
)
def test_a_server_that_breaks_the_rules_is_left(packets: list[Packet]) -> None:
    client = connected()
    client.subscribe(Request(topic_filter="a"))
    hear(client, *packets)
    assert isinstance(client.failure, WireError)
    assert hear(client, Pingresp()) == []


def test_a_server_that_does_not_begin_with_connack_is_left() -> None:
    client = ClientMachine(PLUG)
    client.start(0)
    hear(client, Pingresp())
    assert "MQTT-3.2.0-1" in str(client.failure)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_noise_never_raises(chunks: list[bytes]) -> None:
    client = connected()
    for chunk in chunks:
        client.receive(chunk, 1)
    client.data_to_send()
