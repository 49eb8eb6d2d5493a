from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.shell import decode_text, encode_text, erase
from ownplug.core.shell.text import width


@given(st.binary())
def test_every_byte_comes_back(data: bytes) -> None:
    assert encode_text(decode_text(data)) == data
    assert width(decode_text(data)) == len(data)


def test_what_no_byte_can_give_is_a_question_mark() -> None:
    assert encode_text("a\ud800b") == b"a?b"


@pytest.mark.parametrize(
    ("echo", "shown"),
    [
        ("meross hw", "meross hw"),
        ("merd\b \boss", "meross"),
        ("verx\b \b", "ver "),
        ("ab\x7fc", "ac"),
        ("ac\x1b[Dbc", "abc"),
        ("ab\x1b[D\x1b[Cc", "abc"),
        ("\b\b\x1b[Dver", "ver"),
        ("\x1b[Cver", "ver"),
    ],
)
def test_an_echo_shows_what_the_eraser_left(echo: str, shown: str) -> None:
    assert erase(echo) == shown


@given(st.text("ab\b\x7f \x1b[DC", max_size=40))
def test_any_echo_can_be_read(echo: str) -> None:
    assert "\b" not in erase(echo)
