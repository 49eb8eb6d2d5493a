"""Sessions that outlive their connections: who has one, and what waits in it while nobody is there.

Messages above QoS 0 enter such a session by way of the journal: they are sent once they are on the disk, so that
a kill can neither lose nor double what was acknowledged. While the disk takes nothing, those at QoS 1 are sent from
memory.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, assert_never

from ownplug.core.mqtt import (
    Access,
    IdReleased,
    IdTaken,
    KeptMessage,
    MessageDone,
    MessageKept,
    MessageReceived,
    Progress,
    Publish,
    PublishTemplate,
    QoS,
    Session,
    SessionEnded,
    SessionKey,
    SessionOpened,
    SessionRecord,
    Step,
    SubscriptionDropped,
    SubscriptionKept,
)

if TYPE_CHECKING:
    from ownplug.broker.journal import Journal
    from ownplug.broker.settings import BrokerSettings

_LOG = logging.getLogger(__name__)


class Line(Protocol):
    """The connection through which a session reaches its client now."""

    def deliver(self, template: PublishTemplate, qos: QoS) -> None:
        """Send a message that is not kept."""

    def send_soon(self) -> None:
        """Something has come into the session's outbox."""


class KeptSession:
    """One session, subscribed for as long as it lives.

    Attributes:
        key: whose it is.
        session: what its machine works with.
        away_since_s: when the client went; None while it is there.
    """

    def __init__(
        self, key: SessionKey, session: Session, journal: Journal, overflowed: Callable[[SessionKey], None]
    ) -> None:
        self.key = key
        self.session = session
        self.away_since_s: float | None = None
        self._journal = journal
        self._overflowed = overflowed
        self._line: Line | None = None

    def attach(self, line: Line) -> None:
        """The client is there."""
        self._line = line
        self.away_since_s = None

    def detach(self, line: Line, now_s: float) -> None:
        """The client is gone; harmless when another connection has taken over."""
        if self._line is line:
            self._line = None
            self.away_since_s = now_s
            self.session.outbox.rewind()

    def deliver(self, template: PublishTemplate, qos: QoS) -> None:
        """See `Receiver.deliver`; QoS 0, and what is for now, reaches only who is there."""
        qos = QoS(0) if template.is_for_now else min(qos, template.qos)
        if not qos:
            if self._line is not None:
                self._line.deliver(template, qos)
            return
        packet_id = self.session.outbox.reserve(template)
        if packet_id is None:
            self._overflowed(self.key)
            return
        message = template.message
        kept = KeptMessage(
            packet_id=packet_id,
            qos=qos,
            topic=message.topic,
            payload=message.payload,
            retain=template.is_retained,
        )
        position = self._journal.position
        self._journal.put(MessageKept(key=self.key, message=kept))
        self._journal.after(functools.partial(self._send, template, qos, packet_id), since=position)

    def restrict(self, access: Access) -> list[str]:
        """Take away what the client has no right to any more; return the filters that went."""
        gone = self.session.restrict(access)
        for packet_id in self.session.outbox.keep_only(access.may_subscribe):
            self._journal.put(MessageDone(key=self.key, packet_id=packet_id))
        return gone

    def note(self, progress: Progress) -> None:
        """Have what the machine reported written."""
        key, packet_id = self.key, progress.packet_id
        match progress.step:
            case Step.TAKEN:
                self._journal.put(IdTaken(key=key, packet_id=packet_id))
            case Step.RELEASED:
                self._journal.put(IdReleased(key=key, packet_id=packet_id))
            case Step.RECEIVED:
                self._journal.put(MessageReceived(key=key, packet_id=packet_id))
            case Step.DONE:
                self._journal.note(MessageDone(key=key, packet_id=packet_id))
            case _:
                assert_never(progress.step)

    def restore(self, record: SessionRecord) -> None:
        """Be again what an earlier run of the server left."""
        self.session.subscriptions.update(record.subscriptions)
        self.session.untold.update(record.taken)
        outbox = self.session.outbox
        for packet_id in record.received:
            outbox.restore_received(packet_id)
        for kept in record.messages:
            message = Publish(topic=kept.topic, payload=kept.payload, qos=kept.qos, packet_id=kept.packet_id)
            template = PublishTemplate(message, is_retained=kept.retain)
            outbox.restore(template, kept.qos, kept.packet_id)

    def _send(self, template: PublishTemplate, qos: QoS, packet_id: int) -> None:
        self.session.outbox.put(template, qos, packet_id)
        if self._line is not None:
            self._line.send_soon()


class Book(Protocol):
    """Who is subscribed to what, as far as sessions write in it."""

    def add(self, topic_filter: str, subscriber: KeptSession, qos: QoS) -> bool:
        """Subscribe."""

    def remove(self, topic_filter: str, subscriber: KeptSession) -> bool:
        """Unsubscribe."""

    def drop(self, subscriber: KeptSession) -> None:
        """Unsubscribe from everything."""


class Sessions:
    """All sessions that are kept."""

    def __init__(
        self,
        settings: BrokerSettings,
        journal: Journal,
        subscriptions: Book,
        overflowed: Callable[[SessionKey], None],
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._subscriptions = subscriptions
        self._overflowed = overflowed
        self._limits = settings.limits().outbox
        self._kept: dict[SessionKey, KeptSession] = {}

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def away(self) -> int:
        """How many have nobody there."""
        return sum(kept.away_since_s is not None for kept in self._kept.values())

    def has_room(self, key: SessionKey) -> bool:
        """Whether this client may have a session that is kept."""
        if key in self._kept:
            return True
        of_user = sum(kept.username == key.username for kept in self._kept)
        return (
            len(self._kept) < self._settings.max_sessions and of_user < self._settings.max_sessions_per_user
        )

    def resume(self, key: SessionKey, line: Line, access: Access) -> tuple[KeptSession, bool]:
        """Return the session of a client that has come, and whether it was there before (MQTT-3.2.2-2).

        What the client has no right to any more has been taken out of it.
        """
        kept = self._kept.get(key)
        is_present = kept is not None
        if kept is None:
            kept = self._add(key)
            self._journal.put(SessionOpened(key=key))
        kept.attach(line)
        for topic_filter in kept.restrict(access):
            self.unsubscribe(kept, topic_filter)
        return kept, is_present

    def subscribe(self, kept: KeptSession, topic_filter: str, qos: QoS) -> None:
        """A session has one more subscription."""
        self._subscriptions.add(topic_filter, kept, qos)
        self._journal.put(SubscriptionKept(key=kept.key, topic_filter=topic_filter, qos=qos))

    def unsubscribe(self, kept: KeptSession, topic_filter: str) -> None:
        """A session has one subscription less."""
        self._subscriptions.remove(topic_filter, kept)
        self._journal.put(SubscriptionDropped(key=kept.key, topic_filter=topic_filter))

    def end(self, key: SessionKey) -> None:
        """Forget a session, if there is one: its client wants a clean one, or has been away for too long."""
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._subscriptions.drop(kept)
            self._journal.put(SessionEnded(key=key))

    def end_all_of(self, username: str) -> None:
        """Forget every session of a user that is gone."""
        for key in [key for key in self._kept if key.username == username]:
            self.end(key)

    def expire(self, now_s: float) -> list[SessionKey]:
        """Forget those whose clients have been away for too long; return whose they were."""
        patience_s = self._settings.session_expiry_s
        old = [
            key
            for key, kept in self._kept.items()
            if kept.away_since_s is not None and now_s - kept.away_since_s >= patience_s
        ]
        for key in old:
            _LOG.info("The session of %.100r is forgotten: it stayed away for too long", key.client_id)
            self.end(key)
        return old

    def restore(self, record: SessionRecord, now_s: float) -> bool:
        """Have a session again that an earlier run had. False if there is no room for it any more."""
        if not self.has_room(record.key):
            self._journal.put(SessionEnded(key=record.key))
            return False
        kept = self._add(record.key)
        kept.away_since_s = now_s
        kept.restore(record)
        for topic_filter, qos in record.subscriptions.items():
            self._subscriptions.add(topic_filter, kept, qos)
        return True

    def _add(self, key: SessionKey) -> KeptSession:
        kept = KeptSession(key, Session(self._limits), self._journal, self._overflowed)
        self._kept[key] = kept
        return kept
