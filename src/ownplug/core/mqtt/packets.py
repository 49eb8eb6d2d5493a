"""The packets of MQTT 3.1 and 3.1.1 as values.

A packet that can be made here can be sent: what the standard forbids is refused by the encoder (our fault) or
by the reader (theirs), so everything between the two may trust the values. Clause numbers in this room, such
as `MQTT-3.1.0-1`, are those of the OASIS standard "MQTT Version 3.1.1".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

import msgspec


class ProtocolLevel(IntEnum):
    """The versions spoken here; plugs use the first, nearly everything else the second."""

    MQTT_3_1 = 3
    MQTT_3_1_1 = 4

    @property
    def wire_name(self) -> str:
        """The protocol name that stands before the level in CONNECT."""
        return "MQIsdp" if self is ProtocolLevel.MQTT_3_1 else "MQTT"


class QoS(IntEnum):
    """How often a message may arrive."""

    AT_MOST_ONCE = 0
    AT_LEAST_ONCE = 1
    EXACTLY_ONCE = 2


class ConnectCode(IntEnum):
    """What CONNACK answers to CONNECT."""

    ACCEPTED = 0
    UNACCEPTABLE_PROTOCOL = 1
    IDENTIFIER_REJECTED = 2
    SERVER_UNAVAILABLE = 3
    BAD_LOGIN = 4
    NOT_AUTHORIZED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the server publishes for a client that goes without DISCONNECT."""

    topic: str
    payload: bytes = b""
    qos: QoS = QoS.AT_MOST_ONCE
    retain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """A client asks to be let in."""

    client_id: str
    level: ProtocolLevel = ProtocolLevel.MQTT_3_1_1
    clean_session: bool = True
    keepalive_s: int = 60  # 0: the server does not watch
    username: str | None = None
    password: bytes | None = field(default=None, repr=False)
    will: Will | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignConnect:
    """A CONNECT of a version that is not spoken here; what follows its level has not been read."""

    protocol_name: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connack:
    """The server's answer to CONNECT."""

    code: ConnectCode
    session_present: bool = False


# A struct, and so is its acknowledgement: a server makes one of each for every message, and a dataclass takes
# five times as long.
class Publish(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One message; `packet_id` is there exactly when `qos` is above 0."""

    topic: str
    payload: bytes
    qos: QoS = QoS.AT_MOST_ONCE
    retain: bool = False
    dup: bool = False
    packet_id: int | None = None


class Puback(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A QoS 1 message has arrived."""

    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pubrec:
    """A QoS 2 message has arrived (step 1 of its answer)."""

    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pubrel:
    """The sender of a QoS 2 message will not send it again."""

    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pubcomp:
    """A QoS 2 message is done with."""

    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One line of a SUBSCRIBE: a filter and the highest QoS that is wanted."""

    topic_filter: str
    qos: QoS = QoS.AT_MOST_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """A client asks for messages; at least one request."""

    packet_id: int
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suback:
    """The answer to each request of a SUBSCRIBE; None is a refusal, which only 3.1.1 can say."""

    packet_id: int
    granted: tuple[QoS | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """A client wants no more messages for these filters; at least one."""

    packet_id: int
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsuback:
    """The answer to UNSUBSCRIBE."""

    packet_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pingreq:
    """A client is alive and asks whether the server is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pingresp:
    """The server is alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """A client leaves on purpose; its will is forgotten."""


Ack: TypeAlias = Puback | Pubrec | Pubrel | Pubcomp | Unsuback
Packet: TypeAlias = (
    Connect
    | ForeignConnect
    | Connack
    | Publish
    | Ack
    | Subscribe
    | Suback
    | Unsubscribe
    | Pingreq
    | Pingresp
    | Disconnect
)
