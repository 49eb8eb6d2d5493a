"""The tables go to their place in the page, and leave the rest of it alone."""

from __future__ import annotations

import pytest
from devtools.measure import MARKS, load_lines, replace_between_marks
from devtools.measure_mqtt import Comparison
from devtools.measure_table import Aim, Sample

BEGIN, END = MARKS


def test_tables_replace_what_stood_between_the_marks() -> None:
    page = f"# Title\n{BEGIN}\nold \\1\n{END}\nprose\n"
    assert replace_between_marks(page, r"new \1") == f"# Title\n{BEGIN}\n\nnew \\1\n\n{END}\nprose\n"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        replace_between_marks("# Title\n", "new")


def test_how_busy_the_generator_was_stands_beside_each_figure() -> None:
    found = Comparison(candidates=["ours"])
    found.add(Aim(what="messages", unit="a second"), "ours", Sample(value=1.0, busy=0.42))
    found.add(Aim(what="memory", unit="KiB"), "ours", Sample(value=1.0))
    assert load_lines(found) == [["generator's core busy", "ours"], ["messages", "42%"], ["memory", "-"]]
