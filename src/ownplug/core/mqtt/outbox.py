"""What waits to be sent to one client: bounded, in order, and with a packet id where one is needed.

Messages leave in the order in which they came (MQTT-4.6.0-6). Above QoS 0 only so many may be unacknowledged;
the rest waits. When the queue is full the newest message gives way and is counted: a slow subscriber loses
messages, never memory. What is unacknowledged is kept in order of sending, which is the order of a resend.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from ownplug.core.errors import UsageError
from ownplug.core.mqtt.encode import PublishTemplate
from ownplug.core.mqtt.packets import QoS

MAX_PACKET_ID = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLimits:
    """How much may wait for one client."""

    max_inflight: int = 1024
    """Unacknowledged messages, 1 to 65,534. Large, because TCP already slows a fast sender down."""
    max_messages: int = 4000
    """Waiting messages. A home's busiest subscriber gets about 5 a second for each plug."""
    max_bytes: int = 1024 * 1024
    """Waiting bytes. About 700 of the longest messages that these plugs send."""


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
        dropped: messages that gave way since the start.
        queued_bytes: what waits, by `PublishTemplate.size`.
    """

    def __init__(self, limits: OutboxLimits) -> None:
        self._limits = limits
        self._queue: deque[tuple[PublishTemplate, QoS]] = deque()
        self._inflight: dict[int, PublishTemplate] = {}
        self._last_id = 0
        self.queued_bytes = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def inflight(self) -> Collection[int]:
        """Packet ids that the client has not acknowledged, oldest first."""
        return self._inflight.keys()

    def offer(self, template: PublishTemplate, qos: QoS) -> bool:
        """Let a message wait, at the lower of its own QoS and `qos` (MQTT-3.8.4-6). False if it gave way."""
        limits = self._limits
        if len(self._queue) >= limits.max_messages or self.queued_bytes + template.size > limits.max_bytes:
            self.dropped += 1
            return False
        self._queue.append((template, min(qos, template.qos)))
        self.queued_bytes += template.size
        return True

    def take(self, max_bytes: int) -> list[bytes]:
        """The next messages as bytes: at least one if any may go, then no more than about `max_bytes`."""
        pieces: list[bytes] = []
        taken = 0
        queue = self._queue
        while queue and taken < max_bytes:
            template, qos = queue[0]
            if qos and len(self._inflight) >= self._limits.max_inflight:
                break
            queue.popleft()
            self.queued_bytes -= template.size
            taken += template.size
            if qos:
                self._last_id = next_packet_id(self._last_id, self._inflight)
                self._inflight[self._last_id] = template
                pieces += template.with_id(qos, self._last_id)
            else:
                pieces.append(template.plain())
        return pieces

    def acknowledge(self, packet_id: int) -> bool:
        """The client has this message. False if it was not waiting for that."""
        return self._inflight.pop(packet_id, None) is not None
