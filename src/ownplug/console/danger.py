"""Before a command that could harm: which word has to be typed for it. Pure."""

from __future__ import annotations

from ownplug.console.conversation import Question
from ownplug.core.errors import UsageError
from ownplug.core.shell import Command, Danger


def danger_of(command: Question) -> Danger | None:
    """What a command could do; None when it only tells, and for a command that nobody knows."""
    return command.danger if isinstance(command, Command) else None


def danger_word(command: Question) -> str:
    """What has to be typed for `command`: its last word, such as `crash`; empty for one that nobody knows."""
    return command.name.rpartition(" ")[2] if isinstance(command, Command) else ""


def check_word(word: str, typed: str) -> None:
    """Let pass who typed the word.

    Raises:
        UsageError: it was another.
    """
    if typed.strip() != word:
        raise UsageError(f"That was not {word!r} but {typed!r}: nothing was sent.")
