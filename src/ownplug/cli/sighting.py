"""What the console prints, as a line for people: its kind, its colour, its words."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import click

from ownplug.cli.output import escape_controls
from ownplug.console import Sighting, event_kind, event_text
from ownplug.core.shell import Event, Level, LogLine, ResetReason

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


_COLOURS: dict[str, str] = {
    "log": "cyan",
    "damaged-log": "cyan",
    "driver": "bright_black",
    "boot": "blue",
}  # of the others none


def event_line(event: Event) -> Line:
    """Tell how an event is shown."""
    kind = event_kind(event)
    colour = _COLOURS.get(kind, "")
    if isinstance(event, LogLine):
        colour = _LEVEL_COLOURS.get(event.level, colour)
    return Line(kind, event_text(event), colour)


def sighting_text(sighting: Sighting, at: datetime) -> str:
    """Write a sighting for a person: time of day, what was printed, and below it what that means."""
    line = event_line(sighting.event)
    stamp = click.style(at.astimezone().strftime("%H:%M:%S.%f")[:-3], fg="bright_black")
    told = click.style(escape_controls(line.text, keep="\t"), fg=line.colour or None)
    remarks = "".join(f"\n{'':12}  {click.style(f'-- {text}', bold=True)}" for text in _remarks(sighting))
    return f"{stamp}  {told}{remarks}"


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
