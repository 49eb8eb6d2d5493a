"""Packets as bytes. What the standard forbids to send is a `UsageError`: our own code made the packet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ownplug.core.errors import Malformed, UsageError
from ownplug.core.mqtt.packets import (
    Connack,
    Connect,
    Disconnect,
    ForeignConnect,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    QoS,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
)
from ownplug.core.mqtt.topics import check_filter, check_topic

MAX_REMAINING_LENGTH = 268_435_455  # table 2.4: four digits of base 128
REFUSED = 0x80  # MQTT-3.9.3-2


def encode(packet: Packet) -> bytes:
    """One packet as it goes over the wire.

    Raises:
        UsageError: the packet breaks the standard: a bad topic, a packet id that is missing or out of range,
            a password without a user name, too long a text.
    """
    try:
        return _ENCODERS[type(packet)](packet)
    except (Malformed, UnicodeEncodeError) as error:
        raise UsageError(f"A {type(packet).__name__} that must not be sent: {error}") from error


class PublishTemplate:
    """One message that goes to many: encoded once for each QoS, only the packet id differs.

    Args:
        message: what came in.
        is_retained: it goes out with RETAIN, because the subscription is new and the message is not.
        is_for_now: it is worth nothing later.

    Attributes:
        message: what goes out, as it came in.
        is_for_now: it is not kept for who is away.
        size: length of the longer form in bytes, for the limits of queues.
    """

    __slots__ = ("_first", "_plain", "_with_id", "is_for_now", "message", "size")

    def __init__(self, message: Publish, *, is_retained: bool = False, is_for_now: bool = False) -> None:
        self.message = message
        self.is_for_now = is_for_now
        self._first = 0x31 if is_retained else 0x30  # MQTT-3.3.1-8, MQTT-3.3.1-9
        self._plain: bytes | None = None
        self._with_id: dict[QoS, bytes] = {}
        self.size = len(message.topic) + len(message.payload) + 7

    @property
    def is_retained(self) -> bool:
        """Whether it goes out with RETAIN."""
        return self._first == 0x31

    @property
    def qos(self) -> QoS:
        """The QoS at which the message came in: nobody gets it at a higher one."""
        return self.message.qos

    def plain(self) -> bytes:
        """The QoS 0 form; DUP is off (MQTT-3.3.1-2)."""
        if self._plain is None:
            self._plain = _framed(self._first, _text(self.message.topic) + self.message.payload)
        return self._plain

    def with_id(self, qos: QoS, packet_id: int) -> tuple[bytes, bytes, bytes]:
        """The form for QoS 1 and 2, in three pieces to be sent one after the other."""
        message = self.message
        head = self._with_id.get(qos)
        if head is None:
            topic = _text(message.topic)
            length = len(topic) + 2 + len(message.payload)
            head = self._with_id[qos] = bytes((self._first | qos << 1,)) + _remaining_length(length) + topic
        return head, packet_id.to_bytes(2, "big"), message.payload

    def again(self, qos: QoS, packet_id: int) -> tuple[bytes, bytes, bytes]:
        """The same with DUP: it may have been sent before (MQTT-3.3.1-1)."""
        head, number, payload = self.with_id(qos, packet_id)
        return bytes((head[0] | 0x08,)) + head[1:], number, payload


def _publish(packet: Publish) -> bytes:
    check_topic(packet.topic)
    body = _text(packet.topic)
    if packet.qos:
        if packet.packet_id is None:
            raise Malformed("A packet id is needed above QoS 0 (MQTT-2.3.1-1).")
        body += _packet_id(packet.packet_id)
    elif packet.packet_id is not None:
        raise Malformed("QoS 0 has no packet id (MQTT-2.3.1-5).")
    elif packet.dup:
        raise Malformed("QoS 0 is never a duplicate (MQTT-3.3.1-2).")
    return _framed(0x30 | packet.dup << 3 | packet.qos << 1 | packet.retain, body + packet.payload)


def _subscribe(packet: Subscribe) -> bytes:
    body = _packet_id(packet.packet_id)
    if not packet.requests:
        raise Malformed("At least one filter is needed (MQTT-3.8.3-3).")
    for request in packet.requests:
        check_filter(request.topic_filter)
        body += _text(request.topic_filter) + bytes((request.qos,))
    return _framed(0x82, body)  # MQTT-3.8.1-1


def _unsubscribe(packet: Unsubscribe) -> bytes:
    body = _packet_id(packet.packet_id)
    if not packet.filters:
        raise Malformed("At least one filter is needed (MQTT-3.10.3-2).")
    for topic_filter in packet.filters:
        check_filter(topic_filter)
        body += _text(topic_filter)
    return _framed(0xA2, body)  # MQTT-3.10.1-1


def _connect(packet: Connect) -> bytes:
    flags = packet.clean_session << 1
    body = _text(packet.client_id)
    if packet.will is not None:
        check_topic(packet.will.topic)
        flags |= 0x04 | packet.will.qos << 3 | packet.will.retain << 5
        body += _text(packet.will.topic) + _binary(packet.will.payload)
    if packet.username is not None:
        flags |= 0x80
        body += _text(packet.username)
    if packet.password is not None:
        if packet.username is None:
            raise Malformed("A password needs a user name (MQTT-3.1.2-22).")
        flags |= 0x40
        body += _binary(packet.password)
    if not 0 <= packet.keepalive_s <= 0xFFFF:
        raise Malformed("Keepalive is 0 to 65,535 seconds.")
    start = (
        _text(packet.level.wire_name) + bytes((packet.level, flags)) + packet.keepalive_s.to_bytes(2, "big")
    )
    return _framed(0x10, start + body)


def _framed(first: int, body: bytes) -> bytes:
    return bytes((first,)) + _remaining_length(len(body)) + body


def _remaining_length(length: int) -> bytes:
    if length < 128:
        return bytes((length,))
    if length > MAX_REMAINING_LENGTH:
        raise Malformed(f"{length} bytes are more than a packet can hold.")
    digits = bytearray()
    while length > 127:
        digits.append(length & 127 | 128)
        length >>= 7
    digits.append(length)
    return bytes(digits)


def _packet_id(packet_id: int) -> bytes:
    if not 1 <= packet_id <= 0xFFFF:
        raise Malformed(f"{packet_id} is not a packet id (MQTT-2.3.1-1).")
    return packet_id.to_bytes(2, "big")


def _text(text: str) -> bytes:
    if "\0" in text:
        raise Malformed("A text must not hold U+0000 (MQTT-1.5.3-2).")
    return _binary(text.encode())


def _binary(data: bytes) -> bytes:
    if len(data) > 0xFFFF:
        raise Malformed("Texts and passwords hold at most 65,535 bytes.")
    return len(data).to_bytes(2, "big") + data


def _suback(packet: Suback) -> bytes:
    codes = bytes(REFUSED if qos is None else qos for qos in packet.granted)
    return _framed(0x90, _packet_id(packet.packet_id) + codes)


def _acknowledgement(start: bytes) -> Callable[[Puback | Pubrec | Pubrel | Pubcomp | Unsuback], bytes]:
    return lambda packet: start + _packet_id(packet.packet_id)


_ENCODERS: dict[type[Packet], Callable[[Any], bytes]] = {
    Connect: _connect,
    ForeignConnect: lambda p: _framed(0x10, _text(p.protocol_name) + bytes((p.level,))),
    Connack: lambda p: bytes((0x20, 2, p.session_present, p.code)),
    Publish: _publish,
    Puback: _acknowledgement(b"\x40\x02"),
    Pubrec: _acknowledgement(b"\x50\x02"),
    Pubrel: _acknowledgement(b"\x62\x02"),  # MQTT-3.6.1-1
    Pubcomp: _acknowledgement(b"\x70\x02"),
    Subscribe: _subscribe,
    Suback: _suback,
    Unsubscribe: _unsubscribe,
    Unsuback: _acknowledgement(b"\xb0\x02"),
    Pingreq: lambda _: b"\xc0\x00",
    Pingresp: lambda _: b"\xd0\x00",
    Disconnect: lambda _: b"\xe0\x00",
}
