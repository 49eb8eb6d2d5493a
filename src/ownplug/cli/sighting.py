"""What the console prints, as a line for people and for programs: its kind, its colour, its words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import click

from ownplug.cli.output import escape_controls
from ownplug.console import Sighting
from ownplug.core.shell import (
    BootLine,
    DamagedLog,
    DriverText,
    Echo,
    Event,
    Level,
    LogLine,
    Prompt,
    ResetReason,
    TextLine,
    render_log,
)

Document = dict[str, Any]

_LEVEL_COLOURS: dict[str, str] = {Level.WARNING: "yellow", Level.ERROR: "red"}
_REASONS = {
    ResetReason.POWER: "it was given current",
    ResetReason.WATCHDOG: "the firmware hung, and the watchdog restarted it",
    ResetReason.SOFTWARE: "the firmware asked for it",
}


class Line(NamedTuple):
    """One line of the console."""

    kind: str
    text: str
    colour: str = ""


_LINES: dict[type[Event], tuple[str, str]] = {  # kind and colour
    LogLine: ("log", "cyan"),
    DamagedLog: ("damaged-log", "cyan"),
    DriverText: ("driver", "bright_black"),
    BootLine: ("boot", "blue"),
    Echo: ("typed", ""),
    Prompt: ("prompt", ""),
    TextLine: ("text", ""),
}


def event_line(event: Event) -> Line:
    """Tell how an event is shown."""
    kind, colour = _LINES[type(event)]
    if isinstance(event, LogLine):
        return Line(kind, render_log(event), _LEVEL_COLOURS.get(event.level, colour))
    return Line(kind, event.text, colour)


def sighting_text(sighting: Sighting, at: datetime) -> str:
    """Write a sighting for a person: time of day, what was printed, and below it what that means."""
    line = event_line(sighting.event)
    stamp = click.style(at.astimezone().strftime("%H:%M:%S.%f")[:-3], fg="bright_black")
    told = click.style(escape_controls(line.text, keep="\t"), fg=line.colour or None)
    remarks = "".join(f"\n{'':12}  {click.style(f'-- {text}', bold=True)}" for text in _remarks(sighting))
    return f"{stamp}  {told}{remarks}"


def sighting_document(sighting: Sighting, at: datetime) -> Document:
    """Make JSON of a sighting; what is not new is left out."""
    line = event_line(sighting.event)
    document: Document = {"at": at.isoformat(), "kind": line.kind, "text": line.text}
    if isinstance(sighting.event, LogLine):
        log = sighting.event
        document |= {
            "time_ms": log.time_ms,
            "module": log.module,
            "level": str(log.level),
            "message": log.message,
        }
    news = {
        "phase": sighting.phase,
        "reset_reason": sighting.reset_reason,
        "stage": sighting.stage,
        "light": sighting.light,
    }
    return document | {name: str(value) for name, value in news.items() if value is not None}


def _remarks(sighting: Sighting) -> list[str]:
    remarks = []
    if sighting.phase is not None:
        remarks.append(f"phase: {sighting.phase.value}")
    if isinstance(sighting.reset_reason, ResetReason):
        remarks.append(f"why it started: {_REASONS[sighting.reset_reason]}")
    if sighting.stage is not None:
        remarks.append(f"{sighting.stage.value}: the light shows {sighting.light}")
    if sighting.start is not None:
        remarks.append("the start is over")
    return remarks
