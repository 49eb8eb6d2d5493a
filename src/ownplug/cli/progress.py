"""How far a long job has come: one line that changes on a terminal, a few lines where a program reads."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from ownplug.cli.output import escape_controls

if TYPE_CHECKING:
    from ownplug.cli.frame import Frame
    from ownplug.console import Progress

_PARTS = 10  # lines for one long job where a program reads
_BACK, _ERASE = "\r", "\x1b[K"


class ProgressLine:
    """Writes progress on stderr, nothing with `--json`; leaving the `with` takes the line off the terminal."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._is_written = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._take_off()

    def tell(self, progress: Progress) -> None:
        """Show a step that begins."""
        if self._frame.json:
            return
        text = escape_controls(f"{progress.done + 1} of {progress.of}: {progress.what}")
        if sys.stderr.isatty():
            self._put(text)
        elif progress.of >= _PARTS and progress.done % (progress.of // _PARTS) == 0:
            click.echo(text, err=True)

    def show(self, text: str) -> None:
        """Show how it is now, in words; where a program reads, each time is a line."""
        if self._frame.json:
            return
        if sys.stderr.isatty():
            self._put(escape_controls(text))
        else:
            click.echo(escape_controls(text), err=True)

    def note(self, text: str) -> None:
        """Say something that stays."""
        self._take_off()
        self._frame.note(text)

    def _put(self, text: str) -> None:
        click.echo(f"{_BACK}{text}{_ERASE}", err=True, nl=False)
        self._is_written = True

    def _take_off(self) -> None:
        if self._is_written:
            click.echo(f"{_BACK}{_ERASE}", err=True, nl=False)
            self._is_written = False
