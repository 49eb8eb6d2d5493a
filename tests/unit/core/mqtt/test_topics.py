from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.mqtt.topics import check_filter, check_topic, covers, is_wild, matches

LEVELS = ("", "a", "b", "$s", "a b")
TOPICS = st.lists(st.sampled_from(LEVELS), min_size=1, max_size=4).map("/".join).filter(bool)


@st.composite
def filters(draw: st.DrawFn) -> str:
    levels = draw(st.lists(st.sampled_from((*LEVELS, "+")), max_size=4))
    if draw(st.booleans()) or not any(levels):
        levels.append("#")
    return "/".join(levels)


def naive_match(topic_filter: str, topic: str) -> bool:
    """An independent judge: the filter as a regular expression."""
    if topic.startswith("$") and not topic_filter.startswith("$"):
        return False
    pattern = re.escape(topic_filter).replace(r"\+", "[^/]*").replace(r"\#", "#")
    pattern = re.sub(r"(^|/)#$", lambda m: "(/.*)?" if m[1] else ".*", pattern)
    return re.fullmatch(pattern, topic) is not None


@pytest.mark.parametrize(
    ("topic_filter", "topic"),
    [  # section 4.7 of the standard, word for word
        ("sport/tennis/player1/#", "sport/tennis/player1"),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking"),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"),
        ("sport/#", "sport"),
        ("#", "anything/at/all"),
        ("sport/tennis/+", "sport/tennis/player1"),
        ("sport/tennis/+", "sport/tennis/player2"),
        ("sport/+", "sport/"),
        ("+", "finance"),
        ("+/+", "/finance"),
        ("/+", "/finance"),
        ("+/tennis/#", "x/tennis"),
        ("$SYS/#", "$SYS/monitor/Clients"),
        ("$SYS/monitor/+", "$SYS/monitor/Clients"),
        ("ACCOUNTS", "ACCOUNTS"),
        ("/appliance/+/publish", "/appliance/1901/publish"),
    ],
)
def test_the_standards_examples_match(topic_filter: str, topic: str) -> None:
    assert matches(topic_filter, topic)


@pytest.mark.parametrize(
    ("topic_filter", "topic"),
    [
        ("sport/tennis/+", "sport/tennis/player1/ranking"),
        ("sport/+", "sport"),
        ("+", "/finance"),
        ("#", "$SYS/monitor/Clients"),
        ("+/monitor/Clients", "$SYS/monitor/Clients"),
        ("ACCOUNTS", "Accounts"),
        ("/finance", "finance"),
        ("sport/tennis/#", "sports"),
    ],
)
def test_the_standards_counterexamples_do_not(topic_filter: str, topic: str) -> None:
    assert not matches(topic_filter, topic)


@given(filters(), TOPICS)
def test_matching_agrees_with_an_independent_matcher(topic_filter: str, topic: str) -> None:
    assert matches(topic_filter, topic) == naive_match(topic_filter, topic)


@given(filters(), filters(), st.lists(TOPICS, max_size=20))
def test_a_filter_that_covers_another_matches_whatever_it_matches(
    granted: str, requested: str, topics: list[str]
) -> None:
    if covers(granted, requested):
        assert all(matches(granted, topic) for topic in topics if matches(requested, topic))


@given(filters(), filters())
def test_a_filter_that_does_not_cover_another_has_a_topic_to_prove_it(granted: str, requested: str) -> None:
    fillings = [requested.replace("+", "z").replace("#", tail) for tail in ("z", "z/z/z/z/z/z", "")]
    fillings += [requested.replace("+", "z").removesuffix("/#"), "z"]
    proofs = [t for t in fillings if t and matches(requested, t) and not matches(granted, t)]
    assert covers(granted, requested) or proofs


@pytest.mark.parametrize(
    ("granted", "requested"),
    [
        ("/appliance/x/+", "/appliance/x/#"),
        ("#", "$SYS/#"),
        ("a/+", "a/b/c"),
        ("a/+/#", "a/#"),
        ("+", "#"),
        ("a", "+"),
    ],
)
def test_a_wish_for_more_than_is_granted_is_not_covered(granted: str, requested: str) -> None:
    assert not covers(granted, requested)


@pytest.mark.parametrize("name", ["a+", "a/#", "#", "+", "", "a\0b", "x" * 65_536, "ä" * 32_768])
def test_a_topic_name_that_may_not_be_published_to_is_malformed(name: str) -> None:
    with pytest.raises(Malformed, match="MQTT-"):
        check_topic(name)


@pytest.mark.parametrize("name", ["a", "/", "//", "$SYS", "a b", "x" * 65_535, "ä" * 32_767, "日本"])
def test_a_strange_but_valid_topic_name_passes(name: str) -> None:
    check_topic(name)
    check_filter(name)


@pytest.mark.parametrize(
    "topic_filter",
    ["sport/tennis#", "sport/tennis/#/ranking", "sport+", "a/+b", "##", "", "#/", "\0", "+" * 2],
)
def test_a_filter_with_a_misplaced_wildcard_is_malformed(topic_filter: str) -> None:
    with pytest.raises(Malformed, match="MQTT-"):
        check_filter(topic_filter)


@given(filters())
def test_every_well_made_filter_passes(topic_filter: str) -> None:
    check_filter(topic_filter)
    assert is_wild(topic_filter) == bool(set(topic_filter) & set("+#"))


def test_what_looks_alike_is_not_the_same_topic() -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert not matches(composed, decomposed)
    assert not matches("Cafe", "cafe")
    assert not matches("a/", "a")
