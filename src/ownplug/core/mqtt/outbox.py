"""What waits to be sent to one client: bounded, in order, and with a packet id where one is needed.

Messages leave in the order in which they came (MQTT-4.6.0-6). Above QoS 0 only so many may be unacknowledged;
the rest waits. When the queue is full the newest message gives way and is counted: a slow subscriber loses
messages, never memory. What is unacknowledged is kept in order of sending, which is the order of a resend.

A message for a session that outlives its connection has its packet id from the beginning (`reserve`, then
`put` once it is on the disk): so nothing about it has to be written again when it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from ownplug.core.errors import UsageError
from ownplug.core.mqtt.encode import PublishTemplate
from ownplug.core.mqtt.packets import QoS

MAX_PACKET_ID = 0xFFFF

_Waiting: TypeAlias = tuple[PublishTemplate, QoS, int]  # packet id 0: it gets one when it is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLimits:
    """How much may wait for one client."""

    max_inflight: int = 1024
    """Unacknowledged messages, 1 to 65,534. Large, because TCP already slows a fast sender down."""
    max_messages: int = 4000
    """Waiting messages. A home's busiest subscriber gets about 5 a second for each plug."""
    max_bytes: int = 1024 * 1024
    """Waiting bytes, and once more as many that are unacknowledged. About 700 of the plugs' longest messages."""


def next_packet_id(last: int, in_use: Collection[int]) -> int:
    """The first free packet id after `last` (MQTT-2.3.1-2).

    Raises:
        UsageError: all 65,535 are in use.
    """
    if len(in_use) >= MAX_PACKET_ID:
        raise UsageError("65,535 packets are unanswered; no packet id is free.", hint="Wait for answers.")
    packet_id = last % MAX_PACKET_ID + 1
    while packet_id in in_use:
        packet_id = packet_id % MAX_PACKET_ID + 1
    return packet_id


class Outbox:
    """The messages of one client that are waiting or unacknowledged.

    Attributes:
        queued_bytes: what waits, by `PublishTemplate.size`.
    """

    __slots__ = (
        "_exact",
        "_given",
        "_inflight",
        "_inflight_bytes",
        "_last_id",
        "_limits",
        "_queue",
        "queued_bytes",
    )

    def __init__(self, limits: OutboxLimits) -> None:
        self._limits = limits
        # Lists and dictionaries only: empty, they take a tenth of a deque or a set, and there are some of them for
        # each of thousands of plugs.
        self._queue: list[_Waiting] = []
        self._inflight: dict[int, PublishTemplate | None] = {}  # None: it was received, PUBCOMP is missing
        self._inflight_bytes = 0
        self._exact: dict[int, None] = {}  # those in flight that are of QoS 2
        self._given: dict[
            int, bool
        ] = {}  # ids of messages that are not in flight yet; true: sent before, perhaps
        self._last_id = 0
        self.queued_bytes = 0

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def waiting(self) -> int:
        """Messages that wait, those included that are on their way to the disk."""
        return max(len(self._queue), len(self._given))

    @property
    def inflight(self) -> Collection[int]:
        """Packet ids that the client has not acknowledged, oldest first."""
        return self._inflight.keys()

    def offer(self, template: PublishTemplate, qos: QoS) -> bool:
        """Let a message wait, at the lower of its own QoS and `qos` (MQTT-3.8.4-6). False if it gave way."""
        limits = self._limits
        if len(self._queue) >= limits.max_messages or self.queued_bytes + template.size > limits.max_bytes:
            return False
        self._queue.append((template, min(qos, template.qos), 0))
        self.queued_bytes += template.size
        return True

    def reserve(self, template: PublishTemplate) -> int | None:
        """Make room for a message above QoS 0 and return its packet id; None if it gave way."""
        limits = self._limits
        if len(self._given) >= limits.max_messages or self.queued_bytes + template.size > limits.max_bytes:
            return None
        packet_id = next_packet_id(self._last_id, self._given)
        while packet_id in self._inflight:
            packet_id = next_packet_id(packet_id, self._given)
        self._last_id = packet_id
        self._given[packet_id] = False
        self.queued_bytes += template.size
        return packet_id

    def put(self, template: PublishTemplate, qos: QoS, packet_id: int) -> None:
        """Let a message wait for which `reserve` made room."""
        self._queue.append((template, qos, packet_id))

    def restore(self, template: PublishTemplate, qos: QoS, packet_id: int) -> None:
        """Let a message wait that an earlier run of the server had and may have sent."""
        self._given[packet_id] = True
        self._last_id = packet_id
        self.queued_bytes += template.size
        self._queue.append((template, qos, packet_id))

    def restore_received(self, packet_id: int) -> None:
        """Remember a QoS 2 message that the client had received in an earlier run; PUBCOMP is missing."""
        self._inflight[packet_id] = None
        self._exact[packet_id] = None

    def take(self, max_bytes: int) -> list[bytes]:
        """The next messages as bytes: at least one if any may go, then no more than about `max_bytes`."""
        pieces: list[bytes] = []
        if not self._queue:
            return pieces
        taken = count = 0
        inflight, limits = self._inflight, self._limits
        for template, qos, given_id in self._queue:
            if taken >= max_bytes:
                break
            if qos and (len(inflight) >= limits.max_inflight or self._inflight_bytes >= limits.max_bytes):
                break
            count += 1
            size = template.size
            taken += size
            if not qos:
                pieces.append(template.plain())
                continue
            packet_id = given_id
            if packet_id:
                pieces += self._kept(template, qos, packet_id)
            else:
                self._last_id = packet_id = next_packet_id(self._last_id, inflight)
                pieces += template.with_id(qos, packet_id)
            inflight[packet_id] = template
            self._inflight_bytes += size
            if qos is QoS.EXACTLY_ONCE:
                self._exact[packet_id] = None
        self.queued_bytes -= taken
        del self._queue[:count]
        return pieces

    def acknowledge(self, packet_id: int) -> bool:
        """The client has this QoS 1 message. False if it was not waiting for that."""
        if packet_id in self._exact:
            return False
        template = self._inflight.pop(packet_id, None)
        if template is None:
            return False
        self._inflight_bytes -= template.size
        return True

    def received(self, packet_id: int) -> bool:
        """The client has this QoS 2 message, which must never be sent again. False if that was known."""
        if packet_id not in self._exact:
            return False
        template = self._inflight.pop(packet_id)
        self._inflight[packet_id] = None  # last: PUBREL is sent in the order of PUBREC (MQTT-4.6.0-4)
        if template is None:
            return False
        self._inflight_bytes -= template.size
        return True

    def complete(self, packet_id: int) -> bool:
        """The client is done with this QoS 2 message. False if it had not been received."""
        if packet_id not in self._exact or self._inflight[packet_id] is not None:
            return False
        del self._inflight[packet_id]
        del self._exact[packet_id]
        return True

    def rewind(self) -> None:
        """The connection is gone: what was unacknowledged waits again, first and in its order (MQTT-4.4.0-1).

        QoS 0 messages that were waiting go: nobody is there to get them.
        """
        for template, qos, _ in self._queue:
            if not qos:
                self.queued_bytes -= template.size
        again: list[_Waiting] = []
        for packet_id, sent in self._inflight.items():
            if sent is not None:
                again.append((sent, self._qos(packet_id), packet_id))
                self.queued_bytes += sent.size
                self._given[packet_id] = True
        self._inflight = {packet_id: None for packet_id, sent in self._inflight.items() if sent is None}
        self._exact = dict.fromkeys(self._inflight)
        self._inflight_bytes = 0
        self._queue = [*again, *(item for item in self._queue if item[1])]

    def keep_only(self, may_have: Callable[[str], bool]) -> list[int]:
        """Drop what waits on topics that the client may not have; return the packet ids that are free again."""
        dropped = [item for item in self._queue if not may_have(item[0].message.topic)]
        if not dropped:
            return []
        self._queue = [item for item in self._queue if may_have(item[0].message.topic)]
        self.queued_bytes -= sum(template.size for template, _, _ in dropped)
        ids = [packet_id for _, _, packet_id in dropped if packet_id]
        for packet_id in ids:
            self._given.pop(packet_id, None)
        return ids

    def _kept(self, template: PublishTemplate, qos: QoS, packet_id: int) -> Collection[bytes]:
        """A message that has its packet id already, with DUP if it may have been sent before."""
        may_have_it = self._given.pop(packet_id, False)
        return template.again(qos, packet_id) if may_have_it else template.with_id(qos, packet_id)

    def _qos(self, packet_id: int) -> QoS:
        return QoS.EXACTLY_ONCE if packet_id in self._exact else QoS.AT_LEAST_ONCE
