"""MQTT 3.1 and 3.1.1 without a socket: packets, topics, and the machines of both sides.

Bytes go in, packets or events come out; time is an argument. The same machines drive our server, our client
and the virtual plug, so foreign programs are the judges of all three.
"""

from __future__ import annotations

from ownplug.core.mqtt.client import ClientEvent, ClientMachine
from ownplug.core.mqtt.client_ids import ClientIds
from ownplug.core.mqtt.decode import DEFAULT_MAX_PACKET_SIZE, PacketReader
from ownplug.core.mqtt.encode import PublishTemplate, encode
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
    Will,
)
from ownplug.core.mqtt.server import (
    Access,
    Deed,
    Denied,
    Left,
    ServerEvent,
    ServerLimits,
    ServerMachine,
    Subscribed,
    Unsubscribed,
)
from ownplug.core.mqtt.subscriptions import SubscriptionTree
from ownplug.core.mqtt.topics import check_filter, check_topic, covers, matches

__all__ = [
    "DEFAULT_MAX_PACKET_SIZE",
    "Access",
    "ClientEvent",
    "ClientIds",
    "ClientMachine",
    "Connack",
    "Connect",
    "ConnectCode",
    "Deed",
    "Denied",
    "Disconnect",
    "ForeignConnect",
    "Left",
    "Outbox",
    "OutboxLimits",
    "Packet",
    "PacketReader",
    "Pingreq",
    "Pingresp",
    "ProtocolLevel",
    "Puback",
    "Pubcomp",
    "Publish",
    "PublishTemplate",
    "Pubrec",
    "Pubrel",
    "QoS",
    "Request",
    "ServerEvent",
    "ServerLimits",
    "ServerMachine",
    "Suback",
    "Subscribe",
    "Subscribed",
    "SubscriptionTree",
    "Unsuback",
    "Unsubscribe",
    "Unsubscribed",
    "Will",
    "check_filter",
    "check_topic",
    "covers",
    "encode",
    "matches",
]
