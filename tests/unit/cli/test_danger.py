"""Nothing dangerous without a word."""

from __future__ import annotations

import io
import sys

import pytest

from ownplug.cli.danger import accepted_risk, check_can_ask, confirm
from ownplug.cli.frame import Frame
from ownplug.core.errors import UsageError
from ownplug.core.shell import Command, Risk, UnknownCommand

CRASH = Command("meross crash")


class Person(io.StringIO):
    """Somebody at a terminal who types this."""

    def isatty(self) -> bool:
        return True


def test_what_only_tells_needs_nothing() -> None:
    assert accepted_risk(Frame(), Command("meross hw"), yes=False) is None
    assert accepted_risk(Frame(), UnknownCommand("coffee", "coffee"), yes=False) is None


def test_a_script_says_yes_or_is_told_what_would_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("crash\n"))
    assert accepted_risk(Frame(), CRASH, yes=True) is Risk.RESTART
    with pytest.raises(UsageError, match="watchdog") as caught:
        accepted_risk(Frame(), CRASH, yes=False)
    assert "--yes" in caught.value.hint


def test_with_json_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Person("crash\n"))
    frame = Frame()
    frame.json = True
    with pytest.raises(UsageError, match="watchdog"):
        accepted_risk(frame, CRASH, yes=False)


@pytest.mark.parametrize(
    ("typed", "is_right"), [("crash", True), (" crash ", True), ("yes", False), ("", False)]
)
def test_a_person_types_the_word(
    typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_right: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Person(f"{typed}\n"))
    if is_right:
        assert accepted_risk(Frame(), CRASH, yes=False) is Risk.RESTART
    else:
        with pytest.raises(UsageError, match="nothing was sent"):
            accepted_risk(Frame(), CRASH, yes=False)
    said = capsys.readouterr()
    assert "watchdog" in said.err
    assert said.out == ""


def test_whether_somebody_can_be_asked_is_known_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Person())
    check_can_ask(Frame(), "This writes.", yes=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    check_can_ask(Frame(), "This writes.", yes=True)
    with pytest.raises(UsageError, match="This writes") as caught:
        check_can_ask(Frame(), "This writes.", yes=False)
    assert "--yes" in caught.value.hint


def test_anything_can_be_made_to_want_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Person("restore\nno\n"))
    confirm(Frame(), "This writes \x1b[2J.", word="restore", yes=False)
    assert "This writes \\x1b[2J." in capsys.readouterr().err
    with pytest.raises(UsageError, match="That was not 'restore' but 'no'"):
        confirm(Frame(), "This writes.", word="restore", yes=False)
    confirm(Frame(), "This writes.", word="restore", yes=True)
