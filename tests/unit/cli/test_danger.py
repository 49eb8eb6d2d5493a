"""Nothing dangerous without a word."""

from __future__ import annotations

import io
import sys

import pytest

from ownplug.cli.danger import accepted_risk, check_word, danger_word
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


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (CRASH, "crash"),
        (Command("meross iot unbind"), "unbind"),
        (Command("config reset", ("meross",)), "reset"),
        (Command("meross e2p", ("uuid", "x")), "e2p"),
    ],
)
def test_the_word_is_the_last_of_the_command(command: Command, word: str) -> None:
    assert danger_word(command) == word
    check_word(word, word)
