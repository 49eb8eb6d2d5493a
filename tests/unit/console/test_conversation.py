"""Whatever pieces the bytes come in, and whatever is printed between them, the answer is the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.console.scripted import LOG

from ownplug.console.conversation import Answer, Conversation
from ownplug.core.shell import Command, LogLine, replies

HW = Command("meross hw")


def converse(pieces: Iterable[bytes]) -> Answer | None:
    """Ask at a prompt for `meross hw`, and hear this."""
    conversation = Conversation()
    conversation.receive(b"$ meross hw")
    assert conversation.at_prompt
    assert conversation.pending == "meross hw"
    conversation.expect(HW, "meross hw")
    for piece in pieces:
        conversation.receive(piece)
    return conversation.answer


@pytest.fixture(scope="session")
def said(answers: Mapping[str, bytes]) -> bytes:
    """What follows the echo on the page."""
    return b"\r\n" + answers["meross hw"] + b"$ "


def cut(text: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(place % len(text) for place in places), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges)]


@given(places=st.lists(st.integers(0, 10_000)))
def test_any_split_of_the_bytes_is_the_same_answer(said: bytes, places: list[int]) -> None:
    assert converse(cut(said, places)) == converse([said])


@given(
    places=st.lists(st.integers(0, 10_000), min_size=1, max_size=5), split=st.lists(st.integers(0, 10_000))
)
def test_log_lines_anywhere_are_taken_out(said: bytes, places: list[int], split: list[int]) -> None:
    body = said.removesuffix(b"$ ")
    disturbed = LOG.join(cut(body, places)) + b"$ "

    answer = converse(cut(disturbed, split))

    undisturbed = converse([said])
    assert answer is not None
    assert undisturbed is not None
    assert isinstance(answer.reply, replies.Hardware)
    assert answer.reply == undisturbed.reply
    assert sum(isinstance(aside, LogLine) for aside in answer.asides) == len(places)


@given(noise=st.lists(st.binary(max_size=200), max_size=20))
def test_noise_of_any_kind_neither_fails_nor_stays(noise: list[bytes]) -> None:
    conversation = Conversation()
    conversation.expect(HW, "meross hw")
    for piece in noise:
        conversation.receive(piece)
    conversation.give_up()
    conversation.receive(b"\r\n$ ")
    assert conversation.at_prompt


def test_an_answer_without_an_echo_keeps_its_first_line() -> None:
    conversation = Conversation()
    conversation.receive(b"$ ")
    conversation.expect(HW, "meross hw")
    conversation.receive(b"hardware info\r\nmodel     :mss310\r\n$ ")
    assert conversation.answer is not None
    assert conversation.answer.lines == ("hardware info", "model     :mss310")


def test_a_line_of_any_length_is_one_line() -> None:
    conversation = Conversation()
    conversation.receive(b"$ meross hw")
    conversation.expect(HW, "meross hw")
    conversation.receive(b"\r\n")
    for _ in range(100):
        conversation.receive(b"x" * 1000)
    conversation.receive(b"\r\n$ ")
    assert conversation.answer is not None
    assert conversation.answer.lines == ("x" * 100_000,)


def test_what_nobody_asked_for_is_no_answer(said: bytes) -> None:
    conversation = Conversation()
    conversation.receive(said)
    assert conversation.answer is None
    assert conversation.at_prompt


def test_only_so_many_asides_are_kept() -> None:
    conversation = Conversation()
    conversation.receive(b"$ meross hw")
    conversation.expect(HW, "meross hw")
    conversation.receive(b"\r\n" + LOG * 3000 + b"$ ")
    assert conversation.answer is not None
    assert len(conversation.answer.asides) == 1000
