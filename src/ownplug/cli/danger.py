"""Before a command of the console that could harm: it says what it will do, and wants a word."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ownplug.cli.output import escape_controls
from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from ownplug.cli.frame import Frame
    from ownplug.core.shell import Command, Risk, UnknownCommand


def accepted_risk(frame: Frame, command: Command | UnknownCommand, *, yes: bool) -> Risk | None:
    """Ask the person, where `command` is dangerous, and return the risk that was accepted.

    Raises:
        UsageError: it was not; or there is nobody to ask, and no `--yes`.
    """
    danger = getattr(command, "danger", None)
    if danger is None:
        return None
    if not yes:
        if frame.json or not sys.stdin.isatty():
            raise UsageError(danger.says, hint="If that is what you want, add --yes.")
        click.echo(danger.says, err=True)
        word = danger_word(command)
        check_word(word, click.prompt(f"Type {word} to do it", default="", show_default=False, err=True))
    risk: Risk = danger.risk
    return risk


def danger_word(command: Command | UnknownCommand) -> str:
    """What has to be typed for `command`: its last word, such as `crash`."""
    name = getattr(command, "name", "") or ""
    return str(name).rpartition(" ")[2]


def check_word(word: str, typed: str) -> None:
    """Let pass who typed the word.

    Raises:
        UsageError: it was another.
    """
    if typed.strip() != word:
        raise UsageError(f"That was not {word!r} but {escape_controls(typed)!r}: nothing was sent.")
