"""A client that was let in: what it may do, what it listens to, and the session that may outlive it."""

from __future__ import annotations

from typing import assert_never

from ownplug.broker.ports import Connection
from ownplug.broker.sessions import KeptSession
from ownplug.broker.switchboard import Client, Switchboard
from ownplug.core.mqtt import (
    Access,
    Connect,
    Denied,
    Outbox,
    Progress,
    Publish,
    PublishTemplate,
    QoS,
    Recall,
    RetainedMessage,
    Subscribed,
    Unsubscribed,
    matches,
)

RECALL_STEP = 250
"""Topics that are looked at in one go for a new subscription: well below a millisecond."""

RECALL_MESSAGES, RECALL_BYTES = 500, 64 * 1024
"""Retained messages are fetched when fewer wait for the client, so that they never push others out."""


class Guest:
    """From when a client is let in until it goes.

    Attributes:
        access: what it may do.
        connection: what the listener knows of it.
        kept: its session, if that outlives the connection.
        is_present: that session was there before.
        recall: the search for retained messages, while there is one.
    """

    __slots__ = ("_board", "_client", "access", "connection", "is_present", "kept", "recall")

    def __init__(
        self, board: Switchboard, client: Client, connect: Connect, access: Access, address: str
    ) -> None:
        self._board = board
        self._client = client
        self.access = access
        self.connection: Connection = board.introduce(client, connect, address)
        kept, self.is_present = board.open_session(client, connect, access)
        self.kept: KeptSession | None = kept
        self.recall: Recall | None = None
        board.members.add(self)

    def act(self, event: Subscribed | Unsubscribed | Progress | Denied) -> None:
        """Carry out what the client asked for and has the right to; tell of what it has not."""
        match event:
            case Subscribed():
                self._subscribe(event)
            case Unsubscribed() if self.kept is not None:
                self._board.sessions.unsubscribe(self.kept, event.topic_filter)
            case Unsubscribed():
                self._board.subscriptions.remove(event.topic_filter, self._client)
            case Progress():
                if self.kept is not None:
                    self.kept.note(event)
            case Denied():
                name, deed = (
                    f"{self.connection.client_id[:100]!r} ({self.connection.address})",
                    event.deed.value,
                )
                self._board.warn(f"{deed} {name}", "%s has no right to %s %.200r", name, deed, event.topic)
            case _:
                assert_never(event)

    def leave(self, reason: str, will: Publish | None) -> None:
        """The client is gone: its presence, its subscriptions unless they are kept, then its will."""
        board = self._board
        board.members.discard(self)
        if self.kept is not None:
            self.kept.detach(self._client, board.clock.monotonic())
        board.dismiss(self._client, self.connection, reason)
        if will is not None:
            board.publish(will, self.access, self.connection.username)

    def reconsider(self, username: str, *, is_login_same: bool) -> None:
        """See `Member.reconsider`."""
        if self.connection.username != username:
            return
        if not is_login_same:
            self._client.close("its login was changed")
            return
        for topic_filter in self._board.subscriptions.filters(self.kept or self._client):
            if not self.access.may_subscribe(topic_filter):
                self._board.warn(
                    f"rights {username}", "%r has no right to read %.200r any more", username, topic_filter
                )
                self.act(Unsubscribed(topic_filter=topic_filter))
        if self.kept is not None:
            self.kept.restrict(self.access)

    def fetch(self, outbox: Outbox) -> None:
        """Fetch some of the retained messages that the client is to get; the next some when these are sent."""
        recall = self.recall
        if recall is None or outbox.waiting >= RECALL_MESSAGES or outbox.queued_bytes >= RECALL_BYTES:
            return
        for message, qos in recall.step(RECALL_STEP):
            if self.access.may_subscribe(message.topic):  # rights may have changed meanwhile
                (self.kept or self._client).deliver(_template(message), qos)
        if recall.is_done:
            self.recall = None
        self._client.send_soon()

    def _subscribe(self, event: Subscribed) -> None:
        board = self._board
        if self.kept is not None:
            board.sessions.subscribe(self.kept, event.topic_filter, event.qos)
        else:
            board.subscriptions.add(event.topic_filter, self._client, event.qos)
        board.tell_subscribed(self.connection, event.topic_filter)
        if event.topic_filter[0] == "$":
            self._tell_system(event)
        elif len(board.retained):
            self.recall = self.recall or Recall(board.retained)
            self.recall.ask(event.topic_filter, event.qos)

    def _tell_system(self, event: Subscribed) -> None:
        """`$SYS` is told at once, as if it were retained."""
        for message in self._board.system_messages():
            if matches(event.topic_filter, message.topic):
                self._client.deliver(PublishTemplate(message, is_retained=True), event.qos)


def _template(message: RetainedMessage) -> PublishTemplate:
    packet_id = 1 if message.qos is not QoS.AT_MOST_ONCE else None
    publish = Publish(topic=message.topic, payload=message.payload, qos=message.qos, packet_id=packet_id)
    return PublishTemplate(publish, is_retained=True)
