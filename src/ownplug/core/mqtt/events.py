"""What the server's machine tells its driver, and what it asks of the client's rights."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

from ownplug.core.mqtt.packets import Connect, Publish, QoS


class Access(Protocol):
    """What one client that was let in may do. Neither call may wait, raise or remember."""

    def may_subscribe(self, topic_filter: str) -> bool:
        """Whether it may receive everything that this filter matches."""
        ...

    def may_publish(self, topic: str) -> bool:
        """Whether it may send to this topic."""
        ...


class Passage(Enum):
    """What becomes of a message that its sender had the right to publish."""

    FREE = "passed on, and kept where that was asked for"
    NOW = "passed on to who is there; neither retained nor kept for who is away"
    REFUSED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A filter was granted: messages for it go to this client from now on."""

    topic_filter: str
    qos: QoS


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribed:
    """The client wants no more messages for this filter."""

    topic_filter: str


class Deed(Enum):
    """What a client may be refused."""

    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """The client tried what it has no right to; nothing came of it."""

    deed: Deed
    topic: str


class Step(Enum):
    """What changed about one packet id of a session that is kept."""

    TAKEN = "a QoS 2 message from the client was taken"
    RELEASED = "the client will not send that message again"
    RECEIVED = "the client has received a QoS 2 message"
    DONE = "the client is done with a message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A session that outlives its connection has changed; sessions that do not outlive it say nothing."""

    step: Step
    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The client said DISCONNECT."""


ServerEvent: TypeAlias = Connect | Publish | Subscribed | Unsubscribed | Denied | Progress | Left
