"""The word that a dangerous command wants."""

from __future__ import annotations

import pytest

from ownplug.console import check_word, danger_of, danger_word
from ownplug.core.errors import UsageError
from ownplug.core.shell import Command, Risk, UnknownCommand

CRASH = Command("meross crash")


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


def test_another_word_is_refused() -> None:
    with pytest.raises(UsageError, match="That was not 'crash' but 'cra'"):
        check_word("crash", "cra")


def test_only_what_is_known_to_harm_is_dangerous() -> None:
    danger = danger_of(CRASH)
    assert danger is not None
    assert danger.risk is Risk.RESTART
    assert danger_of(Command("meross hw")) is None
    assert danger_of(UnknownCommand("x", "x")) is None
