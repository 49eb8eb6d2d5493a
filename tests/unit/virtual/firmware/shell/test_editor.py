from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.shell import LINE_LIMIT
from ownplug.virtual.firmware.shell.editor import Ended, LineEditor


def type_keys(editor: LineEditor, data: bytes) -> tuple[bytes, list[bytes]]:
    """What was echoed, and the lines that were entered."""
    keyed = [editor.key(code) for code in data]
    return b"".join(key.echo for key in keyed), [key.line for key in keyed if key.ended is Ended.ENTERED]


def on_screen(echo: bytes) -> str:
    """What a terminal shows of an echo that stays on one line."""
    shown: list[str] = []
    at = 0
    for character in echo.decode("utf-8", "surrogateescape"):
        if character == "\b":
            at -= 1
        else:
            shown[at : at + 1] = [character]
            at += 1
    return "".join(shown).rstrip(" ")


def test_echoes_what_is_typed_and_gives_the_line() -> None:
    assert type_keys(LineEditor(), b"meross hw\r") == (b"meross hw\r\n", [b"meross hw"])


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_each_way_to_end_a_line_ends_one_line(end: bytes) -> None:
    echo, lines = type_keys(LineEditor(), b"ip" + end + b"ver" + end)
    assert lines == [b"ip", b"ver"]
    assert echo == b"ip\r\nver\r\n"


def test_two_line_feeds_are_two_lines() -> None:
    assert type_keys(LineEditor(), b"ip\n\n\r\r")[1] == [b"ip", b"", b"", b""]


@pytest.mark.parametrize("eraser", [b"\b", b"\x7f"])
def test_the_eraser_takes_the_last_character_off(eraser: bytes) -> None:
    echo, lines = type_keys(LineEditor(), b"ipp" + eraser + b"\r")
    assert lines == [b"ip"]
    assert echo == b"ipp\b \b\r\n"
    assert type_keys(LineEditor(), eraser * 3 + b"ip\r") == (b"ip\r\n", [b"ip"])


def test_the_eraser_takes_off_a_character_of_several_bytes_as_one() -> None:
    echo, lines = type_keys(LineEditor(), "Caf\u00e9\u20ac".encode() + b"\b\bx\r")
    assert lines == [b"Cafx"]
    assert echo.count(b"\b \b") == 2


def test_control_c_gives_the_line_up() -> None:
    editor = LineEditor()
    keyed = [editor.key(code) for code in b"reboot\x03ip\r"]
    assert [key.ended for key in keyed if key.ended] == [Ended.GIVEN_UP, Ended.ENTERED]
    assert keyed[-1].line == b"ip"


def test_other_control_characters_are_not_taken() -> None:
    assert type_keys(LineEditor(), b"\x00i\tp\x16\x1a\r") == (b"ip\r\n", [b"ip"])


def test_a_line_takes_so_much_and_no_more() -> None:
    echo, lines = type_keys(LineEditor(), b"x" * (LINE_LIMIT + 2) + b"\r")
    assert lines == [b"x" * LINE_LIMIT]
    assert echo == b"x" * LINE_LIMIT + b"\r\n"


def test_cursor_keys_recall_what_was_entered_before() -> None:
    editor = LineEditor()
    type_keys(editor, b"ip\rver\r\r")
    echo, lines = type_keys(editor, b"half\x1b[A")
    assert (on_screen(echo), lines) == ("ver", [])
    assert on_screen(type_keys(editor, b"\x1b[A\x1b[A")[0].removeprefix(b"\b \b" * 3)) == "ip"
    assert type_keys(editor, b"\x1b[B\r")[1] == [b"ver"]
    assert type_keys(editor, b"\x1b[A\x1b[B\r")[1] == [b""]


def test_the_same_line_twice_is_remembered_once() -> None:
    editor = LineEditor()
    type_keys(editor, b"ip\rver\rver\r")
    assert type_keys(editor, b"\x1b[A\x1b[A\r")[1] == [b"ip"]


@pytest.mark.parametrize("key", [b"\x1b[C", b"\x1b[D", b"\x1bOP", b"\x1b[15~", b"\x1b[1;5C", b"\x1bx"])
def test_other_keys_that_send_sequences_do_nothing(key: bytes) -> None:
    assert type_keys(LineEditor(), b"i" + key + b"p\r") == (b"ip\r\n", [b"ip"])


@given(st.binary(max_size=3000))
def test_any_bytes_give_bounded_lines_and_an_echo_of_their_own_size(data: bytes) -> None:
    editor = LineEditor()
    echo, lines = type_keys(editor, data)
    assert all(len(line) <= LINE_LIMIT and b"\r" not in line and b"\n" not in line for line in lines)
    assert len(echo) <= 4 * len(data) + len(data.split(b"\x1b[")) * 4 * LINE_LIMIT
    assert type_keys(editor, b"\x03\x03ip\r")[1][-1:] == [b"ip"] or b"\x1b" in data[-16:]
