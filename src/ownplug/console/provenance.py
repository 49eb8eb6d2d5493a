"""Where a file about a plug comes from: what wrote it, when, through which port, from which plug."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ownplug.aio import Clock, SystemClock
from ownplug.core.shell.replies import FirmwareInfo, Hardware


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugFacts:
    """Which plug it was; empty where it did not tell."""

    uuid: str = ""
    mac: str = ""
    model: str = ""
    hardware: str = ""
    firmware: str = ""

    @classmethod
    def told(cls, hardware: Hardware | None, firmware: FirmwareInfo | None) -> PlugFacts:
        """Take them from what the plug has told."""
        return cls(
            uuid=str((hardware and hardware.uuid) or ""),
            mac=str((hardware and hardware.mac) or ""),
            model=(hardware and hardware.model) or "",
            hardware=(hardware and hardware.version) or "",
            firmware=(firmware and firmware.version) or "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a file comes from."""

    tool: str
    """Program and version."""
    taken_at: datetime
    port: str
    """The serial port, as the person named it."""
    plug: PlugFacts

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of a file before the plug has told anything."""

    port: str = ""
    """The serial port, as the person named it."""
    tool: str = "ownplug"
    """Program and version."""
    clock: Clock = field(default_factory=SystemClock)
    """Dates the file."""

    def of(self, plug: PlugFacts) -> Provenance:
        """Say that something is taken from this plug now."""
        return Provenance(tool=self.tool, taken_at=self.clock.now(), port=self.port, plug=plug)
