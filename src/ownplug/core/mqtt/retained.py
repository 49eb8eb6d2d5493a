"""The last message of each topic, kept for those who subscribe later: bounded in all and for each user.

What is over a limit is refused, never pushed out: a user cannot make the messages of others disappear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ownplug.core.mqtt.kept import RetainedMessage
from ownplug.core.mqtt.packets import QoS
from ownplug.core.mqtt.topics import is_wild, matches

OVERHEAD = 200
"""Bytes that a retained message costs beside its topic and payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedLimits:
    """How much is kept."""

    max_messages: int = 20_000
    """Messages in all."""
    max_bytes: int = 32 * 1024 * 1024
    """Bytes in all, `OVERHEAD` for each message included."""
    max_messages_per_user: int = 5_000
    """Messages of one user."""
    max_bytes_per_user: int = 8 * 1024 * 1024
    """Bytes of one user."""


class Retained:
    """Retained messages by topic.

    Attributes:
        size: bytes of all, `OVERHEAD` included.
    """

    def __init__(self, limits: RetainedLimits) -> None:
        self._limits = limits
        self._messages: dict[str, RetainedMessage] = {}
        self._counts: Counter[str] = Counter()  # by owner
        self._sizes: Counter[str] = Counter()
        self.size = 0

    def __len__(self) -> int:
        return len(self._messages)

    def keep(self, message: RetainedMessage) -> bool:
        """Have this as the message of its topic from now on. False if it is over a limit: nothing has changed."""
        former = self._messages.get(message.topic)
        if former is not None:
            self._discharge(former)
        if not self._has_room(message):
            if former is not None:
                self._charge(former)
            return False
        self._charge(message)
        self._messages[message.topic] = message
        return True

    def drop(self, topic: str) -> bool:
        """Have no message for this topic any more (MQTT-3.3.1-10). True if there was one."""
        former = self._messages.pop(topic, None)
        if former is not None:
            self._discharge(former)
        return former is not None

    def drop_all_of(self, owner: str) -> list[str]:
        """Have no message of this user any more; return the topics that had one."""
        topics = [topic for topic, message in self._messages.items() if message.owner == owner]
        for topic in topics:
            self.drop(topic)
        return topics

    def get(self, topic: str) -> RetainedMessage | None:
        """The message of a topic."""
        return self._messages.get(topic)

    def candidates(self, topic_filter: str) -> tuple[str, ...]:
        """Topics among which are all that the filter matches, in no time even if there are many."""
        if is_wild(topic_filter):
            return tuple(self._messages)
        return (topic_filter,) if topic_filter in self._messages else ()

    def _has_room(self, message: RetainedMessage) -> bool:
        limits, owner, size = self._limits, message.owner, _size(message)
        return (
            len(self._messages) - (message.topic in self._messages) < limits.max_messages
            and self.size + size <= limits.max_bytes
            and self._counts[owner] < limits.max_messages_per_user
            and self._sizes[owner] + size <= limits.max_bytes_per_user
        )

    def _charge(self, message: RetainedMessage) -> None:
        size = _size(message)
        self.size += size
        self._counts[message.owner] += 1
        self._sizes[message.owner] += size

    def _discharge(self, message: RetainedMessage) -> None:
        owner, size = message.owner, _size(message)
        self.size -= size
        self._counts[owner] -= 1
        self._sizes[owner] -= size
        if not self._counts[owner]:
            del self._counts[owner], self._sizes[owner]


class Recall:
    """The search for what new subscriptions are to get, in steps, so that it holds nobody up.

    A message is looked up when it is its turn: whoever is slow gets the newest.
    """

    def __init__(self, retained: Retained) -> None:
        self._retained = retained
        self._wanted: dict[str, QoS] = {}
        self._topics: Iterator[str] = iter(())
        self._filter, self._qos = "", QoS.AT_MOST_ONCE
        self._is_done = True

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to look for."""
        return self._is_done and not self._wanted

    def ask(self, topic_filter: str, qos: QoS) -> None:
        """Look for what this filter matches, once more if it was asked for before (MQTT-3.8.4-3)."""
        self._wanted[topic_filter] = qos

    def step(self, count: int) -> list[tuple[RetainedMessage, QoS]]:
        """Look at so many topics; return what is to be sent, and at which QoS at most."""
        if self._is_done:
            if not self._wanted:
                return []
            self._filter = next(iter(self._wanted))
            self._qos = self._wanted.pop(self._filter)
            self._topics = iter(self._retained.candidates(self._filter))
            self._is_done = False
        found = []
        for _ in range(count):
            topic = next(self._topics, None)
            if topic is None:
                self._is_done = True
                break
            message = self._retained.get(topic)
            if message is not None and matches(self._filter, topic):
                found.append((message, self._qos))
        return found


def _size(message: RetainedMessage) -> int:
    return len(message.topic) + len(message.payload) + OVERHEAD
