"""A start of the plug: what it prints from the first byte on, and what that tells.

Source: seed (every line, their order), assumed (the reset reasons but HAL_WDT_SOFTWARE_RESET: the other two of the
chip maker's development kit).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ownplug.core.identity import Mac
from ownplug.core.shell.events import BootPhase, Event


class ResetReason(StrEnum):
    """Why the plug started."""

    POWER = "HAL_WDT_NONE_RESET"  # it was given current
    WATCHDOG = "HAL_WDT_TIMEOUT_RESET"  # the firmware hung
    SOFTWARE = "HAL_WDT_SOFTWARE_RESET"  # it was told to: `reboot`, `meross crash`, the button


@dataclass(frozen=True, slots=True, kw_only=True)
class BootReport:
    """What one start has told."""

    phases: tuple[BootPhase, ...] = ()
    """Those that were seen, in order."""
    reset_reason: ResetReason | str | None = None
    platform: str | None = None
    """`MT7682-E3`."""
    mac: Mac | str | None = None
    """Of the plug's own network."""
    access_point: bool = False
    """Whether the plug has opened its own network."""
    ready: bool = False
    """Whether Wi-Fi was up at the end."""
    logs: int = 0
    """Log lines, damaged ones included."""


def render_boot(mac: Mac | str, *, reset_reason: ResetReason | str = ResetReason.SOFTWARE) -> list[str]:
    """Every line of a start as the page prints it, without line ends."""
    raise NotImplementedError


def read_boot(events: Iterable[Event]) -> BootReport:
    """What the events of one start tell."""
    raise NotImplementedError
