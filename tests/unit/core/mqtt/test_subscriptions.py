from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ownplug.core.mqtt.packets import QoS
from ownplug.core.mqtt.subscriptions import CACHED_TOPICS, SubscriptionTree
from ownplug.core.mqtt.topics import matches

FILTERS = ("a", "a/b", "a/+", "a/#", "+/b", "#", "+", "$s/#", "+/+/c", "/", "/+", "a/b/c", "+/#")
TOPICS = ("a", "a/b", "a/b/c", "b", "/", "/a", "$s", "$s/b", "x/y/z", "a/", "b/b")
CLIENTS = ("anna", "ben", "carl")
QOSES = st.sampled_from((QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE))


class TreeAgainstList(RuleBasedStateMachine):
    """Whatever is subscribed and taken back, the tree answers like a plain list of filters."""

    def __init__(self) -> None:
        super().__init__()
        self.tree: SubscriptionTree[str] = SubscriptionTree()
        self.plain: dict[tuple[str, str], QoS] = {}

    @rule(topic_filter=st.sampled_from(FILTERS), client=st.sampled_from(CLIENTS), qos=QOSES)
    def add(self, topic_filter: str, client: str, qos: QoS) -> None:
        assert self.tree.add(topic_filter, client, qos) == ((topic_filter, client) not in self.plain)
        self.plain[topic_filter, client] = qos

    @rule(topic_filter=st.sampled_from(FILTERS), client=st.sampled_from(CLIENTS))
    def remove(self, topic_filter: str, client: str) -> None:
        was_there = self.plain.pop((topic_filter, client), None) is not None
        assert self.tree.remove(topic_filter, client) == was_there

    @rule(client=st.sampled_from(CLIENTS))
    def drop(self, client: str) -> None:
        self.tree.drop(client)
        self.plain = {key: qos for key, qos in self.plain.items() if key[1] != client}

    @invariant()
    def answers_are_those_of_the_list(self) -> None:
        for topic in TOPICS:
            expected: dict[str, QoS] = {}
            for (topic_filter, client), qos in self.plain.items():
                if matches(topic_filter, topic):
                    expected[client] = max(qos, expected.get(client, qos))
            assert dict(self.tree.match(topic)) == expected

    @invariant()
    def filters_are_those_of_the_list(self) -> None:
        for client in CLIENTS:
            assert self.tree.filters(client) == {f for f, name in self.plain if name == client}


TestTreeAgainstList = TreeAgainstList.TestCase


def test_overlapping_filters_of_one_client_deliver_once_with_the_highest_qos() -> None:
    tree: SubscriptionTree[str] = SubscriptionTree()
    tree.add("a/+", "anna", QoS.AT_LEAST_ONCE)
    tree.add("a/b", "anna", QoS.AT_MOST_ONCE)
    tree.add("#", "anna", QoS.AT_MOST_ONCE)
    assert tree.match("a/b") == {"anna": QoS.AT_LEAST_ONCE}


def test_nothing_is_left_of_a_subscriber_that_has_gone() -> None:
    tree: SubscriptionTree[str] = SubscriptionTree()
    for topic_filter in FILTERS:
        tree.add(topic_filter, "anna", QoS.AT_MOST_ONCE)
    tree.drop("anna")
    assert (tree._exact, tree._root.below, tree._filters) == ({}, {}, {})


def test_strange_topics_without_end_do_not_fill_the_memory() -> None:
    tree: SubscriptionTree[str] = SubscriptionTree()
    for number in range(CACHED_TOPICS * 2):
        tree.match(f"x/{number}")
    assert len(tree._answers) <= CACHED_TOPICS


def test_long_topics_are_answered_but_not_remembered() -> None:
    tree: SubscriptionTree[str] = SubscriptionTree()
    tree.add("x/#", "anna", QoS.AT_MOST_ONCE)
    for number in range(10):
        assert tree.match(f"x/{number:060000}") == {"anna": QoS.AT_MOST_ONCE}
    assert not tree._answers


@given(st.integers(1, 50))
def test_a_topic_of_many_levels_finds_the_deep_filter(depth: int) -> None:
    tree: SubscriptionTree[str] = SubscriptionTree()
    tree.add("+/" * depth + "end", "anna", QoS.AT_MOST_ONCE)
    assert tree.match("x/" * depth + "end") == {"anna": QoS.AT_MOST_ONCE}
    assert tree.match("x/" * (depth + 1) + "end") == {}


def test_unsubscribing_compares_filters_to_the_letter() -> None:
    tree: SubscriptionTree[str] = SubscriptionTree()
    tree.add("a/#", "anna", QoS.AT_MOST_ONCE)
    for other in ("a/+", "a", "#", "A/#", "a/b"):
        assert not tree.remove(other, "anna")
    assert list(tree.match("a/b")) == ["anna"]
    assert len(tree) == 1
    assert tree.remove("a/#", "anna")
    assert (list(tree.match("a/b")), len(tree)) == ([], 0)
