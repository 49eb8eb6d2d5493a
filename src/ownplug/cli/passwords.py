"""Where a command gets a password from: stdin, or a person who types it unseen."""

from __future__ import annotations

import sys

import click

from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret


def read_password(what: str = "password") -> Secret:
    """Read it from stdin; one line end is dropped.

    Raises:
        UsageError: nothing came, or no text.
    """
    try:
        text = sys.stdin.read()
    except UnicodeDecodeError as error:
        raise UsageError(f"The {what} on stdin is not UTF-8.") from error
    password = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
    if not password:
        raise UsageError(f"No {what} came on stdin.")
    return Secret(password)


def ask_password(what: str = "password", *, twice: bool = True) -> Secret:
    """Ask for it at the terminal; `twice` for a new one.

    Raises:
        UsageError: there is no terminal.
    """
    if not sys.stdin.isatty():
        raise UsageError(f"There is no terminal to ask for the {what}.", hint=f"Use --{what}-stdin.")
    return Secret(click.prompt(what.capitalize(), hide_input=True, confirmation_prompt=twice, err=True))
