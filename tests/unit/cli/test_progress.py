from __future__ import annotations

import io
import sys

import pytest

from ownplug.cli.frame import Frame
from ownplug.cli.progress import ProgressLine
from ownplug.console import Progress


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def steps(of: int) -> list[Progress]:
    return [Progress(done=done, of=of, what=f"write {done}") for done in range(of)]


def test_on_a_terminal_one_line_changes_and_is_taken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with ProgressLine(Frame()) as line:
        for step in steps(2):
            line.tell(step)
        line.note("The cable is gone.")
        line.tell(Progress(done=1, of=2, what="write \x1b[2J"))
    assert screen.getvalue() == (
        "\r1 of 2: write 0\x1b[K"
        "\r2 of 2: write 1\x1b[K"
        "\r\x1b[KThe cable is gone.\n"
        "\r2 of 2: write \\x1b[2J\x1b[K"
        "\r\x1b[K"
    )


def test_where_a_program_reads_a_long_job_has_a_few_lines_and_a_short_one_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ProgressLine(Frame()) as line:
        for step in [*steps(200), *steps(9)]:
            line.tell(step)
    said = capsys.readouterr()
    assert said.err.splitlines() == [f"{n + 1} of 200: write {n}" for n in range(0, 200, 20)]
    assert said.out == ""


def test_with_json_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    frame = Frame()
    frame.json = True
    with ProgressLine(frame) as line:
        line.tell(steps(20)[0])
        line.note("The cable is gone.")
    assert capsys.readouterr() == ("", "")


def test_how_it_is_now_is_shown_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressLine(Frame()) as line:
        line.show("kettle \x1b[2J: 10 %")
    assert capsys.readouterr().err == "kettle \\x1b[2J: 10 %\n"
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with ProgressLine(Frame()) as line:
        line.show("10 %")
        line.show("20 %")
    assert screen.getvalue() == "\r10 %\x1b[K\r20 %\x1b[K\r\x1b[K"
    frame = Frame()
    frame.json = True
    with ProgressLine(frame) as line:
        line.show("30 %")
    assert "30" not in screen.getvalue()
