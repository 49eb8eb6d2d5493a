"""`Appliance.System.*`: what a plug is, and how it is.

Source: capture:mss310r-hw2.0.0-fw2.1.4, capture:mss210-hw1-fw1.1.12, capture:em06-fw2.3.8.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import field

from ownplug.core.meross.payloads.control import Relay
from ownplug.core.meross.payloads.scalars import UnixSeconds


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """What a plug is made of."""

    type: str
    sub_type: str = field(name="subType", default="")
    version: str = ""
    chip_type: str = field(name="chipType", default="")
    uuid: str
    mac_address: str = field(name="macAddress", default="")


class FirmwareInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a plug runs, and the server it is set to."""

    version: str
    compile_time: str = field(name="compileTime", default="")
    wifi_mac: str = field(name="wifiMac", default="")  # the router's, not the plug's
    inner_ip: str = field(name="innerIp", default="")
    server: str = ""
    # Whatever a plug says here, even nothing (`""`), it can be switched and read.
    # Source: capture:mss210-hw1-fw1.1.12.
    port: int | str = 0
    user_id: int | str = field(name="userId", default=0)


class PlugTime(msgspec.Struct, frozen=True, kw_only=True):
    """The clock of a plug and its zone; `zone` is empty until somebody sets it."""

    timestamp: UnixSeconds
    zone: str = field(name="timezone", default="")
    rules: list[tuple[int, int, int]] = field(name="timeRule", default_factory=list)


class TimePayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.System.Time`."""

    time: PlugTime


class PlugPosition(msgspec.Struct, frozen=True, kw_only=True):
    """Where a plug is, in millionths of a degree; 0, 0 is not set. Source: protocol notes, 5.8."""

    longitude: int
    latitude: int


class PositionPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.System.Position`."""

    position: PlugPosition


class Online(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a plug is connected: -1 unknown, 0 connecting, 1 online, 2 offline, 3 upgrading."""

    status: int


class OnlinePayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.System.Online`."""

    online: Online


class System(msgspec.Struct, frozen=True, kw_only=True):
    """The part of `All` that every generation has."""

    hardware: Hardware
    firmware: FirmwareInfo
    time: PlugTime | None = None
    online: Online | None = None


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """The state of what a plug has; only its own parts are there."""

    relays: list[Relay] = field(name="togglex", default_factory=list)


class OldControl(msgspec.Struct, frozen=True, kw_only=True):
    """What the first generation has in place of the digest."""

    relay: Relay | None = field(name="toggle", default=None)


class All(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a plug tells in one reply."""

    system: System
    digest: Digest | None = None
    control: OldControl | None = None

    @property
    def relays(self) -> list[Relay]:
        """The relays of either generation."""
        if self.digest:
            return self.digest.relays
        return [self.control.relay] if self.control and self.control.relay else []


class AllPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.System.All`."""

    all: All


class Ability(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.System.Ability`: the namespaces that a plug answers, each with its parameters."""

    ability: dict[str, Any]


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The time; in a plug's question, the seconds since it started."""

    timestamp: UnixSeconds


class ClockPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.System.Clock`; a hub sends it without a clock to make a plug ask."""

    clock: Clock | None = None


class Runtime(msgspec.Struct, frozen=True, kw_only=True):
    """How well the plug hears its access point: 0 to 100."""

    signal: int = 0


class RuntimePayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.System.Runtime`."""

    runtime: Runtime


class DndMode(msgspec.Struct, frozen=True, kw_only=True):
    """Do not disturb: 1 keeps the light off."""

    mode: int


class DndModePayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.System.DNDMode`."""

    dnd_mode: DndMode = field(name="DNDMode")


class ErrorDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Why a plug said no."""

    code: int
    detail: str = ""


class ErrorPayload(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of method ERROR, in any namespace."""

    error: ErrorDetail
