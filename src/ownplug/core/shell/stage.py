"""How far a plug has come, as its console tells and as its light shows.

Source: seed (the light; the lines of a start), assumed (the log lines of a plug that is paired or in factory mode,
which the page does not show).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ownplug.core.shell.events import BootLine, Event
from ownplug.core.shell.log import LogLine


class Stage(StrEnum):
    """From a person's point of view."""

    STARTING = "starting"
    FACTORY = "factory"  # in factory mode
    PAIRING = "pairing"
    SEARCHING = "searching"  # for Wi-Fi, or for the server
    HOME = "home"


LIGHTS: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.STARTING: "off",
        Stage.FACTORY: "red, flashing",
        Stage.PAIRING: "green and orange in turn",
        Stage.SEARCHING: "green, flashing",
        Stage.HOME: "green while the relay is on, else off",
    }
)
"""What the light shows. Source: seed; assumed (off)."""

_TOLD: Mapping[tuple[str, str], tuple[tuple[str, Stage], ...]] = MappingProxyType(
    {
        ("mrs_main", "mrs_main_wifi_init_done_handler"): (
            ("WiFi Init Done: port = 1", Stage.PAIRING),
            ("WiFi Init Done: port = 0", Stage.SEARCHING),
        ),
        ("mrs_main", "mrs_main_proc"): (
            ("event factory reset", Stage.STARTING),
            ("factory mode", Stage.FACTORY),
        ),
        ("mrs_main", "mrs_main_wifi_connected_handler"): (("WiFi ", Stage.SEARCHING),),
        ("mrs_iot", "mrs_iot_connect"): (("connect", Stage.SEARCHING),),
        ("mrs_iot", "mrs_iot_disconnect"): (("disconnect", Stage.SEARCHING),),
        ("mrs_iot", "mrs_iot_online"): (("online", Stage.HOME),),
    }
)
"""Module and function, how the message begins, and what it tells."""


def stage_told(event: Event) -> Stage | None:
    """The stage that an event tells; None for the many that tell none."""
    match event:
        case BootLine():
            return Stage.STARTING
        case LogLine():
            told = _TOLD.get((event.module, event.function), ())
            return next((stage for begins, stage in told if event.message.startswith(begins)), None)
        case _:
            return None
