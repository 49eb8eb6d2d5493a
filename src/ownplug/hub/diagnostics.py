"""One document to attach to a report of a fault: what helps, and nothing that its owner would not publish.

Everything in it is on a list of what may be told: numbers, states, texts of the program itself. A name, address or
key is an alias or `***`, whoever said it and wherever it stands.
"""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from ownplug.core.identity import Uuid
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticsSnapshot:
    """What the report is made of, secrets and all; may be read in another thread.

    Attributes:
        at: when it was taken.
        figures: what can be counted, and all plugs.
        settings: those in force, by `section.field`.
        users: how many users of the MQTT server there are.
        talks: how far the start-up talk of plugs came.
        refusals: who could not come in.
        warnings: what was logged.
    """

    at: datetime
    figures: Figures
    settings: Mapping[str, object]
    users: int
    talks: Mapping[Uuid, StartupTalk]
    refusals: Sequence[Refusal]
    warnings: Sequence[NotedWarning]


def diagnostics_report(snapshot: DiagnosticsSnapshot) -> dict[str, Any]:
    """Return what may be told of a snapshot."""
    figures = snapshot.figures
    aliases = Aliases([plug for plug, _ in figures.plugs])
    return {
        "at": snapshot.at,
        "versions": _versions_report(),
        "uptime_s": round(figures.uptime_s, 1),
        "settings": _settings_report(snapshot.settings),
        "counts": _counts_report(figures, snapshot.users),
        "mqtt": dict(figures.mqtt),
        "plugs": [
            _plug_report(plug, state, snapshot.talks.get(plug.uuid), aliases) for plug, state in figures.plugs
        ],
        "refusals": [_refusal_report(refusal, aliases) for refusal in snapshot.refusals],
        "warnings": [_warning_report(warning, aliases) for warning in snapshot.warnings],
    }


def _settings_report(settings: Mapping[str, object]) -> dict[str, object]:
    """Tell numbers as they are, of an address the port, and of other texts whether they are set."""
    return {name: _setting(name, value) for name, value in sorted(settings.items())}


def _versions_report() -> dict[str, str]:
    return {
        "ownplug": version("ownplug"),
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
    }


def _counts_report(figures: Figures, users: int) -> dict[str, object]:
    there = Counter(state.availability for _, state in figures.plugs)
    return {
        "plugs": len(figures.plugs),
        **{availability.value: there[availability] for availability in Availability},
        "users": users,
        "events_missed": figures.events_missed,
        "database_writes_failed": figures.database_writes_failed,
        "refusals": dict(figures.refusals),
    }


def _plug_report(
    plug: PlugRecord, state: PlugState, talk: StartupTalk | None, aliases: Aliases
) -> dict[str, Any]:
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


def _refusal_report(refusal: Refusal, aliases: Aliases) -> dict[str, Any]:
    # Of a TLS hello only the versions: the rest of it are the client's own words.
    is_login = refusal.mac is not None
    told = aliases.sentence(refusal.detail) if is_login else ", ".join(_TLS_VERSION.findall(refusal.detail))
    return {"at": refusal.at, "who": aliases.mac(refusal.mac), "cause": refusal.cause.value, "detail": told}


def _warning_report(warning: NotedWarning, aliases: Aliases) -> dict[str, Any]:
    return {
        "at": warning.at,
        "level": warning.level,
        "logger": warning.logger,
        "text": warning.text(aliases.word),
        "error": warning.error,
        "trace": list(warning.trace),
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
