from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.cli.output import (
    escape_controls,
    print_fields,
    print_table,
    render_json,
    render_table,
    to_the_second,
)
from ownplug.core.secret import Secret
from ownplug.core.state import Reading


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kettle", "kettle"),
        ("Küche 茶 \u2615", "Küche 茶 \u2615"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),  # a joined emoji is one word
        ("\x1b[2J", r"\x1b[2J"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\nb\r\tc", r"a\x0ab\x0d\x09c"),
        ("\x9b31m", r"\x9b31m"),  # the one-byte form of ESC [
        ("\x7f\x00", r"\x7f\x00"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2066\u200f\ufeff", r"\u2066\u200f\ufeff"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_would_command_a_terminal_is_shown_instead(text: str, shown: str) -> None:
    assert escape_controls(text) == shown


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = escape_controls(text)
    assert not {char for char in shown if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0}
    shown.encode()


def test_line_ends_can_be_kept() -> None:
    assert escape_controls("a\nb\x1b", keep="\n") == "a\nb\\x1b"


@given(
    st.recursive(
        st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=8
    )
)
def test_json_says_the_same_after_all_that(value: object) -> None:
    text = render_json(value)
    assert json.loads(text) == value
    assert not {char for char in text if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0}


def test_json_is_readable_where_it_can_be() -> None:
    assert render_json({"name": "Küche", "x": "\x1b\x9b\u202e\U000e0041"}) == (
        r'{"name": "Küche", "x": "\u001b\u009b\u202e\udb40\udc41"}'
    )


def test_indented_json_keeps_its_lines() -> None:
    assert render_json({"a": "b\u2028"}, indent=2) == '{\n  "a": "b\\u2028"\n}'


def test_values_of_the_house_become_json_and_secrets_stay_secret() -> None:
    reading = Reading(at=datetime(2025, 6, 1, tzinfo=UTC), power_w=1.5, voltage_v=230.0, current_a=0.0)
    assert json.loads(render_json({"reading": reading, "key": Secret("0123")})) == {
        "reading": {"at": "2025-06-01T00:00:00Z", "power_w": 1.5, "voltage_v": 230.0, "current_a": 0.0},
        "key": "***",
    }


def test_a_table_is_aligned_and_has_no_spaces_at_the_ends() -> None:
    assert render_table(("NAME", "STATE"), [("kettle", "on"), ("tv\n", "off")]) == (
        "NAME    STATE\nkettle  on\ntv\\x0a  off"
    )


def test_a_piped_table_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("A", "B"), [("[red]x[/red]", "y")])
    assert capsys.readouterr().out == "A             B\n[red]x[/red]  y\n"


def test_a_table_on_a_terminal_takes_no_markup_from_a_device(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_table(("A",), [("[red]x[/red]\x1b[2J",)])
    assert "[red]x[/red]\\x1b[2J" in capsys.readouterr().out


def test_fields_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    print_fields([("name", "kettle\x1b"), ("mac", "")])
    assert capsys.readouterr().out == "name: kettle\\x1b\nmac:\n"


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-30T23:11:04.754010Z", "2026-11-30T23:11:04Z"),
        ("2026-11-30T23:11:04Z", "2026-11-30T23:11:04Z"),
        ("yesterday.", "yesterday."),
    ],
)
def test_people_are_shown_no_microseconds(moment: str, shown: str) -> None:
    assert to_the_second(moment) == shown
