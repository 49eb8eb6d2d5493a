"""What all connections share: routing, logins that wait for their verdict, counts, and who is told of what."""

from __future__ import annotations

import asyncio
import functools
import itertools
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Protocol

from ownplug.broker.feed import Feed
from ownplug.broker.journal import Journal
from ownplug.broker.outgoing import Outgoing
from ownplug.broker.ports import Connection, Gatekeeper, Listener, SessionStore
from ownplug.broker.sessions import KeptSession, Line, Sessions
from ownplug.broker.settings import BrokerSettings
from ownplug.broker.system import SystemTopics, Traffic
from ownplug.core.mqtt import (
    Access,
    ClientIds,
    Connect,
    ConnectCode,
    Passage,
    Publish,
    PublishTemplate,
    QoS,
    Remembered,
    Retained,
    RetainedDropped,
    RetainedKept,
    RetainedMessage,
    ServerMachine,
    SessionKey,
    SubscriptionTree,
)

if TYPE_CHECKING:
    from ownplug.aio import Clock

_LOG = logging.getLogger(__name__)

MAX_REMEMBERED_WARNINGS = 1_000


class Receiver(Hashable, Protocol):
    """Whoever can get a message: a connection or a local subscriber."""

    def deliver(self, template: PublishTemplate, qos: QoS) -> None:
        """Take a message; never fails, never waits."""


class Client(Receiver, Line, Protocol):
    """A connection, as the switchboard and the server's tasks see it."""

    @property
    def is_held(self) -> bool:
        """Whether its answers wait for the disk."""

    @property
    def deadline_s(self) -> float:
        """When `expire` is to be called."""

    def expire(self) -> None:
        """It was silent for too long."""

    def take_over(self) -> None:
        """Another connection of the same client has come."""

    async def judge(self) -> None:
        """Have the gatekeeper decide on its login."""

    def close(self, reason: str) -> None:
        """End it, after what is due has been sent."""

    def abort(self) -> None:
        """End it at once."""


class Member(Hashable, Protocol):
    """A client that was let in."""

    def reconsider(self, username: str, *, is_login_same: bool) -> None:
        """If it is this user: its rights or its login have changed."""


class LocalSubscriber:
    """A handler in this process."""

    def __init__(self, feed: Feed, handler: Callable[[str, bytes], None]) -> None:
        self._feed = feed
        self._handler = handler

    def deliver(self, template: PublishTemplate, qos: QoS) -> None:
        """See `Receiver.deliver`."""
        message = template.message
        self._feed.put(functools.partial(self._handler, message.topic, message.payload))


class Switchboard:
    """Joins the connections of one server.

    Attributes:
        members: clients that were let in.
        logins: connections whose CONNECT waits for the gatekeeper.
        journal: what is on its way to the disk.
        sessions: those that outlive their connections.
        retained: the last messages of topics, for those who subscribe later.
        outgoing: who has something to send.
        nobody_left: set while there are no connections.
        traffic: counters since the start.
        system: what the server tells of itself.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        gatekeeper: Gatekeeper,
        clock: Clock,
        listener: Listener | None,
        store: SessionStore | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.gatekeeper = gatekeeper
        self.feed = Feed(clock)
        self.outgoing = Outgoing(self.feed, clock)
        self.subscriptions: SubscriptionTree[Receiver] = SubscriptionTree()
        self.journal = Journal(store, clock)
        self.sessions = Sessions(settings, self.journal, self.subscriptions, self._overflowed)
        self.retained = Retained(settings.retained_limits())
        self.logins: asyncio.Queue[Client] = asyncio.Queue()
        self.connections: set[Client] = set()
        self.members: set[Member] = set()
        self.nobody_left = asyncio.Event()
        self.nobody_left.set()
        self.traffic = Traffic()
        self.system = SystemTopics(self.traffic, self._gauges())
        self._started_s = self._told_s = clock.monotonic()
        self._listener = listener
        self._clients: ClientIds[Client] = ClientIds()
        self._by_address: Counter[str] = Counter()
        self._ids = itertools.count(1)
        self._limits = settings.limits()
        self._warned: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()  # messages in this minute, by whom they were for

    def restore(self, remembered: Remembered) -> None:
        """Have again what an earlier run of the server left, as far as the limits of now allow."""
        now_s = self.clock.monotonic()
        for message in remembered.retained:
            if not self.retained.keep(message):
                self.journal.put(RetainedDropped(topic=message.topic))
                _LOG.warning("There is no room for the retained message of %.80r any more", message.topic)
        for record in remembered.sessions:
            if not self.sessions.restore(record, now_s):
                _LOG.warning("There is no room for the session of %r any more", record.key.client_id)

    def enter(self, connection: Client, address: str) -> bool:
        """Count a new connection; False if there are too many."""
        settings = self.settings
        if len(self.connections) >= settings.max_connections:
            self.warn("all", "There are %d connections already; more are turned away", len(self.connections))
            return False
        if self._by_address[address] >= settings.max_connections_per_address:
            count = self._by_address[address]
            self.warn(address, "%s has %d connections already; more are turned away", address, count)
            return False
        self.connections.add(connection)
        self.nobody_left.clear()
        self._by_address[address] += 1
        return True

    def leave(self, connection: Client, address: str) -> None:
        """Count a connection that is gone; harmless for one that was turned away."""
        if connection not in self.connections:
            return
        self.connections.remove(connection)
        if not self.connections:
            self.nobody_left.set()
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def new_machine(self) -> ServerMachine:
        """A machine for a connection that has begun to speak MQTT."""
        return ServerMachine(
            limits=self._limits,
            now_s=self.clock.monotonic(),
            new_client_id=lambda: f"auto-{secrets.token_hex(8)}",
        )

    def introduce(self, receiver: Client, connect: Connect, address: str) -> Connection:
        """Register a client that was let in; whoever had its user name and client id before must go."""
        username = connect.username or ""
        former = self._clients.enter(_key(username, connect.client_id), receiver)
        if former is not None:
            former.take_over()
        connection = Connection(
            id=f"c{next(self._ids)}",
            client_id=connect.client_id,
            username=username,
            address=address,
            at=self.clock.now(),
        )
        if self._listener is not None:
            self.feed.put(functools.partial(self._listener.connected, connection))
        self.traffic.accepted += 1
        _LOG.info("%.100r connected from %s", connection.client_id, address)
        return connection

    def handshake_failed(self, address: str, why: str) -> None:
        """Tell that somebody could not agree with us on TLS."""
        self.warn(address, "TLS handshake of %s failed: %s", address, why)
        if self._listener is not None:
            self.feed.put(functools.partial(self._listener.handshake_failed, address, why))

    async def judge(self, connect: Connect, address: str) -> tuple[Access | None, ConnectCode]:
        """Ask the gatekeeper; return what the client may do, or None and what it is to be told."""
        try:
            async with asyncio.timeout(self.settings.login_timeout_s):
                access = await self.gatekeeper.admit(
                    client_id=connect.client_id,
                    username=connect.username or "",
                    password=connect.password or b"",
                    address=address,
                )
        except TimeoutError as error:
            why = str(error) or "its login took too long to check"
            self.warn("logins", "%.100r from %s is told to come again: %s", connect.client_id, address, why)
            return None, ConnectCode.SERVER_UNAVAILABLE
        if access is None:
            is_anonymous = connect.username is None
            return None, ConnectCode.NOT_AUTHORIZED if is_anonymous else ConnectCode.BAD_LOGIN
        if not connect.clean_session and self.journal.is_stuck:
            self.warn("sessions", "The disk takes nothing: %.100r cannot have a session", connect.client_id)
            return None, ConnectCode.SERVER_UNAVAILABLE
        if not connect.clean_session and not self.sessions.has_room(_session_key(connect)):
            self.warn("sessions", "There are %d kept sessions already; no more", len(self.sessions))
            return None, ConnectCode.SERVER_UNAVAILABLE
        return access, ConnectCode.ACCEPTED

    def open_session(
        self, receiver: Client, connect: Connect, access: Access
    ) -> tuple[KeptSession | None, bool]:
        """Return the session that is kept for a client, None if it wants none, and whether it was there before.

        A clean session ends whatever was kept (MQTT-3.1.2-6).
        """
        key = _session_key(connect)
        if connect.clean_session:
            self.sessions.end(key)
            return None, False
        return self.sessions.resume(key, receiver, access)

    def user_changed(self, username: str, *, is_login_same: bool) -> None:
        """Have the clients of a user live with its new rights, or go."""
        for member in tuple(self.members):
            member.reconsider(username, is_login_same=is_login_same)

    def tell_subscribed(self, connection: Connection, topic_filter: str) -> None:
        """Tell the listener that a client listens."""
        if self._listener is not None:
            self.feed.put(functools.partial(self._listener.subscribed, connection, topic_filter))

    def dismiss(self, receiver: Client, connection: Connection, reason: str) -> None:
        """Forget a client that was let in."""
        self.subscriptions.drop(receiver)
        self._clients.leave(_key(connection.username, connection.client_id), receiver)
        if self._listener is not None:
            self.feed.put(functools.partial(self._listener.disconnected, connection, reason))
        _LOG.info("%.100r from %s is gone: %s", connection.client_id, connection.address, reason)

    def publish(self, message: Publish, access: Access, username: str) -> None:
        """Pass on what a client had the right to publish."""
        self.traffic.received += 1
        passage = self.gatekeeper.screen(message.topic, message.payload, access)
        if passage is not Passage.REFUSED:
            self.route(message, username, is_for_now=passage is Passage.NOW)

    def route(self, message: Publish, owner: str = "", *, is_for_now: bool = False) -> None:
        """Give a message to everyone who asked for it; what is to be retained is on the account of `owner`."""
        if message.retain and not (is_for_now and message.payload):
            self._retain(message, owner)
        receivers = self.subscriptions.match(message.topic)
        if receivers:
            self.traffic.sent += len(receivers)
            template = PublishTemplate(message, is_for_now=is_for_now)
            for receiver, qos in receivers.items():
                receiver.deliver(template, qos)

    def system_messages(self) -> list[Publish]:
        """What the server tells of itself now (`$SYS`); nothing if that is off."""
        if not self.settings.sys_interval_s:
            return []
        values = self.system.values(self.clock.monotonic() - self._started_s)
        return [Publish(topic=topic, payload=text) for topic, text in values.items()]

    def tell_system(self) -> None:
        """Bring averages up to date, and tell those who listen."""
        now_s = self.clock.monotonic()
        self.system.update(now_s - self._told_s)
        self._told_s = now_s
        for message in self.system_messages():
            for receiver, qos in self.subscriptions.match(message.topic).items():
                receiver.deliver(PublishTemplate(message), qos)

    def _gauges(self) -> dict[str, Callable[[], int]]:
        return {
            "clients/connected": lambda: len(self._clients),
            "clients/total": lambda: len(self._clients) + self.sessions.away,
            "retained messages/count": lambda: len(self.retained),
            "retained messages/bytes": lambda: self.retained.size,
            "subscriptions/count": lambda: len(self.subscriptions),
        }

    def _retain(self, message: Publish, owner: str) -> None:
        topic = message.topic
        if self.journal.is_stuck:
            self.warn(f"retained {owner}", "The disk takes nothing: %.80r is only passed on", topic)
            return
        if not message.payload:  # MQTT-3.3.1-10, MQTT-3.3.1-11
            if self.retained.drop(topic):
                self.journal.put(RetainedDropped(topic=topic))
            return
        kept = RetainedMessage(topic=topic, payload=message.payload, qos=message.qos, owner=owner)
        if self.retained.keep(kept):  # MQTT-3.3.1-5, MQTT-3.3.1-7
            self.journal.put(RetainedKept(message=kept))
        else:
            self.warn(f"retained {owner}", "No room to retain %.80r of %r: passed on, not kept", topic, owner)

    def lose(self, whose: str) -> None:
        """Count a message that gave way, because its client reads too slowly or is away for too long."""
        self.traffic.dropped += 1
        if whose in self._lost or len(self._lost) < MAX_REMEMBERED_WARNINGS:
            self._lost[whose] += 1

    def _overflowed(self, key: SessionKey) -> None:
        name = key.client_id
        self.lose(f"the session of {name!r}")
        self.warn(f"full {name}", "The session of %r is full: messages for it are dropped", name)

    def warn(self, about: str, text: str, *args: object) -> None:
        """Log a warning about somebody; the second in a minute goes to debug, for anyone can cause them."""
        is_new = about not in self._warned and len(self._warned) < MAX_REMEMBERED_WARNINGS
        if is_new:
            self._warned[about] = 0
        elif about in self._warned:
            self._warned[about] += 1
        _LOG.log(logging.WARNING if is_new else logging.DEBUG, text, *args)

    def forget_warnings(self) -> None:
        """Begin a new minute, after a word on the last one."""
        for whose, count in self._lost.items():
            _LOG.warning("%d messages for %.200s were dropped in the last minute", count, whose)
        self._lost.clear()
        for about, count in self._warned.items():
            if count:
                _LOG.warning("%d more warnings about %s in the last minute were kept back", count, about)
        self._warned.clear()


def _session_key(connect: Connect) -> SessionKey:
    return SessionKey(connect.username or "", connect.client_id)


def _key(username: str, client_id: str) -> str:
    """A client id belongs to its user: nobody can push out somebody else's client by taking its id."""
    return f"{username}\0{client_id}"
