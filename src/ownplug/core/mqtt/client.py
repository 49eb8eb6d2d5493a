"""The client's side of one connection: bytes in, packets and bytes out.

The driver calls `start`, feeds what it reads, sends `data_to_send()` after each step, calls `tick` at
`deadline_s`, and closes when `failure` is set. Events are the packets themselves; acknowledgements of
received messages and pings are the machine's own business.

Received messages may be QoS 0 to 2, sent ones 0 and 1. What is unanswered is kept in order of sending.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TypeAlias

from ownplug.core.errors import (
    Forbidden,
    LinkTimeout,
    Malformed,
    OwnplugError,
    Unexpected,
    UsageError,
    WireError,
)
from ownplug.core.mqtt.decode import DEFAULT_MAX_PACKET_SIZE, PacketReader
from ownplug.core.mqtt.encode import encode
from ownplug.core.mqtt.outbox import next_packet_id
from ownplug.core.mqtt.packets import (
    Connack,
    Connect,
    ConnectCode,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
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
)

PING_SHARE = 0.75
"""Part of the keepalive after which a ping goes out, other traffic or not, so a dead server is noticed."""

ClientEvent: TypeAlias = Connack | Publish | Puback | Suback | Unsuback

_REASONS = {
    ConnectCode.UNACCEPTABLE_PROTOCOL: "it does not speak this version of MQTT",
    ConnectCode.IDENTIFIER_REJECTED: "it does not like the client id",
    ConnectCode.SERVER_UNAVAILABLE: "it is not available now",
    ConnectCode.BAD_LOGIN: "user name or password is wrong",
    ConnectCode.NOT_AUTHORIZED: "this login is not allowed in",
}


class ClientMachine:
    """One connection of one client.

    Args:
        connect: what the client says of itself.
        max_packet_size: longest packet that is taken, in bytes.
        answer_timeout_s: how long CONNACK and PINGRESP may take.

    Attributes:
        failure: why the connection must be closed: `Forbidden` for a refused login, `LinkTimeout` for a
            server that does not answer, a `WireError` for one that breaks the rules.
        is_connected: whether the server has let us in.
        deadline_s: when `tick` wants to be called, on the time scale of `now_s`.
    """

    def __init__(
        self,
        connect: Connect,
        *,
        max_packet_size: int = DEFAULT_MAX_PACKET_SIZE,
        answer_timeout_s: float = 10.0,
    ) -> None:
        self.failure: OwnplugError | None = None
        self.is_connected = False
        self._connect = connect
        self._answer_timeout_s = answer_timeout_s
        self._ping_every_s = connect.keepalive_s * PING_SHARE or math.inf
        self._answer_due_s = math.inf
        self._ping_due_s = math.inf
        self._reader = PacketReader(max_packet_size)
        self._out: list[bytes] = []
        self._unanswered: dict[int, Publish | Subscribe | Unsubscribe] = {}
        self._unreleased: set[int] = set()  # QoS 2 messages received whose PUBREL has not come
        self._last_id = 0

    @property
    def deadline_s(self) -> float:
        """When `tick` wants to be called."""
        return min(self._answer_due_s, self._ping_due_s)

    @property
    def unanswered(self) -> Collection[int]:
        """Packet ids of what the server has not acknowledged, oldest first."""
        return self._unanswered.keys()

    def start(self, now_s: float) -> None:
        """Say CONNECT (MQTT-3.1.0-1)."""
        self._out.append(encode(self._connect))
        self._answer_due_s = now_s + self._answer_timeout_s

    def receive(self, data: bytes, now_s: float) -> list[ClientEvent]:
        """Take bytes; return what they mean. Broken rules set `failure`, after the events before them."""
        events: list[ClientEvent] = []
        if self.failure is not None:
            return events
        try:
            for packet in self._reader.feed(data):
                self._handle(packet, now_s, events)
            if self._reader.failure is not None:
                raise self._reader.failure
        except (WireError, Forbidden) as failure:
            self.failure = failure
        return events

    def tick(self, now_s: float) -> None:
        """Ping if it is time to; give up on a server that has not answered (`failure`)."""
        if now_s >= self._answer_due_s:
            self.failure = LinkTimeout(f"The MQTT server did not answer within {self._answer_timeout_s:g} s.")
        elif now_s >= self._ping_due_s:
            self._out.append(encode(Pingreq()))
            self._answer_due_s = now_s + self._answer_timeout_s
            self._ping_due_s = now_s + self._ping_every_s

    def publish(
        self, topic: str, payload: bytes, *, qos: QoS = QoS.AT_MOST_ONCE, retain: bool = False
    ) -> int | None:
        """Send a message; return the id that its `Puback` will carry, None for QoS 0.

        Raises:
            UsageError: not connected, a bad topic, QoS 2, or too many unanswered packets.
        """
        self._must_be_connected()
        if qos is QoS.EXACTLY_ONCE:
            raise UsageError("This client does not send with QoS 2.", hint="Use QoS 1.")
        if qos is QoS.AT_MOST_ONCE:
            self._out.append(encode(Publish(topic=topic, payload=payload, retain=retain)))
            return None
        packet_id = self._free_id()
        return self._ask(Publish(topic=topic, payload=payload, qos=qos, retain=retain, packet_id=packet_id))

    def subscribe(self, *requests: Request) -> int:
        """Ask for messages; return the id that the `Suback` will carry.

        Raises:
            UsageError: not connected, or a bad filter.
        """
        self._must_be_connected()
        return self._ask(Subscribe(packet_id=self._free_id(), requests=requests))

    def unsubscribe(self, *filters: str) -> int:
        """Ask for no more messages; return the id that the `Unsuback` will carry.

        Raises:
            UsageError: not connected, or a bad filter.
        """
        self._must_be_connected()
        return self._ask(Unsubscribe(packet_id=self._free_id(), filters=filters))

    def disconnect(self) -> None:
        """Say goodbye, so that the server forgets the will (MQTT-3.14.4-1: nothing is sent after it)."""
        if self.is_connected:
            self._out.append(encode(Disconnect()))
        self.is_connected = False
        self._answer_due_s = self._ping_due_s = math.inf

    def data_to_send(self) -> bytes:
        """What must go out now."""
        pieces, self._out = self._out, []
        return b"".join(pieces)

    def _must_be_connected(self) -> None:
        if not self.is_connected:
            raise UsageError("Not connected to the MQTT server (yet, or any more).")

    def _free_id(self) -> int:
        return next_packet_id(self._last_id, self._unanswered)

    def _ask(self, packet: Publish | Subscribe | Unsubscribe) -> int:
        self._out.append(encode(packet))
        if packet.packet_id is None:
            raise UsageError("Only packets with an id are answered.")
        self._last_id = packet.packet_id
        self._unanswered[self._last_id] = packet
        return self._last_id

    def _handle(self, packet: Packet, now_s: float, events: list[ClientEvent]) -> None:
        if not self.is_connected:
            self._greeted(packet, now_s, events)
            return
        match packet:
            case Publish():
                self._published(packet, events)
            case Puback() | Suback() | Unsuback():
                self._answered(packet, events)
            case Pingresp():
                self._answer_due_s = math.inf
            case Pubrel():
                self._unreleased.discard(packet.packet_id)
                self._out.append(encode(Pubcomp(packet_id=packet.packet_id)))
            case _:
                raise Unexpected(f"The server sent {type(packet).__name__}, which it must not (table 2.1).")

    def _greeted(self, packet: Packet, now_s: float, events: list[ClientEvent]) -> None:
        if not isinstance(packet, Connack):
            raise Unexpected("The server's first packet is not CONNACK (MQTT-3.2.0-1).")
        self._answer_due_s = math.inf
        if packet.code is not ConnectCode.ACCEPTED:
            raise Forbidden(f"The MQTT server refused the connection: {_REASONS[packet.code]}.")
        self.is_connected = True
        self._ping_due_s = now_s + self._ping_every_s  # MQTT-3.1.2-23
        events.append(packet)

    def _published(self, packet: Publish, events: list[ClientEvent]) -> None:
        if packet.packet_id is None:
            events.append(packet)
        elif packet.qos is QoS.AT_LEAST_ONCE:
            self._out.append(encode(Puback(packet_id=packet.packet_id)))  # MQTT-4.3.2-2
            events.append(packet)
        else:
            if packet.packet_id not in self._unreleased:  # MQTT-4.3.3-2
                events.append(packet)
            self._unreleased.add(packet.packet_id)
            self._out.append(encode(Pubrec(packet_id=packet.packet_id)))

    def _answered(self, packet: Puback | Suback | Unsuback, events: list[ClientEvent]) -> None:
        """Pair an answer with what it answers; a second answer to a resent packet is nobody's news."""
        asked = self._unanswered.get(packet.packet_id)
        match packet, asked:
            case Suback(), Subscribe() if len(packet.granted) != len(asked.requests):
                raise Malformed("SUBACK does not answer each filter (MQTT-3.8.4-5).")
            case (Puback(), Publish()) | (Suback(), Subscribe()) | (Unsuback(), Unsubscribe()):
                del self._unanswered[packet.packet_id]
                events.append(packet)
            case _, None:
                return
            case _:
                raise Unexpected(f"{type(packet).__name__} answers a {type(asked).__name__} (MQTT-3.8.4-2).")
