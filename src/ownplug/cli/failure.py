"""What a command says and returns when it fails.

Each failure has a name for scripts (`code`), a sentence, and a hint what to do next. The names of ownplug's
own errors are in `ownplug.core.errors`; besides them there are `usage` for a wrong command line,
`interrupted`, and `internal` for a fault of ownplug itself.
"""

from __future__ import annotations

from typing import NamedTuple

import click

from ownplug.cli.output import escape_controls, render_json
from ownplug.core.errors import DeviceError, LinkError, OwnplugError, UsageError

DONE = 0
FAILED = 1
WRONG_USAGE = 2
PLUG_REFUSED = 3
UNREACHABLE = 4
INTERRUPTED = 130
PIPE_CLOSED = 141


class Interrupted(Exception):
    """A signal ended the command.

    Attributes:
        status: what a shell reports for that signal, 128 and its number.
    """

    def __init__(self, status: int = INTERRUPTED) -> None:
        super().__init__("Interrupted.")
        self.status = status


class Failure(NamedTuple):
    """One failure as the user sees it."""

    status: int
    code: str
    message: str
    hint: str = ""
    device_code: int | None = None


def describe(error: BaseException) -> Failure:
    """Tell what `error` means to the user; of a group, the first error that ownplug knows."""
    error = _most_telling(error)
    if isinstance(error, OwnplugError):
        device_code = error.device_code if isinstance(error, DeviceError) else None
        return Failure(_status(error), error.code, str(error), error.hint, device_code)
    if isinstance(error, click.ClickException):
        hint = _help_hint(error) if isinstance(error, click.UsageError) else ""
        code = "usage" if isinstance(error, click.UsageError) else "failed"
        return Failure(error.exit_code, code, _sentence(error.format_message()), hint)
    return _describe_other(error)


def _describe_other(error: BaseException) -> Failure:
    match error:
        case click.Abort() | KeyboardInterrupt():
            return Failure(INTERRUPTED, "interrupted", "Interrupted.")
        case Interrupted():
            return Failure(error.status, "interrupted", str(error))
        case OSError():
            where = f" ({error.filename})" if error.filename else ""
            return Failure(FAILED, "failed", f"{error.strerror or error}{where}.")
        case _:
            sentence = f"This is a fault of ownplug: {type(error).__name__}: {error}"
            return Failure(FAILED, "internal", sentence, "Run it again with -v and report what it prints.")


def print_failure(failure: Failure, *, as_json: bool) -> None:
    """Print `failure`: one JSON object on stdout, or a sentence and a hint on stderr."""
    if as_json:
        found = {"code": failure.code, "message": failure.message, "hint": failure.hint}
        if failure.device_code is not None:
            click.echo(render_json({**found, "device_code": failure.device_code}))
        else:
            click.echo(render_json(found))
        return
    click.echo(escape_controls(failure.message, keep="\n"), err=True)
    if failure.hint:
        click.echo(escape_controls(failure.hint, keep="\n"), err=True)


def _status(error: OwnplugError) -> int:
    match error:
        case UsageError():
            return WRONG_USAGE
        case DeviceError():
            return PLUG_REFUSED
        case LinkError():
            return UNREACHABLE
        case _:
            return FAILED


def _most_telling(error: BaseException) -> BaseException:
    if not isinstance(error, BaseExceptionGroup):
        return error
    inside = [_most_telling(part) for part in error.exceptions]
    return next((part for part in inside if isinstance(part, OwnplugError)), inside[0])


def _help_hint(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx is not None else "ownplug"
    return f"Try '{path} --help'."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!", ")")) else f"{text}."
