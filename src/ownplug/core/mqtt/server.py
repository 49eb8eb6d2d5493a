"""The server's side of one connection: bytes in, events and bytes out.

The driver feeds what it reads, acts on the events in order, sends `data_to_send()` after each step, and
closes when `failure` is set or `is_over` is true. It judges a CONNECT at leisure: packets that come meanwhile
wait and keep their order. Acknowledgements go out for whatever is received, also for what the client had no
right to do.

The driver brings the `Session` with the verdict: a new one, which ends with the connection, or one that was kept
for this client (MQTT-3.1.2-4). Of a kept one the machine reports each change as `Progress`, so that the driver can
have it on the disk before the answer goes out.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import assert_never

from ownplug.core.errors import Malformed, Unexpected, WireError
from ownplug.core.mqtt.decode import DEFAULT_MAX_PACKET_SIZE, PacketReader
from ownplug.core.mqtt.encode import PublishTemplate, encode
from ownplug.core.mqtt.events import (
    Access,
    Deed,
    Denied,
    Left,
    Progress,
    ServerEvent,
    Step,
    Subscribed,
    Unsubscribed,
)
from ownplug.core.mqtt.outbox import Outbox, OutboxLimits
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
)
from ownplug.core.mqtt.session import Session
from ownplug.core.mqtt.topics import MAX_LEVELS

KEEPALIVE_GRACE = 1.5  # MQTT-3.1.2-24
_PINGRESP = encode(Pingresp())
_CONNECT_FIRST_BYTE = 0x10
_PUBACK = b"\x40\x02"  # before the packet id; in full because every message of a plug needs one


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """What one connection may cost the server."""

    max_packet_size: int = DEFAULT_MAX_PACKET_SIZE
    """Bytes of a packet from a client that was let in."""
    max_connect_size: int = 8 * 1024
    """Bytes of CONNECT, from anybody. A plug's has about 200; a will may add some."""
    max_held_bytes: int = 64 * 1024
    """Bytes that may come while CONNECT is being judged."""
    max_subscriptions: int = 1000
    """Filters of one client. A plug has 1; a bridge to another server may list every plug."""
    connect_timeout_s: float = 15.0
    """From the start of the connection until CONNECT is complete. Plugs on a weak Wi-Fi take some seconds."""
    outbox: OutboxLimits = field(default_factory=OutboxLimits)
    """What may wait for the client."""


class _Stage(Enum):
    FRESH = "before CONNECT"
    JUDGED = "CONNECT is being judged"
    OPEN = "let in"
    OVER = "refused, left or failed"


class ServerMachine:
    """One connection, from its first byte to its end.

    Attributes:
        failure: why the connection must be closed at once, if it must.
        connect: what the client said of itself; an empty client id has been replaced by one of ours.
        session: the client's; until it is let in, an empty one.
        deadline_s: when `overdue` becomes true, on the time scale of `now_s`; infinite when nobody watches.
    """

    def __init__(self, *, limits: ServerLimits, now_s: float, new_client_id: Callable[[], str]) -> None:
        self.failure: WireError | None = None
        self.connect: Connect | None = None
        self.session = Session(limits.outbox)
        self.deadline_s = now_s + limits.connect_timeout_s
        self._limits = limits
        self._new_client_id = new_client_id
        self._stage = _Stage.FRESH
        self._reader = PacketReader(limits.max_packet_size, max_connect_size=limits.max_connect_size)
        self._held: list[Packet] = []
        self._held_bytes = 0
        self._answers: list[bytes] = []
        self._pings = 0  # that are not answered yet
        self._access: Access | None = None
        self._is_kept = False  # the session outlives the connection
        self._patience_s = math.inf

    @property
    def outbox(self) -> Outbox:
        """What waits for the client."""
        return self.session.outbox

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be read: send what waits, then close."""
        return self._stage is _Stage.OVER

    @property
    def takes_data(self) -> bool:
        """Whether what the client says is worked on now: it has not ended, and no verdict is awaited."""
        return self._stage is _Stage.OPEN or self._stage is _Stage.FRESH

    @property
    def is_judged(self) -> bool:
        """Whether `accept` or `refuse` is awaited."""
        return self._stage is _Stage.JUDGED

    @property
    def is_open(self) -> bool:
        """Whether the client has been let in and is still there."""
        return self._stage is _Stage.OPEN

    def overdue(self, now_s: float) -> bool:
        """Whether the client was silent for longer than it may be."""
        return now_s >= self.deadline_s

    def receive(self, data: bytes, now_s: float) -> list[ServerEvent]:
        """Take bytes; return what they mean. Broken rules set `failure`, after the events before them."""
        events: list[ServerEvent] = []
        if self._stage is _Stage.OVER:
            return events
        try:
            self._read(data, now_s, events)
        except WireError as failure:
            self._fail(failure)
        return events

    def accept(
        self, access: Access, now_s: float, *, kept: Session | None = None, is_present: bool = False
    ) -> list[ServerEvent]:
        """Let the client in; return what it has sent meanwhile.

        Args:
            access: what it may do.
            now_s: the time.
            kept: the session that outlives this connection; None for one that does not.
            is_present: it has been there before; the client is told, where its version can say it.
        """
        events: list[ServerEvent] = []
        if self._stage is not _Stage.JUDGED or self.connect is None:
            return events
        self._stage = _Stage.OPEN
        self._access = access
        can_say = self.connect.level is not ProtocolLevel.MQTT_3_1  # the byte is unused there
        connack = Connack(code=ConnectCode.ACCEPTED, session_present=is_present and can_say)
        self._answers.append(encode(connack))  # MQTT-3.2.0-1, MQTT-3.2.2-1 to 3
        if kept is not None:
            self._is_kept = True
            self.session = kept
            self._answers += [encode(Pubrel(packet_id=n)) for n in kept.outbox.inflight]  # MQTT-4.4.0-1
        if self.connect.keepalive_s:
            self._patience_s = self.connect.keepalive_s * KEEPALIVE_GRACE
        self.deadline_s = now_s + self._patience_s
        held, self._held = self._held, []
        try:
            self._handle_all(held, events)
            if self._reader.failure is not None:
                raise self._reader.failure
        except WireError as failure:
            self._fail(failure)
        return events

    def refuse(self, code: ConnectCode) -> None:
        """Tell the client that it may not come in; the connection is over (MQTT-3.2.2-5)."""
        self._answers.append(encode(Connack(code=code)))
        self._stage = _Stage.OVER
        self._held.clear()

    def end(self) -> Publish | None:
        """The connection is gone: return the will that must be published now, once (MQTT-3.1.2-8)."""
        access, self._access = self._access, None
        self._stage = _Stage.OVER
        will = self.connect.will if self.connect is not None else None
        if access is None or will is None or will.topic[0] == "$" or not access.may_publish(will.topic):
            return None
        return Publish(
            topic=will.topic,
            payload=will.payload,
            qos=will.qos,
            retain=will.retain,
            packet_id=1 if will.qos else None,
        )

    def deliver(self, template: PublishTemplate, qos: QoS) -> bool:
        """Queue a message for the client, at no more than `qos`. False if it gave way."""
        return self.session.outbox.offer(template, qos)

    def data_to_send(self, max_bytes: int) -> bytes:
        """What may go out now: every answer, then messages up to about `max_bytes`, then answers to pings.

        So whoever has the answer to a ping has also what waited for it then; programs rely on that.
        """
        pieces = self._answers
        if pieces:
            self._answers = []
        if self._stage is _Stage.OPEN and len(self.session.outbox):
            pieces = pieces + self.session.outbox.take(max_bytes)
        if self._pings:
            pieces = [*pieces, _PINGRESP * self._pings]
            self._pings = 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _read(self, data: bytes, now_s: float, events: list[ServerEvent]) -> None:
        if (
            self._stage is _Stage.FRESH
            and data
            and not self._reader.buffered
            and data[0] != _CONNECT_FIRST_BYTE
        ):
            raise Malformed("The first packet is not a CONNECT (MQTT-3.1.0-1).")
        if self._stage is _Stage.JUDGED:
            self._held_bytes += len(data)
            if self._held_bytes > self._limits.max_held_bytes:
                raise Unexpected("The client sends on and on without waiting for its CONNACK.")
        packets = self._reader.feed(data)
        if packets and self._stage is _Stage.OPEN:
            self.deadline_s = now_s + self._patience_s  # MQTT-3.1.2-24: whole packets count, not bytes
        self._handle_all(packets, events)
        if self._reader.failure is not None and self._stage is not _Stage.JUDGED:
            raise self._reader.failure

    def _handle_all(self, packets: list[Packet], events: list[ServerEvent]) -> None:
        for packet in packets:
            match self._stage:
                case _Stage.OPEN:
                    self._handle(packet, events)
                case _Stage.FRESH:
                    self._meet(packet, events)
                case _Stage.JUDGED:
                    self._held.append(packet)
                case _Stage.OVER:
                    return

    def _fail(self, failure: WireError) -> None:
        self.failure = failure
        self._stage = _Stage.OVER
        self._held.clear()

    def _meet(self, packet: Packet, events: list[ServerEvent]) -> None:
        if isinstance(packet, ForeignConnect):  # MQTT-3.1.2-2
            self.refuse(ConnectCode.UNACCEPTABLE_PROTOCOL)
            self.failure = Unexpected(
                f"The client speaks {packet.protocol_name} level {packet.level}; this server 3.1 and 3.1.1."
            )
            return
        if not isinstance(packet, Connect):
            raise Malformed("The first packet is not a CONNECT (MQTT-3.1.0-1).")
        if not packet.client_id:
            if packet.level is ProtocolLevel.MQTT_3_1 or not packet.clean_session:  # MQTT-3.1.3-8
                self.refuse(ConnectCode.IDENTIFIER_REJECTED)
                self.failure = Unexpected("An empty client id needs 3.1.1 and a clean session.")
                return
            packet = dataclasses.replace(packet, client_id=self._new_client_id())  # MQTT-3.1.3-6
        self._stage = _Stage.JUDGED
        self.connect = packet
        self.deadline_s = math.inf
        events.append(packet)

    def _handle(self, packet: Packet, events: list[ServerEvent]) -> None:
        match packet:
            case Publish():
                self._published(packet, events)
            case Puback():
                if self.session.outbox.acknowledge(packet.packet_id) and self._is_kept:
                    events.append(Progress(step=Step.DONE, packet_id=packet.packet_id))
            case _:
                self._handle_rarer(packet, events)

    def _handle_rarer(self, packet: Packet, events: list[ServerEvent]) -> None:
        match packet:
            case Pubrec() | Pubrel() | Pubcomp():
                self._settle(packet, events)
            case Pingreq():
                self._pings += 1  # MQTT-3.12.4-1
            case Subscribe():
                self._subscribe(packet, events)
            case Unsubscribe():
                self._unsubscribe(packet, events)
            case Disconnect():
                self._access = None  # and with it the will: MQTT-3.1.2-10
                self._stage = _Stage.OVER
                events.append(Left())
            case Connect() | ForeignConnect():
                raise Unexpected("A second CONNECT (MQTT-3.1.0-2).")
            case _:
                raise Unexpected(f"A client must not send {type(packet).__name__} (table 2.1).")

    def _settle(self, packet: Pubrec | Pubrel | Pubcomp, events: list[ServerEvent]) -> None:
        packet_id, outbox = packet.packet_id, self.session.outbox
        match packet:
            case Pubrec():  # answered also when it came before, or is not known: the client waits for it
                is_new, step = outbox.received(packet_id), Step.RECEIVED
                self._answers.append(encode(Pubrel(packet_id=packet_id)))  # MQTT-4.3.3-1
            case Pubcomp():
                is_new, step = outbox.complete(packet_id), Step.DONE
            case Pubrel():
                is_new, step = packet_id in self.session.untold, Step.RELEASED
                self.session.untold.discard(packet_id)
                self._answers.append(encode(Pubcomp(packet_id=packet_id)))  # MQTT-4.3.3-2
            case _:
                assert_never(packet)
        if is_new and self._is_kept:
            events.append(Progress(step=step, packet_id=packet_id))

    def _published(self, packet: Publish, events: list[ServerEvent]) -> None:
        if packet.packet_id is not None and not self._acknowledge(packet.qos, packet.packet_id, events):
            return
        topic = packet.topic
        if topic[0] != "$" and self._access is not None and self._access.may_publish(topic):
            events.append(packet)
        else:  # MQTT-3.3.5-2: no other way to tell than to close; it stays, for the plug means no harm
            events.append(Denied(deed=Deed.PUBLISH, topic=topic))  # `$…` is the server's: section 4.7.2

    def _acknowledge(self, qos: QoS, packet_id: int, events: list[ServerEvent]) -> bool:
        """Answer a message; False if it came before (MQTT-4.3.3-2)."""
        if qos is QoS.AT_LEAST_ONCE:
            self._answers.append(_PUBACK + packet_id.to_bytes(2, "big"))  # MQTT-4.3.2-2
            return True
        untold = self.session.untold
        is_new = packet_id not in untold
        if is_new and len(untold) >= self._limits.outbox.max_inflight:
            raise Unexpected("The client has too many QoS 2 messages open.")
        untold.add(packet_id)
        if is_new and self._is_kept:
            events.append(Progress(step=Step.TAKEN, packet_id=packet_id))
        self._answers.append(encode(Pubrec(packet_id=packet_id)))
        return is_new

    def _subscribe(self, packet: Subscribe, events: list[ServerEvent]) -> None:
        granted = tuple(self._grant(request, events) for request in packet.requests)  # MQTT-3.8.4-5
        self._answers.append(encode(Suback(packet_id=packet.packet_id, granted=granted)))

    def _grant(self, request: Request, events: list[ServerEvent]) -> QoS | None:
        qos = request.qos
        if self._may_subscribe(request.topic_filter):
            self.session.subscriptions[request.topic_filter] = qos
            events.append(Subscribed(topic_filter=request.topic_filter, qos=qos))
            return qos
        events.append(Denied(deed=Deed.SUBSCRIBE, topic=request.topic_filter))
        is_old = self.connect is not None and self.connect.level is ProtocolLevel.MQTT_3_1
        return qos if is_old else None  # 3.1 has no word for a refusal: granted, and silent

    def _may_subscribe(self, topic_filter: str) -> bool:
        if (
            len(self.session.subscriptions) >= self._limits.max_subscriptions
            and topic_filter not in self.session.subscriptions
        ):
            return False
        if topic_filter.count("/") >= MAX_LEVELS:
            return False
        return self._access is not None and self._access.may_subscribe(topic_filter)

    def _unsubscribe(self, packet: Unsubscribe, events: list[ServerEvent]) -> None:
        for topic_filter in packet.filters:
            self.session.subscriptions.pop(topic_filter, None)
            events.append(Unsubscribed(topic_filter=topic_filter))
        self._answers.append(encode(Unsuback(packet_id=packet.packet_id)))  # MQTT-3.10.4-5
