"""Bytes as packets: `PacketReader` takes what a stream brings, in whatever pieces, and gives whole packets.

The far side is not trusted. A broken rule is a `Malformed` that names the clause: in a fixed header as soon
as its byte is there, in a body when the packet is whole. A packet that is longer than allowed is refused from
its fixed header, so a reader never holds more than one packet of the allowed length.

Level 3 (MQTT 3.1) differs in little: DUP may stand on more packets, unused flags are not looked at, and a
user name or password that is announced may be missing.
"""

from __future__ import annotations

from collections.abc import Callable

from ownplug.core.errors import Malformed
from ownplug.core.mqtt.encode import REFUSED
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
from ownplug.core.mqtt.topics import check_filter, check_topic

DEFAULT_MAX_PACKET_SIZE = 256 * 1024
"""Bytes of a whole packet. The longest message of these plugs, `System.All`, is about 1.5 kB."""

_PINGREQ, _PINGRESP, _DISCONNECT = Pingreq(), Pingresp(), Disconnect()
_QOS = (QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE)
_LEVELS = {(level.wire_name, level.value): level for level in ProtocolLevel}


class PacketReader:
    """The packets of one direction of one connection.

    Args:
        max_packet_size: bytes of a whole packet, header included.
        max_connect_size: the same until CONNECT has been read; a server must not trust a stranger with more.

    Attributes:
        failure: why reading has ended. Packets before the broken one are handed out first.
    """

    def __init__(
        self, max_packet_size: int = DEFAULT_MAX_PACKET_SIZE, *, max_connect_size: int | None = None
    ) -> None:
        self._max_packet_size = max_packet_size
        self._limit = max_packet_size if max_connect_size is None else max_connect_size
        self.failure: Malformed | None = None
        self._rest = bytearray()  # the beginning of a packet
        self._wanted = 2  # bytes it needs before a look at it can tell more
        self._first_bytes = _FIRST_BYTES_3_1_1

    @property
    def buffered(self) -> int:
        """Bytes that are held because the packet they begin is not complete."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[Packet]:
        """Take the next bytes; return the packets that they complete.

        Raises:
            Malformed: a rule is broken and no packet came before. With packets before it, they are returned,
                `failure` is set, and the next call raises it.
        """
        if self.failure is not None:
            raise self.failure
        if self._rest:
            self._rest += data
            if len(self._rest) < self._wanted:
                return []
            data = bytes(self._rest)
            self._rest.clear()
        packets: list[Packet] = []
        try:
            self._read(data, packets)
        except Malformed as failure:
            self.failure = failure
            if not packets:
                raise
        return packets

    def _read(self, data: bytes, packets: list[Packet]) -> None:
        """Append the whole packets in `data`; keep what is left."""
        start, end = 0, len(data)
        while start < end:
            first = data[start]
            if first not in self._first_bytes:
                raise _bad_first_byte(first)
            if start + 1 < end and data[start + 1] < 128:
                body, stop = start + 2, start + 2 + data[start + 1]
            elif start + 2 < end and data[start + 2] < 128:  # a plug's usual message
                body = start + 3
                stop = body + (data[start + 1] & 127) + 128 * data[start + 2]
            else:
                body, stop = _long_length(data, start)
            if stop - start > self._limit:
                size = stop - start
                raise Malformed(f"A packet of {size} bytes was announced; at most {self._limit} are taken.")
            if stop > end:
                self._rest += data[start:]
                self._wanted = stop - start
                return
            packets.append(self._packet(first, data[body:stop]))
            start = stop

    def _packet(self, first: int, body: bytes) -> Packet:
        kind = first >> 4
        if kind == 3:
            return _publish(first, body)
        packet = _DECODERS[kind](body)
        if isinstance(packet, Connect):
            self._limit = self._max_packet_size
            if packet.level is ProtocolLevel.MQTT_3_1:
                self._first_bytes = _FIRST_BYTES_3_1
        return packet


def _long_length(data: bytes, start: int) -> tuple[int, int]:
    """Where a body begins and ends; an end beyond the data when the length itself is not complete yet."""
    length = 0
    for place in range(4):
        position = start + 1 + place
        if position >= len(data):
            return position, position + 1
        digit = data[position]
        length |= (digit & 127) << 7 * place
        if digit < 128:
            return position + 1, position + 1 + length
    raise Malformed("The remaining length has more than four bytes (section 2.2.3).")


def _first_bytes(level: ProtocolLevel) -> frozenset[int]:
    """Every first byte that is right (MQTT-2.2.2-1, MQTT-2.2.2-2)."""
    fixed = {kind << 4 for kind in range(1, 15) if kind not in (3, 6, 8, 10)}
    fixed |= {0x62, 0x82, 0xA2}
    publish = {0x30 | flags for flags in range(16) if flags & 6 != 6}  # MQTT-3.3.1-4
    if level is ProtocolLevel.MQTT_3_1:  # section 2.1: DUP on whatever has QoS 1
        return frozenset(fixed | publish | {0x6A, 0x8A, 0xAA})
    return frozenset(fixed | publish - {0x38, 0x39})  # MQTT-3.3.1-2


_FIRST_BYTES_3_1 = _first_bytes(ProtocolLevel.MQTT_3_1)
_FIRST_BYTES_3_1_1 = _first_bytes(ProtocolLevel.MQTT_3_1_1)


def _bad_first_byte(first: int) -> Malformed:
    kind = first >> 4
    if kind in (0, 15):
        return Malformed(f"There is no packet type {kind} (table 2.1).")
    if kind != 3:
        return Malformed(f"Wrong flags in first byte {first:#04x} (MQTT-2.2.2-2).")
    if first & 6 == 6:
        return Malformed("There is no QoS 3 (MQTT-3.3.1-4).")
    return Malformed("QoS 0 is never a duplicate (MQTT-3.3.1-2).")


def _publish(first: int, body: bytes) -> Publish:
    topic_end = 2 + int.from_bytes(body[:2], "big")
    qos = _QOS[first >> 1 & 3]
    payload_start = topic_end + 2 if qos else topic_end
    if payload_start > len(body):
        raise Malformed("PUBLISH ends before its topic and packet id do.")
    topic = _decoded(body[2:topic_end])
    if not topic or "+" in topic or "#" in topic:
        check_topic(topic)
    return Publish(
        topic=topic,
        payload=body[payload_start:],
        qos=qos,
        retain=first & 1 == 1,
        dup=first & 8 == 8,
        packet_id=_packet_id(body[topic_end:payload_start]) if qos else None,
    )


class _Fields:
    """Reads the fields of a body one after the other; each may be cut off."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def is_empty(self) -> bool:
        return self._at == len(self._body)

    def take(self, count: int) -> bytes:
        data = self._body[self._at : self._at + count]
        if len(data) < count:
            raise Malformed("A packet ends before its last field does.")
        self._at += count
        return data

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def binary(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        return _decoded(self.binary())

    def packet_id(self) -> int:
        return _packet_id(self.take(2))

    def end(self) -> None:
        if not self.is_empty:
            raise Malformed("A packet goes on after its last field.")


def _decoded(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Malformed("A text is not UTF-8 (MQTT-1.5.3-1).") from None
    if "\0" in text:
        raise Malformed("A text must not hold U+0000 (MQTT-1.5.3-2).")
    return text


def _packet_id(data: bytes) -> int:
    packet_id = int.from_bytes(data, "big")
    if not packet_id:
        raise Malformed("Packet id 0 (MQTT-2.3.1-1).")
    return packet_id


def _connect(body: bytes) -> Connect | ForeignConnect:
    fields = _Fields(body)
    name, number = fields.text(), fields.byte()
    if name not in ("MQTT", "MQIsdp"):
        raise Malformed("The protocol is not called MQTT (MQTT-3.1.2-1).")
    level = _LEVELS.get((name, number))
    if level is None:
        return ForeignConnect(protocol_name=name, level=number)  # MQTT-3.1.2-2
    flags = fields.byte()
    is_old = level is ProtocolLevel.MQTT_3_1
    _check_connect_flags(flags, is_old=is_old)
    keepalive_s, client_id = fields.number(), fields.text()
    will = _will(fields, flags) if flags & 0x04 else None
    username = fields.text() if flags & 0x80 and not _may_be_missing(fields, is_old=is_old) else None
    password = fields.binary() if flags & 0x40 and not _may_be_missing(fields, is_old=is_old) else None
    fields.end()
    return Connect(
        client_id=client_id,
        level=level,
        clean_session=flags & 0x02 != 0,
        keepalive_s=keepalive_s,
        username=username,
        password=password,
        will=will,
    )


def _may_be_missing(fields: _Fields, *, is_old: bool) -> bool:
    """MQTT 3.1, section 3.1: the remaining length goes before the flags of user name and password."""
    return is_old and fields.is_empty


def _check_connect_flags(flags: int, *, is_old: bool) -> None:
    if flags & 0xC0 == 0x40:
        raise Malformed("A password needs a user name (MQTT-3.1.2-22).")
    if flags & 0x1C == 0x1C:
        raise Malformed("There is no will QoS 3 (MQTT-3.1.2-14).")
    if is_old:
        return
    if flags & 1:
        raise Malformed("The reserved flag of CONNECT is set (MQTT-3.1.2-3).")
    if not flags & 0x04 and flags & 0x38:
        raise Malformed("Flags of a will without a will (MQTT-3.1.2-11).")


def _will(fields: _Fields, flags: int) -> Will:
    topic = fields.text()
    check_topic(topic)
    return Will(topic=topic, payload=fields.binary(), qos=_QOS[flags >> 3 & 3], retain=flags & 0x20 != 0)


def _connack(body: bytes) -> Connack:
    fields = _Fields(body)
    flags, code = fields.byte(), fields.byte()
    fields.end()
    if flags > 1 or code > max(ConnectCode):
        raise Malformed(f"CONNACK with flags {flags} and code {code} (section 3.2.2).")
    return Connack(code=ConnectCode(code), session_present=flags == 1)


def _sole_packet_id(body: bytes) -> int:
    if len(body) != 2:
        raise Malformed(f"An acknowledgement of {len(body)} bytes instead of 2.")
    return _packet_id(body)


def _subscribe(body: bytes) -> Subscribe:
    fields = _Fields(body)
    packet_id = fields.packet_id()
    requests: list[Request] = []
    while not fields.is_empty:
        topic_filter, qos = fields.text(), fields.byte()
        check_filter(topic_filter)
        if qos > 2:
            raise Malformed(f"A filter is asked for with QoS byte {qos} (MQTT-3.8.3-4).")
        requests.append(Request(topic_filter=topic_filter, qos=_QOS[qos]))
    if not requests:
        raise Malformed("SUBSCRIBE without a filter (MQTT-3.8.3-3).")
    return Subscribe(packet_id=packet_id, requests=tuple(requests))


def _suback(body: bytes) -> Suback:
    fields = _Fields(body)
    packet_id = fields.packet_id()
    granted: list[QoS | None] = []
    while not fields.is_empty:
        code = fields.byte()
        if code > 2 and code != REFUSED:
            raise Malformed(f"SUBACK with code {code} (MQTT-3.9.3-2).")
        granted.append(None if code == REFUSED else _QOS[code])
    if not granted:
        raise Malformed("SUBACK without an answer (MQTT-3.8.4-5).")
    return Suback(packet_id=packet_id, granted=tuple(granted))


def _unsubscribe(body: bytes) -> Unsubscribe:
    fields = _Fields(body)
    packet_id = fields.packet_id()
    filters: list[str] = []
    while not fields.is_empty:
        filters.append(fields.text())
        check_filter(filters[-1])
    if not filters:
        raise Malformed("UNSUBSCRIBE without a filter (MQTT-3.10.3-2).")
    return Unsubscribe(packet_id=packet_id, filters=tuple(filters))


def _constant(packet: Packet) -> Callable[[bytes], Packet]:
    def decode(body: bytes) -> Packet:
        _Fields(body).end()
        return packet

    return decode


_DECODERS: dict[int, Callable[[bytes], Packet]] = {
    1: _connect,
    2: _connack,
    4: lambda body: Puback(packet_id=_sole_packet_id(body)),
    5: lambda body: Pubrec(packet_id=_sole_packet_id(body)),
    6: lambda body: Pubrel(packet_id=_sole_packet_id(body)),
    7: lambda body: Pubcomp(packet_id=_sole_packet_id(body)),
    8: _subscribe,
    9: _suback,
    10: _unsubscribe,
    11: lambda body: Unsuback(packet_id=_sole_packet_id(body)),
    12: _constant(_PINGREQ),
    13: _constant(_PINGRESP),
    14: _constant(_DISCONNECT),
}
