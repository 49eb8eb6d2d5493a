"""What the MQTT server needs of others: who decides on logins, who is told of connections, what survives a kill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ownplug.core.mqtt import Access, Change, Passage, Remembered


class Gatekeeper(Protocol):
    """Decides who comes in and what each may do."""

    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        """What this client may do, or None if it may not come in; without a login both halves are empty.

        May take its time, but must not block the loop. If it raises, the client is told to come again and the
        failure is logged. Ids are a user's own: another user with the same client id is another client.
        """

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        """Look at each message that a client had the right to publish, and say what becomes of it; must not raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A client that was let in."""

    id: str  # unique while the server runs
    client_id: str
    username: str
    address: str  # where it comes from, without the port
    at: datetime


class Listener(Protocol):
    """Is told of connections, in order with the messages of local subscribers, outside any connection's work.

    A failure is logged and costs nobody but the one event.
    """

    def handshake_failed(self, address: str, why: str) -> None:
        """Somebody at `address` could not agree with us on TLS."""

    def connected(self, connection: Connection) -> None:
        """A client was let in."""

    def subscribed(self, connection: Connection, topic_filter: str) -> None:
        """It listens to this filter from now on."""

    def disconnected(self, connection: Connection, reason: str) -> None:
        """It is gone; `reason` is what may follow a colon, such as "the client said goodbye"."""


class SessionStore(Protocol):
    """What survives a kill of the server: retained messages, and sessions that outlive their connections."""

    async def load(self) -> Remembered:
        """Return all that is on the disk, in the order in which it came."""

    async def write(self, changes: Sequence[Change]) -> None:
        """Apply the changes in order, all or none; when this returns they are on the disk.

        The same changes may come again when this has failed.
        """
