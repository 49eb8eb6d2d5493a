from __future__ import annotations

import pytest

from ownplug.core.shell.template import LONGEST_LINE, Template


def test_a_line_is_written_and_read_by_one_description() -> None:
    template = Template("v:{volts:int} (ratio:{ratio:int})")
    assert template.names == ("volts", "ratio")
    assert template.match("v:0 (ratio:188)") == {"volts": 0, "ratio": 188}


@pytest.mark.parametrize(
    "line", ["v:00 (ratio:188)", "v:0 (ratio:188) ", "v:0(ratio:188)", "v:x (ratio:1)", "v:-0 (ratio:1)"]
)
def test_a_line_that_would_not_be_written_so_is_not_read(line: str) -> None:
    assert Template("v:{volts:int} (ratio:{ratio:int})").match(line) is None


def test_columns_are_filled_with_blanks_and_count_bytes() -> None:
    class Row:
        name = "Café"
        next = "x"

    line = Template("{name<8}{next}").render(Row())
    assert line == "Café   x"
    assert Template("{name<8}{next}").match(line) == {"name": "Café", "next": "x"}


def test_a_text_that_fills_its_column_runs_into_the_next() -> None:
    assert Template("{name<4}|").match("abcdef|") == {"name": "abcdef"}


def test_a_line_with_a_missing_value_is_not_written() -> None:
    class Row:
        name = None

    assert Template("name:{name}").render(Row()) is None


def test_a_very_long_line_is_not_looked_at() -> None:
    assert Template("{text}").match("x" * (LONGEST_LINE + 1)) is None
