"""What is seen of a plug, and what that means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.pairing import Cause, Sight, Target, Word, diagnose, facts, last_guess

HOME = Target(ssid="Home", host="192.168.1.10", port=8883, was_heard=True)
NAMED = replace(HOME, host="hub.lan")
CAME = Sight(address="192.168.1.50")
PAIRING = Word(is_pairing=True)


@pytest.mark.parametrize(
    ("sight", "word", "cause"),
    [
        (Sight(), None, None),
        (Sight(), Word(), None),  # it is in the network: its connection may come
        (CAME, None, None),
        (replace(CAME, clock_questions=4), None, None),
        (replace(CAME, clock_questions=9, binds=1), None, None),
        (Sight(failed_handshakes=("no.",)), None, None),  # once may be chance
        (replace(CAME, failed_handshakes=("no.", "no.")), None, None),  # that was somebody else
        (Sight(refused_logins=("another key",)), None, Cause.LOGIN_REFUSED),
        (Sight(failed_handshakes=("no.", "no.")), None, Cause.TLS_REFUSED),
        (Sight(), Word(refuses_key=True), Cause.WRONG_KEY),
        (Sight(), replace(PAIRING, hears=False), Cause.WIFI_ABSENT),
        (Sight(), PAIRING, Cause.WIFI_PASSWORD),  # it heard the network before, and its scan failed now
        (Sight(), replace(PAIRING, hears=True), Cause.WIFI_PASSWORD),
        (Sight(), replace(PAIRING, hears=True, signal=40), Cause.WIFI_PASSWORD),
        (replace(CAME, clock_questions=5), None, Cause.CLOCK_UNANSWERED),
        (replace(CAME, clock_questions=1), PAIRING, Cause.CLOCK_UNANSWERED),
        (replace(CAME, clock_questions=1, binds=2), None, Cause.BIND_UNANSWERED),
        (replace(CAME, binds=1), PAIRING, Cause.BIND_UNANSWERED),
    ],
)
def test_what_is_certain(sight: Sight, word: Word | None, cause: Cause | None) -> None:
    found = diagnose(sight, word, HOME)
    assert (found.code if found else None) == (cause.code if cause else None)


@pytest.mark.parametrize(
    ("sight", "word", "target", "cause"),
    [
        (Sight(), None, HOME, Cause.UNSEEN),
        (Sight(), None, replace(HOME, was_heard=False), Cause.WIFI_ABSENT),
        (Sight(failed_handshakes=("no.",)), None, HOME, Cause.TLS_REFUSED),
        (Sight(), Word(), HOME, Cause.NO_TIME),
        (Sight(), Word(knows_time=True), HOME, Cause.PORT_CLOSED),
        (Sight(), Word(), NAMED, Cause.NAME_UNKNOWN),
        (CAME, None, HOME, Cause.CLOCK_UNANSWERED),
        (replace(CAME, binds=1), None, HOME, Cause.BIND_UNANSWERED),
    ],
)
def test_what_is_most_likely_when_the_time_is_up(
    sight: Sight, word: Word | None, target: Target, cause: Cause
) -> None:
    assert last_guess(sight, word, target, 90).code == cause.code


@pytest.mark.parametrize(("answers", "said"), [(True, "do not reach it"), (False, "nobody answers there")])
def test_who_is_to_blame_for_a_question_without_an_answer(answers: bool, said: str) -> None:
    sight = replace(CAME, clock_questions=5, answers_clock=answers)
    assert said in str(diagnose(sight, None, HOME))


def test_of_a_failed_handshake_only_the_reason_is_told() -> None:
    why = (
        "The far side ended the TLS handshake: unknown ca. The client offered TLS 1.2 with a page of ciphers."
    )
    told = str(diagnose(Sight(failed_handshakes=(why, why)), None, HOME))
    assert told.endswith("and TLS failed 2 times: The far side ended the TLS handshake: unknown ca.")


def test_each_cause_has_a_name_of_its_own_and_a_remedy() -> None:
    assert len({cause.code for cause in Cause}) == len(Cause) == 12
    assert all(cause.remedy.endswith((".", "?")) for cause in Cause)


SIGHTS = st.builds(
    Sight,
    address=st.sampled_from(["", "10.0.0.7"]),
    clock_questions=st.integers(0, 20),
    binds=st.integers(0, 3),
    answers_clock=st.sampled_from([True, False, None]),
    answers_bind=st.sampled_from([True, False, None]),
    refused_logins=st.lists(st.text(max_size=20), max_size=2).map(tuple),
    failed_handshakes=st.lists(st.text(max_size=20), max_size=3).map(tuple),
)
WORDS = st.none() | st.builds(
    Word,
    is_pairing=st.booleans(),
    refuses_key=st.booleans(),
    trace=st.text(max_size=20),
    signal=st.none() | st.integers(0, 100),
    knows_time=st.booleans(),
)


@given(SIGHTS, WORDS, st.sampled_from([HOME, NAMED]))
def test_any_evidence_ends_in_a_sentence_and_a_remedy(
    sight: Sight, word: Word | None, target: Target
) -> None:
    for found in (diagnose(sight, word, target), last_guess(sight, word, target, 90)):
        if found is not None:
            assert found.code in {cause.code for cause in Cause}
            assert str(found)
            assert found.hint


def test_facts_are_what_was_seen_and_nothing_else() -> None:
    assert facts(Sight(), None, HOME) == [("server", "192.168.1.10:8883")]
    sight = replace(CAME, clock_questions=5, failed_handshakes=("no.",))
    word = Word(is_pairing=True, trace="no such network (code 4)", hears=False, signal=0)
    assert facts(sight, word, HOME) == [
        ("server", "192.168.1.10:8883"),
        ("came-from", "192.168.1.50"),
        ("clock-questions", "5"),
        ("failed-handshakes", "1"),
        ("hears-network", "no"),
        ("signal-percent", "0"),
        ("own-record", "no such network (code 4)"),
        ("is-pairing", "yes"),
        ("knows-time", "no"),
    ]
