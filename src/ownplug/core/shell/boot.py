"""A start of the plug: what it prints from the first byte on, and what that tells.

Source: seed; assumed (the reset reasons but HAL_WDT_SOFTWARE_RESET, which are those of the chip maker's development
kit; that a paired plug does not open its own network, and has Wi-Fi on port 0).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ownplug.core.identity import Mac
from ownplug.core.shell.boot_listing import BOOT, Origin
from ownplug.core.shell.events import BootLine, BootPhase, DriverText, Event
from ownplug.core.shell.log import DamagedLog, LogLine, parse_log
from ownplug.core.shell.stage import Stage, stage_told
from ownplug.core.shell.template import Template
from ownplug.core.shell.words import ResetReason

OWN_NETWORK_PORT, STATION_PORT = 1, 0
"""How the driver numbers the plug's own network, and the one it joins. Source: seed, assumed."""

NOISE = "R\udcff"
"""What comes before the first line of a start. Source: seed (that it is garbage), assumed (which)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What differs from start to start."""

    mac: Mac | str
    reset_reason: ResetReason | str
    access_point: Mac | str | None
    timers: int
    autooffs: int
    port: int
    platform: str
    noise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BootReport:
    """What one start has told; None and empty where it has not."""

    phases: tuple[BootPhase, ...] = ()
    """Those that were seen, in order."""
    reset_reason: ResetReason | str | None = None
    platform: str | None = None
    mac: Mac | str | None = None
    access_point: Mac | str | None = None
    """The MAC of the plug's own network, if it opened one."""
    timers: int | None = None
    autooffs: int | None = None
    port: int | None = None
    """Which side of Wi-Fi came up: 1 the own network, 0 as a station. The start is over then."""
    stage: Stage | None = None
    """How far the plug has come, which `LIGHTS` puts into what a person sees."""
    logs: int = 0
    """Whole log lines."""
    damaged: int = 0
    """Log lines of which something is lost."""
    unexplained: tuple[str, ...] = ()
    """Lines that are nothing that is known, the first garbage among them."""


def render_boot(
    mac: Mac | str,
    *,
    reset_reason: ResetReason | str = ResetReason.SOFTWARE,
    own_network: bool = True,
    timers: int = 0,
    autooffs: int = 0,
    platform: str = "MT7682-E3",
    noise: str = NOISE,
) -> list[str]:
    """Every line of a start as the page prints it, without line ends.

    Args:
        mac: of the plug.
        reset_reason: why it started.
        own_network: whether it opens its own network, as it does in pairing mode.
        timers: rules that the timer task finds.
        autooffs: rules that the auto-off task finds.
        platform: the chip with its revision.
        noise: what comes before the first line.
    """
    start = _Start(
        mac=mac,
        reset_reason=reset_reason,
        access_point=mac if own_network else None,
        timers=timers,
        autooffs=autooffs,
        port=OWN_NETWORK_PORT if own_network else STATION_PORT,
        platform=platform,
        noise=noise,
    )
    return [line for _, text in BOOT if (line := Template(text).render(start)) is not None]


def read_boot(events: Iterable[Event]) -> BootReport:
    """What the events of one start tell."""
    told: dict[str, Any] = {}
    phases: dict[BootPhase, None] = {}
    logs = damaged = 0
    unexplained = []
    for event in events:
        told["stage"] = stage_told(event) or told.get("stage")
        match event:
            case BootLine() | DriverText():
                told |= _told(_TEXTS, event.text)
                if isinstance(event, BootLine):
                    phases.setdefault(event.phase)
            case LogLine():
                logs += 1
                told |= _told(_LOGS.get((event.module, event.function), ()), event.message)
            case DamagedLog():
                damaged += 1
            case _ if event.text:
                unexplained.append(event.text)
    return BootReport(
        phases=tuple(phases), logs=logs, damaged=damaged, unexplained=tuple(unexplained), **told
    )


def _told(templates: Iterable[Template], text: str) -> dict[str, Any]:
    found = (template.match(text) for template in templates)
    return next((values for values in found if values is not None), {})


_TEXTS = [
    template
    for origin, text in BOOT
    if origin not in {Origin.LOG, Origin.NOISE} and (template := Template(text)).names
]
_LOGS = {
    (log.module, log.function): [template]
    for origin, text in BOOT
    if origin is Origin.LOG and (log := parse_log(text)) and (template := Template(log.message)).names
}
