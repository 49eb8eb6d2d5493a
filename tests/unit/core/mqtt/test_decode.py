from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.mqtt.decode import PacketReader
from ownplug.core.mqtt.encode import encode
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

IDS = st.integers(1, 0xFFFF)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
TOPICS = st.text(st.characters(exclude_characters="\0+#", exclude_categories=["Cs"]), min_size=1, max_size=20)
FILTERS = st.one_of(TOPICS, TOPICS.map(lambda t: t + "/#"), st.just("+"), TOPICS.map(lambda t: "+/" + t))
QOSES = st.sampled_from(QoS)
WILLS = st.builds(Will, topic=TOPICS, payload=st.binary(max_size=20), qos=QOSES, retain=st.booleans())


@st.composite
def connects(draw: st.DrawFn) -> Connect:
    username = draw(st.none() | TEXTS)
    return Connect(
        client_id=draw(TEXTS),
        level=draw(st.sampled_from(ProtocolLevel)),
        clean_session=draw(st.booleans()),
        keepalive_s=draw(st.integers(0, 0xFFFF)),
        username=username,
        password=draw(st.none() | st.binary(max_size=20)) if username is not None else None,
        will=draw(st.none() | WILLS),
    )


@st.composite
def publishes(draw: st.DrawFn) -> Publish:
    qos = draw(QOSES)
    return Publish(
        topic=draw(TOPICS),
        payload=draw(st.binary(max_size=300)),
        qos=qos,
        retain=draw(st.booleans()),
        dup=draw(st.booleans()) if qos else False,
        packet_id=draw(IDS) if qos else None,
    )


def some(items: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, min_size=1, max_size=4).map(tuple)


PACKETS: st.SearchStrategy[Packet] = st.one_of(
    connects(),
    publishes(),
    st.builds(Connack, code=st.sampled_from(ConnectCode), session_present=st.booleans()),
    *(st.builds(kind, packet_id=IDS) for kind in (Puback, Pubrec, Pubrel, Pubcomp, Unsuback)),
    st.builds(Subscribe, packet_id=IDS, requests=some(st.builds(Request, topic_filter=FILTERS, qos=QOSES))),
    st.builds(Suback, packet_id=IDS, granted=some(st.none() | QOSES)),
    st.builds(Unsubscribe, packet_id=IDS, filters=some(FILTERS)),
    st.sampled_from((Pingreq(), Pingresp(), Disconnect())),
)


@given(PACKETS)
def test_every_packet_survives_the_wire(packet: Packet) -> None:
    assert PacketReader().feed(encode(packet)) == [packet]


@given(st.lists(PACKETS, max_size=6), st.data())
def test_any_split_of_the_bytes_gives_the_same_packets(packets: list[Packet], data: st.DataObject) -> None:
    stream = b"".join(map(encode, packets))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader = PacketReader()
    read = [
        packet
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        for packet in reader.feed(stream[start:end])
    ]
    assert read == packets
    assert reader.buffered == 0


@given(st.lists(PACKETS, max_size=4))
def test_byte_by_byte_is_no_different(packets: list[Packet]) -> None:
    reader = PacketReader()
    assert [p for byte in b"".join(map(encode, packets)) for p in reader.feed(bytes((byte,)))] == packets


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_noise_is_malformed_or_packets_and_never_kept_beyond_the_limit(chunks: list[bytes]) -> None:
    reader = PacketReader(max_packet_size=40)
    for chunk in chunks:
        try:
            reader.feed(chunk)
        except Malformed:
            assert reader.buffered == 0
            return
        assert reader.buffered <= 40


@given(PACKETS, st.data())
def test_a_flipped_bit_is_malformed_or_another_packet(packet: Packet, data: st.DataObject) -> None:
    wire = bytearray(encode(packet))
    bit = data.draw(st.integers(0, len(wire) * 8 - 1))
    wire[bit // 8] ^= 1 << bit % 8
    reader = PacketReader()
    try:
        packets = reader.feed(bytes(wire))
    except Malformed:
        return
    assert len(packets) <= len(wire)


def test_good_packets_before_a_broken_one_are_handed_out_first() -> None:
    reader = PacketReader()
    assert reader.feed(encode(Pingreq()) + b"\xf0\x00") == [Pingreq()]
    assert isinstance(reader.failure, Malformed)
    with pytest.raises(Malformed, match="packet type 15"):
        reader.feed(b"")


# --- the bytes of the standard ---


def test_the_standards_connect_example_is_read() -> None:  # figure 3.6, with a payload as in section 3.1.3
    wire = bytes.fromhex(
        "1019 0004 4d515454 04 ce 000a 0000 0001 61 0002 6869 0001 62 0001 63".replace(" ", "")
    )
    assert PacketReader().feed(wire) == [
        Connect(
            client_id="",
            clean_session=True,
            keepalive_s=10,
            username="b",
            password=b"c",
            will=Will(topic="a", payload=b"hi", qos=QoS.AT_LEAST_ONCE),
        )
    ]


def test_the_standards_publish_example_is_read() -> None:  # table 3.3: topic a/b, packet id 10
    assert PacketReader().feed(bytes.fromhex("3207 0003 612f62 000a")) == [
        Publish(topic="a/b", payload=b"", qos=QoS.AT_LEAST_ONCE, packet_id=10)
    ]


def test_the_standards_subscribe_example_is_read() -> None:  # table 3.6: a/b at 1, c/d at 2
    wire = bytes.fromhex("820e 000a 0003 612f62 01 0003 632f64 02")
    assert PacketReader().feed(wire) == [
        Subscribe(
            packet_id=10,
            requests=(
                Request(topic_filter="a/b", qos=QoS.AT_LEAST_ONCE),
                Request(topic_filter="c/d", qos=QoS.EXACTLY_ONCE),
            ),
        )
    ]


def test_the_standards_suback_and_unsubscribe_examples_are_read() -> None:  # tables 3.9 and 3.10
    reader = PacketReader()
    assert reader.feed(bytes.fromhex("9005 000a 000280")) == [
        Suback(packet_id=10, granted=(QoS.AT_MOST_ONCE, QoS.EXACTLY_ONCE, None))
    ]
    assert reader.feed(bytes.fromhex("a20c 000a 0003 612f62 0003 632f64")) == [
        Unsubscribe(packet_id=10, filters=("a/b", "c/d"))
    ]


@pytest.mark.parametrize("length", [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_the_remaining_length_is_right_at_the_edges_of_table_2_4(length: int) -> None:
    wire = encode(Publish(topic="a", payload=bytes(length)))
    assert len(PacketReader(4_000_000).feed(wire)) == 1
    header = len(wire) - length - 3
    assert header == 1 + len([edge for edge in (0, 128, 16_384, 2_097_152) if length + 3 >= edge])


def connect_bytes(
    *, name: bytes = b"\0\4MQTT", level: int = 4, flags: int = 2, rest: bytes = b"\0\1x"
) -> bytes:
    body = name + bytes((level, flags)) + b"\0\x3c" + rest
    return bytes((0x10, len(body))) + body


@pytest.mark.parametrize(
    ("wire", "clause"),
    [
        (b"\x00", "table 2.1"),
        (b"\xf0", "table 2.1"),
        (b"\x11", "MQTT-2.2.2-2"),
        (b"\x80", "MQTT-2.2.2-2"),
        (b"\x60", "MQTT-2.2.2-2"),
        (b"\xa0", "MQTT-2.2.2-2"),
        (b"\x8a", "MQTT-2.2.2-2"),
        (b"\xc1", "MQTT-2.2.2-2"),
        (b"\x36", "MQTT-3.3.1-4"),
        (b"\x38", "MQTT-3.3.1-2"),
        (b"\x30\xff\xff\xff\xff", "2.2.3"),
        (b"\x30\x00", "topic"),
        (b"\x30\x03\0\2a", "topic"),
        (b"\x32\x04\0\1a\0", "packet id"),
        (b"\x32\x05\0\1a\0\0", "MQTT-2.3.1-1"),
        (b"\x30\x02\0\0", "MQTT-4.7.3-1"),
        (b"\x30\x03\0\1#", "MQTT-3.3.2-2"),
        (b"\x30\x05\0\3a/+", "MQTT-3.3.2-2"),
        (b"\x30\x04\0\2\xc3\x28", "MQTT-1.5.3-1"),
        (b"\x30\x05\0\3\xed\xa0\x80", "MQTT-1.5.3-1"),  # a lone surrogate
        (b"\x30\x03\0\1\0", "MQTT-1.5.3-2"),
        (b"\x40\x03\0\1\0", "3 bytes"),
        (b"\x40\x02\0\0", "MQTT-2.3.1-1"),
        (b"\x82\x02\0\1", "MQTT-3.8.3-3"),
        (b"\x82\x06\0\0\0\1a\0", "MQTT-2.3.1-1"),
        (b"\x82\x06\0\1\0\1a\3", "MQTT-3.8.3-4"),
        (b"\x82\x05\0\1\0\1a", "ends before"),
        (b"\x82\x07\0\1\0\2a#\0", "MQTT-4.7.1-2"),
        (b"\xa2\x02\0\1", "MQTT-3.10.3-2"),
        (b"\xa2\x06\0\1\0\2a+", "MQTT-4.7.1-3"),
        (b"\x90\x03\0\1\3", "MQTT-3.9.3-2"),
        (b"\x90\x02\0\1", "MQTT-3.8.4-5"),
        (b"\x20\x02\2\0", "3.2.2"),
        (b"\x20\x02\0\6", "3.2.2"),
        (b"\x20\x03\0\0\0", "goes on"),
        (b"\xc0\x01x", "goes on"),
        (connect_bytes(name=b"\0\4HTTP"), "MQTT-3.1.2-1"),
        (connect_bytes(flags=3), "MQTT-3.1.2-3"),
        (connect_bytes(flags=0x1E), "MQTT-3.1.2-14"),
        (connect_bytes(flags=0x22), "MQTT-3.1.2-11"),
        (connect_bytes(flags=0x42), "MQTT-3.1.2-22"),
        (connect_bytes(flags=0x82), "ends before"),
        (connect_bytes(rest=b"\0\1x!"), "goes on"),
        (connect_bytes(flags=6, rest=b"\0\1x\0\1#\0\0"), "MQTT-3.3.2-2"),
    ],
)
def test_a_broken_rule_is_named_by_its_clause(wire: bytes, clause: str) -> None:
    with pytest.raises(Malformed) as caught:
        PacketReader().feed(wire)
    assert clause in str(caught.value)


def test_a_packet_longer_than_allowed_is_refused_from_its_fixed_header() -> None:
    reader = PacketReader(max_packet_size=1000)
    announced = b"\x30\x80\x80\x40"  # 1 MiB
    with pytest.raises(Malformed, match="1048580 bytes was announced"):
        reader.feed(announced)
    assert reader.buffered == 0


def test_a_packet_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    wire = encode(Publish(topic="a", payload=bytes(95)))
    assert len(PacketReader(len(wire)).feed(wire)) == 1
    with pytest.raises(Malformed, match="announced"):
        PacketReader(len(wire) - 1).feed(wire)


def test_a_stranger_may_send_less_than_a_client_that_said_connect() -> None:
    long = encode(Publish(topic="a", payload=bytes(500)))
    with pytest.raises(Malformed, match="announced"):
        PacketReader(1000, max_connect_size=100).feed(long)
    packets = PacketReader(1000, max_connect_size=100).feed(encode(Connect(client_id="x")) + long)
    assert len(packets) == 2


@pytest.mark.parametrize(
    ("name", "level"), [("MQTT", 5), ("MQTT", 3), ("MQIsdp", 4), ("MQTT", 0x84), ("MQTT", 0)]
)
def test_a_connect_of_another_version_is_known_by_its_level_alone(name: str, level: int) -> None:
    wire = len(name).to_bytes(2, "big") + name.encode() + bytes((level,)) + b"whatever follows"
    assert PacketReader().feed(bytes((0x10, len(wire))) + wire) == [
        ForeignConnect(protocol_name=name, level=level)
    ]


# --- what MQTT 3.1 does otherwise ---


def old_connect(*, flags: int = 2, rest: bytes = b"\0\1x") -> bytes:
    return connect_bytes(name=b"\0\6MQIsdp", level=3, flags=flags, rest=rest)


def test_mqtt_3_1_may_leave_out_an_announced_login() -> None:
    assert PacketReader().feed(old_connect(flags=0xC2)) == [
        Connect(client_id="x", level=ProtocolLevel.MQTT_3_1)
    ]
    assert PacketReader().feed(old_connect(flags=0xC2, rest=b"\0\1x\0\1u")) == [
        Connect(client_id="x", level=ProtocolLevel.MQTT_3_1, username="u")
    ]


def test_mqtt_3_1_may_set_unused_flags() -> None:
    assert len(PacketReader().feed(old_connect(flags=0x3B - 0x18))) == 1


def test_mqtt_3_1_may_resend_a_subscribe_as_duplicate() -> None:
    reader = PacketReader()
    reader.feed(old_connect())
    assert len(reader.feed(b"\x8a\x06\0\1\0\1a\0")) == 1
    assert reader.feed(b"\x6a\x02\0\1") == [Pubrel(packet_id=1)]


def test_a_client_id_of_56_characters_is_fine_with_both_versions() -> None:
    for level in ProtocolLevel:
        connect = Connect(client_id="fmware:" + "0" * 32 + "_" + "a" * 16, level=level)
        assert PacketReader().feed(encode(connect)) == [connect]


def test_a_password_is_not_shown() -> None:
    assert b"hunter2" not in repr(Connect(client_id="x", username="u", password=b"hunter2")).encode()


def test_a_byte_order_mark_is_a_character_like_any_other() -> None:
    topic = "\ufeffa\ufeff"
    assert PacketReader().feed(encode(Publish(topic=topic, payload=b""))) == [
        Publish(topic=topic, payload=b"")
    ]
