from __future__ import annotations

import io
import sys

import click
import pytest

from ownplug.cli.passwords import ask_password, read_password
from ownplug.core.errors import UsageError


@pytest.mark.parametrize(
    ("sent", "password"),
    [
        ("secret\n", "secret"),
        ("secret", "secret"),
        ("secret\r\n", "secret"),
        (" two words \n\n", " two words \n"),
    ],
)
def test_one_line_end_is_dropped(monkeypatch: pytest.MonkeyPatch, sent: str, password: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(sent, newline=""))
    assert read_password().reveal() == password


def test_nothing_and_no_text_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    with pytest.raises(UsageError, match="No passphrase came"):
        read_password("passphrase")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), "utf-8"))
    with pytest.raises(UsageError, match="passphrase on stdin is not UTF-8"):
        read_password("passphrase")


def test_without_a_terminal_the_option_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))
    with pytest.raises(UsageError) as caught:
        ask_password("passphrase")
    assert caught.value.hint == "Use --passphrase-stdin."


@pytest.mark.parametrize("twice", [True, False])
def test_a_person_is_asked_unseen(monkeypatch: pytest.MonkeyPatch, twice: bool) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    asked: list[tuple[str, object, object]] = []

    def prompt(text: str, *, hide_input: bool, confirmation_prompt: bool, err: bool) -> str:
        asked.append((text, hide_input, confirmation_prompt))
        return "typed"

    monkeypatch.setattr(click, "prompt", prompt)
    assert ask_password("passphrase", twice=twice).reveal() == "typed"
    assert asked == [("Passphrase", True, twice)]
