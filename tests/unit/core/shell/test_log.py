from __future__ import annotations

import pytest
from hypothesis import given
from tests.unit.core.shell.strategies import LOGS, TEXTS

from ownplug.core.shell import Level, LogLine, parse_log, render_log
from ownplug.core.shell.log import find_damage, find_log

LINE = "[T: 274103 M: mrs_event C: warning F: mrs_iot_event_send_primary L: 116]: event not init"


def test_a_line_of_the_page_is_read_and_written() -> None:
    log = LogLine(
        time_ms=274103,
        module="mrs_event",
        level=Level.WARNING,
        function="mrs_iot_event_send_primary",
        line=116,
        message="event not init",
    )
    assert parse_log(LINE) == log
    assert render_log(log) == LINE


@given(LOGS)
def test_what_is_written_is_read(log: LogLine) -> None:
    assert parse_log(render_log(log)) == log


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" + LINE,
        LINE.replace("T: 274103", "T: 0274103"),  # it would not be written so
        LINE.replace("]: event", "] event"),
        "[T: 1 M: a C: info F: b L: ]: x",
    ],
)
def test_other_lines_are_no_log_lines(text: str) -> None:
    assert parse_log(text) is None


def test_an_unknown_level_stays_a_word() -> None:
    log = parse_log(LINE.replace("warning", "fatal"))
    assert log is not None
    assert log.level == "fatal"
    assert not isinstance(log.level, Level)


def test_the_last_whole_log_line_is_found() -> None:
    found = find_log("total:1" + LINE + LINE)
    assert found is not None
    assert found.start() == len("total:1" + LINE)
    assert find_log("total:1[T: 1 M: a") is None


@pytest.mark.parametrize(
    ("text", "lost"),
    [  # both of the page, then what is between them and a whole one
        (
            "[T: 141 M: mrs_timer C: info F: mrs_timer_task_WTBL1 for cli[255] fail",
            ("function", "line", "message"),
        ),
        ("[T wifi C: erro", ("time", "level", "function", "line", "message")),
        ("[T: 1", ("time", "module", "level", "function", "line", "message")),
        ("[T: 1 M: a C: info F: b L: 7", ("line", "message")),
        ("[T: 1 M: a C: info F: b L: 7]: m", ()),
    ],
)
def test_what_a_damaged_log_line_lost_is_said(text: str, lost: tuple[str, ...]) -> None:
    damage = find_damage(f"before{text}")
    assert damage is not None
    assert (damage.text, damage.column, damage.lost) == (text, 6, lost)


def test_what_is_left_of_a_damaged_log_line_is_told() -> None:
    damage = find_damage("[T: 141 M: mrs_timer C: info F: mrs_timer_task_WTBL1 for cli[255] fail")
    assert damage is not None
    assert (damage.time_ms, damage.module, damage.level) == (141, "mrs_timer", Level.INFO)


@given(TEXTS)
def test_any_text_can_be_looked_at(text: str) -> None:
    find_log(text)
    find_damage(f"[T{text}")
    find_damage(f"[T: 1 {text}")


@pytest.mark.parametrize("text", ["[T]", "[Temperature: 5]", "a [Tb] c", "[T: x]", "[T mobile] C 6"])
def test_brackets_with_a_t_are_text(text: str) -> None:
    assert find_damage(text) is None
