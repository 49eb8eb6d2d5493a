"""A client that was let in: what it may do, what it listens to, and the session that may outlive it."""

from __future__ import annotations

from typing import assert_never

from ownplug.broker.ports import Connection
from ownplug.broker.sessions import KeptSession
from ownplug.broker.switchboard import Client, Switchboard
from ownplug.core.mqtt import Access, Connect, Progress, Publish, Subscribed, Unsubscribed


class Guest:
    """From when a client is let in until it goes.

    Attributes:
        access: what it may do.
        connection: what the listener knows of it.
        kept: its session, if that outlives the connection.
        is_present: that session was there before.
    """

    __slots__ = ("_board", "_client", "access", "connection", "is_present", "kept")

    def __init__(
        self, board: Switchboard, client: Client, connect: Connect, access: Access, address: str
    ) -> None:
        self._board = board
        self._client = client
        self.access = access
        self.connection: Connection = board.introduce(client, connect, address)
        kept, self.is_present = board.open_session(client, connect, access)
        self.kept: KeptSession | None = kept

    def act(self, event: Subscribed | Unsubscribed | Progress) -> None:
        """Carry out what the client asked for and has the right to."""
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
            case _:
                assert_never(event)

    def leave(self, reason: str, will: Publish | None) -> None:
        """The client is gone: its presence, its subscriptions unless they are kept, then its will."""
        board = self._board
        if self.kept is not None:
            self.kept.detach(self._client, board.clock.monotonic())
        board.dismiss(self._client, self.connection, reason)
        if will is not None:
            board.publish(will, self.access)

    def _subscribe(self, event: Subscribed) -> None:
        board = self._board
        if self.kept is not None:
            board.sessions.subscribe(self.kept, event.topic_filter, event.qos)
        else:
            board.subscriptions.add(event.topic_filter, self._client, event.qos)
        board.tell_subscribed(self.connection, event.topic_filter)
