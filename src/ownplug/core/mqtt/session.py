"""The server's side of a session: what outlives a connection when the client asks for that (MQTT-3.1.2-4).

A client with a clean session has one too, which ends with its connection (MQTT-3.1.2-6).
"""

from __future__ import annotations

from ownplug.core.mqtt.events import Access
from ownplug.core.mqtt.outbox import Outbox, OutboxLimits
from ownplug.core.mqtt.packets import QoS


class Session:
    """One client's subscriptions, its waiting messages, and its open QoS 2 exchanges.

    Attributes:
        outbox: what waits for the client or is unacknowledged.
        subscriptions: what it asked for.
        untold: packet ids of QoS 2 messages from the client whose PUBREL has not come; each is taken once.
    """

    __slots__ = ("outbox", "subscriptions", "untold")

    def __init__(self, limits: OutboxLimits) -> None:
        self.outbox = Outbox(limits)
        self.subscriptions: dict[str, QoS] = {}
        self.untold: set[int] = set()

    def restrict(self, access: Access) -> list[str]:
        """Take away what the client has no right to any more; return the filters that went."""
        gone = [wanted for wanted in self.subscriptions if not access.may_subscribe(wanted)]
        for topic_filter in gone:
            del self.subscriptions[topic_filter]
        return gone
