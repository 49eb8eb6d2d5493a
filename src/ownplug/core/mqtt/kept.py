"""What a server remembers beyond connections, as records and as changes to them.

The server makes changes, a store applies them: in order, all of a batch or none. A change may come again after
a failure, so each is stated so that a second time does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ownplug.core.mqtt.packets import QoS


class SessionKey(NamedTuple):
    """Whose session it is: a client id belongs to its user."""

    username: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedMessage:
    """The last message of a topic; `owner` is the user whose share it counts against."""

    topic: str
    payload: bytes
    qos: QoS
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message above QoS 0 that a client has not acknowledged; it may have been sent."""

    packet_id: int
    qos: QoS
    topic: str
    payload: bytes
    retain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A session as it was on the disk; messages in the order in which they came."""

    key: SessionKey
    subscriptions: dict[str, QoS]
    messages: tuple[KeptMessage, ...]
    received: tuple[int, ...]  # QoS 2 messages that the client has received, PUBCOMP is missing
    taken: tuple[int, ...]  # QoS 2 messages taken from the client, PUBREL is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """All that was on the disk when the server started."""

    retained: tuple[RetainedMessage, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedKept:
    """A topic has this retained message from now on."""

    message: RetainedMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedDropped:
    """A topic has no retained message any more."""

    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """There is a session that outlives its connection."""

    key: SessionKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded:
    """A session is gone, with all that belonged to it."""

    key: SessionKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionKept:
    """A session has this subscription."""

    key: SessionKey
    topic_filter: str
    qos: QoS


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionDropped:
    """A session does not have this subscription any more."""

    key: SessionKey
    topic_filter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKept:
    """A message waits for the client of a session."""

    key: SessionKey
    message: KeptMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """The client has received a QoS 2 message; its packet id stays taken until PUBCOMP."""

    key: SessionKey
    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDone:
    """Nothing is left of a message but its free packet id."""

    key: SessionKey
    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdTaken:
    """A QoS 2 message with this id was taken from the client."""

    key: SessionKey
    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdReleased:
    """The client will not send the message with this id again."""

    key: SessionKey
    packet_id: int


Change: TypeAlias = (
    RetainedKept
    | RetainedDropped
    | SessionOpened
    | SessionEnded
    | SubscriptionKept
    | SubscriptionDropped
    | MessageKept
    | MessageReceived
    | MessageDone
    | IdTaken
    | IdReleased
)
