"""A whole conversation: what was typed, what was answered, and what came between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ownplug.core.shell.commands import Command, UnknownCommand
from ownplug.core.shell.events import BootLine, DriverText, Event
from ownplug.core.shell.log import DamagedLog, LogLine
from ownplug.core.shell.replies import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What was printed between the lines of a reply, or inside one."""

    at: int
    """Before which line of text it came; its `column` says where in that line."""
    event: LogLine | DamagedLog | DriverText | BootLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One prompt, what was typed there, and all that was printed until the next prompt.

    The first one of a capture has no prompt: it is what stands before, such as a start.
    """

    typed: str | None
    command: Command | UnknownCommand | None
    lines: tuple[str, ...]
    reply: Reply | None
    asides: tuple[Aside, ...]


def read_transcript(events: Iterable[Event]) -> list[Exchange]:
    """Sort the events of a capture into exchanges."""
    raise NotImplementedError


def render_transcript(exchanges: Iterable[Exchange]) -> list[str]:
    """Every line of a conversation as it stood on the wire."""
    raise NotImplementedError
