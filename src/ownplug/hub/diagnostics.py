"""One document to attach to a report of a fault: what helps, and nothing that its owner would not publish.

Everything in it is on a list of what may be told: numbers, states, texts of the program itself. A name, address or
key is an alias or `***`, whoever said it and wherever it stands.
"""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

from ownplug.core.records import PlugRecord
from ownplug.core.state import Availability, PlugState
from ownplug.hub.aliases import HIDDEN, Aliases
from ownplug.hub.figures import Figures
from ownplug.hub.recent_warnings import NotedWarning
from ownplug.hub.refusals import Refusal
from ownplug.hub.talk import StartupTalk

# The form that the text must have, or it is not told: plugs choose these words.
_MODEL = re.compile(r"[a-z]{2,4}\d{2,4}[a-z]{0,4}")
_MARKET = re.compile(r"[a-z]{0,4}")
_VERSION = re.compile(r"(?:\d{1,3}\.){0,3}\d{0,3}(?:-[a-z])?")
_ABILITY = re.compile(r"Appliance(?:\.[A-Z][A-Za-z]{1,24}){2,3}")
_ENDPOINT = re.compile(r".*(:\d{1,5})")
_TLS_VERSION = re.compile(r"\b(?:TLS 1(?:\.[0-3])?|SSL 3(?:\.0)?)\b")
_TOLD_AS_THEY_ARE = frozenset({"hub.timezone"})


def settings_report(settings: Mapping[str, object]) -> dict[str, object]:
    """Return settings by `section.field`: numbers as they are, of an address the port, of the rest whether it is set."""
    return {name: _setting(name, value) for name, value in sorted(settings.items())}


def versions_report() -> dict[str, str]:
    """Return which programs these are."""
    return {
        "ownplug": version("ownplug"),
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
    }


def counts_report(figures: Figures, users: int) -> dict[str, object]:
    """Return how many there are of what."""
    there = Counter(plug.state.availability for plug in figures.plugs)
    return {
        "plugs": len(figures.plugs),
        **{availability.value: there[availability] for availability in Availability},
        "users": users,
        "events_missed": figures.events_missed,
        "database_writes_failed": figures.database_writes_failed,
        "refusals": dict(figures.refusals),
    }


def plug_report(
    plug: PlugRecord, state: PlugState, talk: StartupTalk | None, aliases: Aliases
) -> dict[str, Any]:
    """Return what may be told of one plug."""
    return {
        "plug": aliases.plug(plug.uuid),
        "room": aliases.room(plug.room),
        "model": _told(_MODEL, plug.model),
        "sub_type": _told(_MARKET, plug.sub_type),
        "hardware": _told(_VERSION, plug.hardware),
        "firmware": _told(_VERSION, plug.firmware),
        "has_own_key": plug.key is not None,
        "availability": state.availability.value,
        "since": state.since,
        "reason": aliases.sentence(state.reason),
        "bound": state.bound,
        "signal": state.signal,
        "has_timezone": bool(state.timezone),
        "relays": len(state.relays),
        "has_reading": state.reading is not None,
        "talk": _talk(talk) if talk else None,
        "abilities": sorted(_told(_ABILITY, ability) for ability in state.abilities),
    }


def refusal_report(refusal: Refusal, aliases: Aliases) -> dict[str, Any]:
    """Return what may be told of one refusal; of a TLS hello the versions, for the rest are the client's words."""
    is_login = refusal.mac is not None
    told = aliases.sentence(refusal.detail) if is_login else ", ".join(_TLS_VERSION.findall(refusal.detail))
    return {"at": refusal.at, "who": aliases.mac(refusal.mac), "cause": refusal.cause.value, "detail": told}


def warning_report(warning: NotedWarning, aliases: Aliases) -> dict[str, Any]:
    """Return what may be told of one record of the log."""
    return {
        "at": warning.at,
        "level": warning.level,
        "logger": warning.logger,
        "text": warning.text(aliases.word),
        "error": warning.error,
        "trace": list(warning.trace),
    }


def diagnostics_report(
    *,
    at: datetime,
    figures: Figures,
    settings: Mapping[str, object],
    users: int,
    plugs: Sequence[dict[str, Any]],
    refusals: Sequence[dict[str, Any]],
    warnings: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Join the parts."""
    return {
        "at": at,
        "versions": versions_report(),
        "uptime_s": round(figures.uptime_s, 1),
        "settings": settings_report(settings),
        "counts": counts_report(figures, users),
        "mqtt": dict(figures.mqtt),
        "plugs": list(plugs),
        "refusals": list(refusals),
        "warnings": list(warnings),
    }


def _setting(name: str, value: object) -> object:
    match value:
        case bool() | int() | float() | None:
            return value
        case tuple() | list():
            return f"{len(value)} of them"
        case str() if not value or name in _TOLD_AS_THEY_ARE:
            return value
        case str():
            port = _ENDPOINT.fullmatch(value)
            return f"{HIDDEN}{port[1]}" if port else HIDDEN
        case _:
            return HIDDEN


def _told(form: re.Pattern[str], text: str) -> str:
    return text if not text or form.fullmatch(text) else HIDDEN


def _talk(talk: StartupTalk) -> dict[str, Any]:
    return {
        "connected_at": talk.connected_at,
        "clock_questions": talk.clock_questions,
        "binds": talk.binds,
        "has_told_meter": talk.has_told_meter,
    }
