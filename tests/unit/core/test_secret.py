"""A secret shows itself only where it is asked to."""

from __future__ import annotations

import copy
import dataclasses
import doctest
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core import secret
from ownplug.core.secret import Secret

# Lone surrogates too: JSON and command lines can hold them.
any_text = st.text(st.characters() | st.characters(categories=["Cs"]))


def test_the_examples_in_the_docstring_hold() -> None:
    failed, tried = doctest.testmod(secret)
    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize(
    "shown", [str, repr, "{}".format, "{!r}".format, lambda it: f"{[it]}", lambda it: str({"key": it})]
)
def test_no_way_of_printing_shows_the_text(shown: object) -> None:
    assert callable(shown)
    assert "hunter2" not in shown(Secret("hunter2"))


def test_a_dataclass_and_a_log_line_do_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    holder = dataclasses.make_dataclass("Holder", ["key"])(Secret("hunter2"))
    logging.getLogger("test").warning("%s %r", holder, Secret("hunter2"))
    assert "***" in caplog.text
    assert "hunter2" not in caplog.text + repr(copy.copy(holder))


def test_it_has_no_attribute_dictionary_for_a_debugger_or_serializer() -> None:
    assert not hasattr(Secret("hunter2"), "__dict__")


@given(any_text)
def test_reveal_returns_what_was_given(text: str) -> None:
    assert Secret(text).reveal() == text


@given(any_text, any_text)
def test_secrets_are_equal_and_hash_equal_when_their_text_is(one: str, other: str) -> None:
    assert (Secret(one) == Secret(other)) is (one == other)
    assert hash(Secret(one)) == hash(Secret(one))


def test_a_secret_never_equals_its_bare_text() -> None:
    assert Secret("a") != "a"


@pytest.mark.parametrize(("text", "expected"), [("", False), ("0", True)])
def test_only_the_empty_secret_is_false(text: str, expected: bool) -> None:
    assert bool(Secret(text)) is expected
