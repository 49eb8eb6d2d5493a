"""Joins the MQTT server of this process and the hub: packets go by call, without a second MQTT hop."""

from __future__ import annotations

from ownplug.broker import Broker, Connection
from ownplug.core.identity import Uuid
from ownplug.core.meross.login import parse_device_client_id
from ownplug.core.meross.topics import DEVICE_OUTBOXES, device_inbox
from ownplug.hub import Hub


class BrokerExchange:
    """The hub's `Exchange` over our own server, and the server's listener on behalf of the hub.

    A plug is there for the hub when it listens to its inbox: before that, it would not hear an answer.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._broker: Broker | None = None

    def join(self, broker: Broker) -> None:
        """Carry messages between hub and `broker` from now on."""
        self._broker = broker
        broker.attach(DEVICE_OUTBOXES, self._hub.receive)
        self._hub.speak_through(self)

    def publish(self, topic: str, payload: bytes) -> None:
        """Send to whoever reads `topic`."""
        if self._broker is not None:
            self._broker.publish(topic, payload)

    def handshake_failed(self, address: str, why: str) -> None:
        """Somebody could not agree with us on TLS: perhaps a plug."""
        self._hub.handshake_failed(address, why)

    def connected(self, connection: Connection) -> None:
        """A client was let in; a plug says which it is, but does not listen yet."""

    def subscribed(self, connection: Connection, topic_filter: str) -> None:
        """A client listens to `topic_filter` from now on."""
        uuid = _plug_of(connection)
        if uuid is not None and topic_filter == device_inbox(uuid.text):
            self._hub.plug_online(uuid, connection=connection.id, address=connection.address)

    def disconnected(self, connection: Connection, reason: str) -> None:
        """A client is gone, and why."""
        uuid = _plug_of(connection)
        if uuid is not None:
            self._hub.plug_offline(uuid, connection=connection.id, reason=reason)


def _plug_of(connection: Connection) -> Uuid | None:
    """Which plug this is, if it signed in as one: a client id alone is no proof."""
    uuid = parse_device_client_id(connection.client_id)
    return uuid if uuid is not None and connection.username == uuid.mac.text else None
