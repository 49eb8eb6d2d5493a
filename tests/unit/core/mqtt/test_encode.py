from __future__ import annotations

import pytest

from ownplug.core.errors import UsageError
from ownplug.core.mqtt.decode import PacketReader
from ownplug.core.mqtt.encode import PublishTemplate, encode
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
    Publish,
    Pubrel,
    QoS,
    Request,
    Subscribe,
    Unsubscribe,
    Will,
)


@pytest.mark.parametrize(
    ("packet", "wire"),
    [
        (Pingreq(), "c000"),
        (Pingresp(), "d000"),
        (Disconnect(), "e000"),
        (Connack(code=ConnectCode.NOT_AUTHORIZED), "20020005"),
        (Connack(code=ConnectCode.ACCEPTED, session_present=True), "20020100"),
        (Puback(packet_id=0x1234), "40021234"),
        (Pubrel(packet_id=1), "62020001"),
        (Publish(topic="a/b", payload=b"", qos=QoS.AT_LEAST_ONCE, packet_id=10), "32070003612f62000a"),
        (Publish(topic="a", payload=b"x", retain=True), "3104000161" + "78"),
        (
            Connect(client_id="p", level=ProtocolLevel.MQTT_3_1, keepalive_s=120),
            "100f" + "00064d5149736470" + "0302" + "0078" + "000170",
        ),
        (ForeignConnect(protocol_name="MQTT", level=5), "1007" + "00044d51545405"),
    ],
)
def test_packets_are_these_bytes(packet: Packet, wire: str) -> None:
    assert encode(packet).hex() == wire


@pytest.mark.parametrize(
    "packet",
    [
        Publish(topic="", payload=b""),
        Publish(topic="a/#", payload=b""),
        Publish(topic="\ud800", payload=b""),
        Publish(topic="a", payload=b"", qos=QoS.AT_LEAST_ONCE),
        Publish(topic="a", payload=b"", qos=QoS.AT_LEAST_ONCE, packet_id=0),
        Publish(topic="a", payload=b"", qos=QoS.AT_LEAST_ONCE, packet_id=0x10000),
        Publish(topic="a", payload=b"", packet_id=1),
        Publish(topic="a", payload=b"", dup=True),
        Publish(topic="a", payload=bytes(268_435_456)),
        Subscribe(packet_id=1, requests=()),
        Subscribe(packet_id=1, requests=(Request(topic_filter="a#"),)),
        Unsubscribe(packet_id=1, filters=()),
        Connect(client_id="a\0"),
        Connect(client_id="x" * 65_536),
        Connect(client_id="x", password=b"without a user"),
        Connect(client_id="x", keepalive_s=65_536),
        Connect(client_id="x", will=Will(topic="+")),
    ],
)
def test_what_the_standard_forbids_is_our_own_mistake(packet: Packet) -> None:
    with pytest.raises(UsageError, match=f"A {type(packet).__name__} that must not be sent"):
        encode(packet)


def test_a_template_gives_the_same_bytes_as_the_packet() -> None:
    template = PublishTemplate(Publish(topic="a/ä", payload=b"x" * 200, qos=QoS.AT_LEAST_ONCE, packet_id=9))
    for packet_id in (1, 0xFFFF):
        sent = PacketReader().feed(b"".join(template.with_id(QoS.AT_LEAST_ONCE, packet_id)))
        assert sent == [Publish(topic="a/ä", payload=b"x" * 200, qos=QoS.AT_LEAST_ONCE, packet_id=packet_id)]
    assert PacketReader().feed(template.plain()) == [Publish(topic="a/ä", payload=b"x" * 200)]


def test_a_template_passes_on_neither_retain_nor_dup() -> None:
    incoming = Publish(topic="a", payload=b"", qos=QoS.AT_LEAST_ONCE, packet_id=1, retain=True, dup=True)
    template = PublishTemplate(incoming)
    assert PacketReader().feed(template.plain()) == [Publish(topic="a", payload=b"")]
    assert PacketReader().feed(b"".join(template.with_id(QoS.AT_LEAST_ONCE, 5))) == [
        Publish(topic="a", payload=b"", qos=QoS.AT_LEAST_ONCE, packet_id=5)
    ]
