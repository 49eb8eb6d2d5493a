"""Where a file about a plug comes from: what wrote it, when, through which port, from which plug."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ownplug import __version__
from ownplug.aio import Clock, SystemClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Plug:
    """Which plug it was; empty where it did not tell."""

    uuid: str = ""
    mac: str = ""
    model: str = ""
    hardware: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a file comes from."""

    tool: str
    """Program and version."""
    taken_at: datetime
    port: str
    """The serial port, as the person named it."""
    plug: Plug

    def document(self) -> dict[str, Any]:
        """As JSON."""
        plug = self.plug
        return {
            "tool": self.tool,
            "taken_at": self.taken_at.isoformat(timespec="seconds"),
            "port": self.port,
            "plug": {
                "uuid": plug.uuid,
                "mac": plug.mac,
                "model": plug.model,
                "hardware": plug.hardware,
                "firmware": plug.firmware,
            },
        }


def provenance(plug: Plug, *, port: str, clock: Clock | None = None) -> Provenance:
    """Say that something was taken from `plug` now."""
    now = (clock or SystemClock()).now()
    return Provenance(tool=f"ownplug {__version__}", taken_at=now, port=port, plug=plug)
