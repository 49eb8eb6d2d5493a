"""What the MQTT server remembers beyond connections, as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, assert_never

from ownplug.core.mqtt import (
    Change,
    IdReleased,
    IdTaken,
    KeptMessage,
    MessageDone,
    MessageKept,
    MessageReceived,
    QoS,
    Remembered,
    RetainedDropped,
    RetainedKept,
    RetainedMessage,
    SessionEnded,
    SessionKey,
    SessionOpened,
    SessionRecord,
    SubscriptionDropped,
    SubscriptionKept,
)
from ownplug.store.sqlite import Database, Statement

_KEEP_RETAINED = "INSERT OR REPLACE INTO mqtt_retained (topic, payload, qos, owner) VALUES (?, ?, ?, ?)"
_DROP_RETAINED = "DELETE FROM mqtt_retained WHERE topic = ?"
_OPEN_SESSION = "INSERT OR IGNORE INTO mqtt_session (username, client_id) VALUES (?, ?)"
_END_SESSION = "DELETE FROM mqtt_session WHERE username = ? AND client_id = ?"

# What belongs to a session that is gone meanwhile is not an error: then there is nothing to do.
_KEEP_SUBSCRIPTION = """
    INSERT OR REPLACE INTO mqtt_subscription (session, filter, qos)
    SELECT id, ?, ? FROM mqtt_session WHERE username = ? AND client_id = ?"""
_DROP_SUBSCRIPTION = """
    DELETE FROM mqtt_subscription
    WHERE filter = ? AND session = (SELECT id FROM mqtt_session WHERE username = ? AND client_id = ?)"""
_KEEP_MESSAGE = """
    INSERT OR REPLACE INTO mqtt_message (session, packet_id, qos, topic, payload, retain)
    SELECT id, ?, ?, ?, ?, ? FROM mqtt_session WHERE username = ? AND client_id = ?"""
_RECEIVE_MESSAGE = """
    INSERT OR REPLACE INTO mqtt_message (session, packet_id, qos)
    SELECT id, ?, 2 FROM mqtt_session WHERE username = ? AND client_id = ?"""
_END_MESSAGE = """
    DELETE FROM mqtt_message
    WHERE packet_id = ? AND session = (SELECT id FROM mqtt_session WHERE username = ? AND client_id = ?)"""
_TAKE_ID = """
    INSERT OR REPLACE INTO mqtt_taken (session, packet_id)
    SELECT id, ? FROM mqtt_session WHERE username = ? AND client_id = ?"""
_RELEASE_ID = """
    DELETE FROM mqtt_taken
    WHERE packet_id = ? AND session = (SELECT id FROM mqtt_session WHERE username = ? AND client_id = ?)"""


class MqttStore:
    """The MQTT server's memory in the home's database; fits `ownplug.broker.SessionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Remembered:
        """Return all that is on the disk, in the order in which it came."""
        read = self._database.all
        retained = await read(
            "SELECT topic, payload, qos, owner FROM mqtt_retained ORDER BY rowid", _retained
        )
        keys = await read("SELECT id, username, client_id FROM mqtt_session ORDER BY id", tuple)
        subscriptions = _grouped(await read("SELECT session, filter, qos FROM mqtt_subscription", tuple))
        waiting = _grouped(
            await read(
                "SELECT session, packet_id, qos, topic, payload, retain FROM mqtt_message"
                " WHERE topic IS NOT NULL ORDER BY number",
                tuple,
            )
        )
        received = _grouped(
            await read(
                "SELECT session, packet_id FROM mqtt_message WHERE topic IS NULL ORDER BY number", tuple
            )
        )
        taken = _grouped(await read("SELECT session, packet_id FROM mqtt_taken", tuple))
        sessions = tuple(
            SessionRecord(
                key=SessionKey(username, client_id),
                subscriptions={topic_filter: QoS(qos) for topic_filter, qos in subscriptions[number]},
                messages=tuple(map(_message, waiting[number])),
                received=tuple(packet_id for (packet_id,) in received[number]),
                taken=tuple(packet_id for (packet_id,) in taken[number]),
            )
            for number, username, client_id in keys
        )
        return Remembered(retained=tuple(retained), sessions=sessions)

    async def write(self, changes: Sequence[Change]) -> None:
        """Apply the changes in order, all or none; when this returns they are on the disk."""
        await self._database.write_all([_statement(change) for change in changes])


def forget_user(name: str) -> list[Statement]:
    """Remove all that is kept for a user or from it."""
    return [
        ("DELETE FROM mqtt_session WHERE username = ?", (name,)),
        ("DELETE FROM mqtt_retained WHERE owner = ?", (name,)),
    ]


def _statement(change: Change) -> Statement:
    match change:
        case RetainedKept(message=message):
            return _KEEP_RETAINED, (message.topic, message.payload, message.qos, message.owner)
        case RetainedDropped(topic=topic):
            return _DROP_RETAINED, (topic,)
        case SessionOpened(key=key) | SessionEnded(key=key):
            return _OPEN_SESSION if isinstance(change, SessionOpened) else _END_SESSION, key
        case SubscriptionKept(key=key):
            return _KEEP_SUBSCRIPTION, (change.topic_filter, change.qos, *key)
        case SubscriptionDropped(key=key):
            return _DROP_SUBSCRIPTION, (change.topic_filter, *key)
        case _:
            return _of_message(change)


def _of_message(change: MessageKept | MessageReceived | MessageDone | IdTaken | IdReleased) -> Statement:
    match change:
        case MessageKept(key=key, message=kept):
            values = (kept.packet_id, kept.qos, kept.topic, kept.payload, int(kept.retain))
            return _KEEP_MESSAGE, (*values, *key)
        case MessageReceived(key=key, packet_id=packet_id):  # as the last: PUBREL has the order of PUBREC
            return _RECEIVE_MESSAGE, (packet_id, *key)
        case MessageDone(key=key, packet_id=packet_id):
            return _END_MESSAGE, (packet_id, *key)
        case IdTaken(key=key, packet_id=packet_id):
            return _TAKE_ID, (packet_id, *key)
        case IdReleased(key=key, packet_id=packet_id):
            return _RELEASE_ID, (packet_id, *key)
        case _:
            assert_never(change)


def _grouped(rows: list[tuple[Any, ...]]) -> defaultdict[int, list[tuple[Any, ...]]]:
    """What belongs to each session, by its number in the table."""
    by_session: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for session, *rest in rows:
        by_session[session].append(tuple(rest))
    return by_session


def _message(row: tuple[Any, ...]) -> KeptMessage:
    packet_id, qos, topic, payload, retain = row
    return KeptMessage(
        packet_id=packet_id, qos=QoS(qos), topic=topic, payload=bytes(payload), retain=bool(retain)
    )


def _retained(row: tuple[Any, ...]) -> RetainedMessage:
    topic, payload, qos, owner = row
    return RetainedMessage(topic=topic, payload=bytes(payload), qos=QoS(qos), owner=owner)
