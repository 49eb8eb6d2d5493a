"""Replies of `meross iot …` but for `dbg`."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.secret import Secret
from ownplug.core.shell.layout import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class IotStatus(Reply):
    """`meross iot status`. Source: seed (unpaired), assumed (what the words are when paired)."""

    wifi: str | None
    """`disconnect`, `connected`."""
    iot: str | None
    """`offline`, `online`."""
    primary_host: str | None
    primary_port: int | None
    secondary_host: str | None
    secondary_port: int | None
    user_id: str | None
    user_key: Secret | None
    bind_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbound(Reply):
    """`meross iot unbind`, before the plug restarts. Source: seed."""

    state: str | None
    """`Offline`, or `Online`. Source: seed, assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrading(Reply):
    """`meross iot upgrade`. Source: assumed (the page does not show it)."""

    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """One rule as the settings store has it."""

    index: int | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules(Reply):
    """`meross iot rule`. Source: seed (without rules), assumed (`[00] …` for each)."""

    timers: tuple[StoredRule, ...]
    autooffs: tuple[StoredRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDump(Reply):
    """`meross iot log`. Source: seed (`log on` shows 0)."""

    dump: int | None
