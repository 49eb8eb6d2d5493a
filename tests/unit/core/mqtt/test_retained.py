from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.mqtt.kept import RetainedMessage
from ownplug.core.mqtt.packets import QoS
from ownplug.core.mqtt.retained import OVERHEAD, Recall, Retained, RetainedLimits
from ownplug.core.mqtt.topics import matches

Q1 = QoS.AT_LEAST_ONCE


def message(topic: str, payload: bytes = b"1", owner: str = "anna") -> RetainedMessage:
    return RetainedMessage(topic=topic, payload=payload, qos=Q1, owner=owner)


def found(retained: Retained, topic_filter: str) -> list[str]:
    recall = Recall(retained)
    recall.ask(topic_filter, Q1)
    topics = []
    while not recall.is_done:
        topics += [message.topic for message, _ in recall.step(2)]
    return topics


def test_the_newest_message_of_a_topic_is_kept() -> None:
    retained = Retained(RetainedLimits())
    assert retained.keep(message("a", b"1"))
    assert retained.keep(message("a", b"22"))
    assert (len(retained), retained.get("a")) == (1, message("a", b"22"))
    assert retained.size == len("a") + 2 + OVERHEAD
    assert retained.drop("a")
    assert not retained.drop("a")
    assert (len(retained), retained.size, retained.get("a")) == (0, 0, None)


def test_a_user_has_a_share_and_others_keep_theirs() -> None:
    retained = Retained(RetainedLimits(max_messages=4, max_messages_per_user=2))
    assert [retained.keep(message(str(n))) for n in range(3)] == [True, True, False]
    assert [retained.keep(message(f"b{n}", owner="ben")) for n in range(3)] == [True, True, False]
    assert not retained.keep(message("c", owner="carl"))
    assert retained.keep(message("0", b"newer"))
    assert retained.drop("1")
    assert retained.keep(message("3"))


def test_bytes_are_bounded_too_and_a_refused_message_leaves_the_former_one() -> None:
    retained = Retained(RetainedLimits(max_bytes_per_user=OVERHEAD + 10))
    assert retained.keep(message("a", b"123456789"))
    assert not retained.keep(message("a", b"1234567890"))
    assert retained.get("a") == message("a", b"123456789")
    retained = Retained(RetainedLimits(max_bytes=OVERHEAD + 10))
    assert not retained.keep(message("a", b"1234567890"))
    assert (len(retained), retained.size) == (0, 0)


def test_whoever_replaces_a_message_has_it_on_his_account() -> None:
    retained = Retained(RetainedLimits(max_messages_per_user=1))
    assert retained.keep(message("a"))
    assert retained.keep(message("a", owner="ben"))
    assert retained.keep(message("b"))
    assert not retained.keep(message("c", owner="ben"))


def test_all_messages_of_one_user_go_and_make_room() -> None:
    retained = Retained(RetainedLimits(max_messages_per_user=2))
    for topic, owner in (("a", "anna"), ("b", "ben"), ("c", "anna")):
        assert retained.keep(message(topic, owner=owner))
    assert retained.keep(message("a", owner="ben"))  # it was the last to write there
    assert retained.drop_all_of("anna") == ["c"]
    assert retained.drop_all_of("anna") == []
    assert found(retained, "#") == ["a", "b"]
    assert retained.keep(message("c", owner="anna"))
    assert not retained.keep(message("d", owner="ben"))


def test_a_message_that_goes_during_the_search_is_not_found_and_a_newer_one_is() -> None:
    retained = Retained(RetainedLimits())
    for topic in "abc":
        retained.keep(message(topic))
    recall = Recall(retained)
    recall.ask("#", Q1)
    assert [m.topic for m, _ in recall.step(1)] == ["a"]
    retained.drop("b")
    retained.keep(message("c", b"newer"))
    assert recall.step(9) == [(message("c", b"newer"), Q1)]
    assert recall.is_done
    assert recall.step(9) == []


def test_each_filter_is_looked_up_once_however_often_it_waits() -> None:
    retained = Retained(RetainedLimits())
    retained.keep(message("a"))
    recall = Recall(retained)
    for qos in (Q1, QoS.AT_MOST_ONCE):
        recall.ask("a", qos)
    assert recall.step(9) == [(message("a"), QoS.AT_MOST_ONCE)]
    assert recall.is_done


TOPICS = st.lists(st.sampled_from(["a", "b", "", "$SYS"]), min_size=1, max_size=4).map("/".join).filter(bool)
FILTERS = st.lists(st.sampled_from(["a", "b", "+", ""]), min_size=1, max_size=4).map("/".join).filter(bool)


@given(st.sets(TOPICS), st.one_of(FILTERS, FILTERS.map(lambda f: f"{f}/#"), st.just("#")))
def test_what_matches_is_found(topics: set[str], topic_filter: str) -> None:
    retained = Retained(RetainedLimits())
    for topic in topics:
        retained.keep(message(topic))
    assert sorted(found(retained, topic_filter)) == sorted(t for t in topics if matches(topic_filter, t))
