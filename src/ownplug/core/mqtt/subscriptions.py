"""Who gets a message: filters of many subscribers, looked up by topic.

Filters without wildcards, nearly all of a home's, are found in one dictionary; the rest in a tree by level.
The answer for a topic is remembered until a change of subscriptions could alter it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

from ownplug.core.mqtt.packets import QoS
from ownplug.core.mqtt.topics import is_wild

T = TypeVar("T", bound=Hashable)

CACHED_TOPICS = 4096
"""Answers that are remembered; beyond it all are forgotten, so strange topics cannot eat memory."""

CACHED_TOPIC_LENGTH = 256
"""Characters of a topic whose answer is remembered: one may have 65,535. A plug's topic has 53 at most."""


class _Node(Generic[T]):
    """One level of the wildcard tree; `here` are the filters that end at it."""

    __slots__ = ("below", "here")

    def __init__(self) -> None:
        self.here: dict[T, QoS] = {}
        self.below: dict[str, _Node[T]] = {}


class SubscriptionTree(Generic[T]):
    """Filters and their subscribers. Filters must be valid (`check_filter`)."""

    def __init__(self) -> None:
        self._exact: dict[str, dict[T, QoS]] = {}
        self._root: _Node[T] = _Node()
        self._filters: dict[T, set[str]] = {}
        self._answers: dict[str, Mapping[T, QoS]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._filters.values()))

    def add(self, topic_filter: str, subscriber: T, qos: QoS) -> bool:
        """Subscribe; the same filter again replaces its QoS (MQTT-3.8.4-3). True if it is new."""
        here = self._place(topic_filter)
        is_new = subscriber not in here
        here[subscriber] = qos
        self._filters.setdefault(subscriber, set()).add(topic_filter)
        self._forget(topic_filter)
        return is_new

    def remove(self, topic_filter: str, subscriber: T) -> bool:
        """Unsubscribe from exactly this filter (MQTT-3.10.4-1). True if it was there."""
        filters = self._filters.get(subscriber, set())
        if topic_filter not in filters:
            return False
        filters.remove(topic_filter)
        if not filters:
            del self._filters[subscriber]
        self._take_out(topic_filter, subscriber)
        self._forget(topic_filter)
        return True

    def drop(self, subscriber: T) -> None:
        """Unsubscribe from everything."""
        for topic_filter in tuple(self._filters.get(subscriber, ())):
            self.remove(topic_filter, subscriber)

    def filters(self, subscriber: T) -> frozenset[str]:
        """What this subscriber asked for."""
        return frozenset(self._filters.get(subscriber, ()))

    def match(self, topic: str) -> Mapping[T, QoS]:
        """Everyone who gets a message on this topic.

        A subscriber with several filters that match gets it once, with the highest QoS (MQTT-3.3.5-1).
        """
        answer = self._answers.get(topic)
        if answer is None:
            answer = self._search(topic)
            if len(topic) <= CACHED_TOPIC_LENGTH:
                self._remember(topic, answer)
        return answer

    def _remember(self, topic: str, answer: Mapping[T, QoS]) -> None:
        if len(self._answers) >= CACHED_TOPICS:
            self._answers.clear()
        self._answers[topic] = answer

    def _place(self, topic_filter: str) -> dict[T, QoS]:
        if not is_wild(topic_filter):
            return self._exact.setdefault(topic_filter, {})
        node = self._root
        for level in topic_filter.split("/"):
            node = node.below.setdefault(level, _Node())
        return node.here

    def _take_out(self, topic_filter: str, subscriber: T) -> None:
        if not is_wild(topic_filter):
            here = self._exact[topic_filter]
            del here[subscriber]
            if not here:
                del self._exact[topic_filter]
            return
        levels = topic_filter.split("/")
        path = [self._root]
        for level in levels:
            path.append(path[-1].below[level])
        del path[-1].here[subscriber]
        for level in reversed(levels):  # nodes that nobody needs any more
            node = path.pop()
            if node.here or node.below:
                return
            del path[-1].below[level]

    def _forget(self, topic_filter: str) -> None:
        if is_wild(topic_filter):
            self._answers.clear()
        else:
            self._answers.pop(topic_filter, None)

    def _search(self, topic: str) -> Mapping[T, QoS]:
        found = dict(self._exact.get(topic, ()))
        if self._root.below:
            for here in self._wild(topic):
                for subscriber, qos in here.items():
                    if qos >= found.get(subscriber, QoS.AT_MOST_ONCE):
                        found[subscriber] = qos
        return found

    def _wild(self, topic: str) -> list[dict[T, QoS]]:
        """The subscribers of each wildcard filter that matches, one level of the topic after the other."""
        hits: list[dict[T, QoS]] = []
        nodes = [self._root]
        wildcards_allowed = topic[0] != "$"  # MQTT-4.7.2-1, for the first level only
        for level in topic.split("/"):
            deeper: list[_Node[T]] = []
            for node in nodes:
                below = node.below
                if wildcards_allowed and "#" in below:
                    hits.append(below["#"].here)
                if wildcards_allowed and "+" in below:
                    deeper.append(below["+"])
                if level in below:
                    deeper.append(below[level])
            wildcards_allowed = True
            nodes = deeper
            if not nodes:
                return hits
        hits.extend(node.here for node in nodes)
        hits.extend(node.below["#"].here for node in nodes if "#" in node.below)
        return hits
