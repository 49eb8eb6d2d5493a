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
    from ownplug.console import danger_of, danger_word

    danger = danger_of(command)
    if danger is None:
        return None
    confirm(frame, danger.says, word=danger_word(command), yes=yes)
    return danger.risk


def confirm(frame: Frame, says: str, *, word: str, yes: bool) -> None:
    """Say what will be done, and let it be done by `--yes` or by who types `word`.

    Raises:
        UsageError: it was not typed; or there is nobody to ask, and no `--yes`.
    """
    from ownplug.console import check_word

    check_can_ask(frame, says, yes=yes)
    if not yes:
        click.echo(escape_controls(says, keep="\n"), err=True)
        check_word(word, click.prompt(f"Type {word} to do it", default="", show_default=False, err=True))


def check_can_ask(frame: Frame, says: str, *, yes: bool) -> None:
    """Make sure that `confirm` will not fail for want of a person, before anything else is done.

    Raises:
        UsageError: there is nobody to ask, and no `--yes`.
    """
    if not yes and (frame.json or not sys.stdin.isatty()):
        raise UsageError(says, hint="If that is what you want, add --yes.")
