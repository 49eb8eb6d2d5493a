"""What the console prints, as a line with its kind, and as JSON together with what it means. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from ownplug.console.document import Document
from ownplug.console.watch import Sighting
from ownplug.core.shell import (
    BootLine,
    DamagedLog,
    DriverText,
    Echo,
    Event,
    LogLine,
    Prompt,
    TextLine,
    render_log,
)

_KINDS: Mapping[type[Event], str] = MappingProxyType(
    {
        LogLine: "log",
        DamagedLog: "damaged-log",
        DriverText: "driver",
        BootLine: "boot",
        Echo: "typed",
        Prompt: "prompt",
        TextLine: "text",
    }
)


def event_kind(event: Event) -> str:
    """What kind of line an event is, in a word."""
    return _KINDS[type(event)]


def event_text(event: Event) -> str:
    """The line as the plug printed it."""
    return render_log(event) if isinstance(event, LogLine) else event.text


def sighting_document(sighting: Sighting, at: datetime) -> Document:
    """Make JSON of a sighting; what is not new is left out."""
    event = sighting.event
    document: Document = {"at": at.isoformat(), "kind": event_kind(event), "text": event_text(event)}
    if isinstance(event, LogLine):
        document |= {
            "time_ms": event.time_ms,
            "module": event.module,
            "level": str(event.level),
            "message": event.message,
        }
    news = {
        "phase": sighting.phase,
        "reset_reason": sighting.reset_reason,
        "stage": sighting.stage,
        "light": sighting.light,
    }
    return document | {name: str(value) for name, value in news.items() if value is not None}
