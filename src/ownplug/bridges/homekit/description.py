"""A plug in HomeKit's words: an accessory with an outlet for each channel. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from ownplug.bridges.homekit.kept import Shape
from ownplug.core.identity import Uuid
from ownplug.hub import Device

IN_USE_ABOVE_W = 1.0
"""Above this something is used; what a charger without a phone takes is less."""

_LONGEST_NAME_BYTES = 64
_VERSION = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?")
_NOT_IN_NAMES = re.compile(r"[^\w '\u2019.,-]|_")
_NOT_AT_ENDS = " '\u2019.,-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """What an outlet uses, as Eve shows it."""

    power_w: float
    energy_kwh: float
    voltage_v: float
    current_a: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One channel.

    Attributes:
        channel: which.
        name: for people.
        feature_id: what of the device it switches.
        is_on: whether it is on.
        is_in_use: whether something is used there.
        meter: what; None: it does not say.
    """

    channel: int
    name: str
    feature_id: str
    is_on: bool
    is_in_use: bool
    meter: Meter | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A plug as the home app gets it.

    Attributes:
        firmware, hardware: `x.y.z`.
        can_identify: whether it can show which one it is.
    """

    uuid: Uuid
    aid: int
    name: str
    model: str
    serial: str
    firmware: str
    hardware: str
    is_online: bool
    can_identify: bool
    outlets: tuple[Outlet, ...]

    @property
    def layout(self) -> list[object]:
        """What homes remember of it: all but what changes by itself."""
        outlets = [[each.channel, each.name, each.meter is not None] for each in self.outlets]
        return [self.aid, self.name, self.model, self.serial, self.firmware, self.hardware, outlets]


def shown(device: Device, shape: Shape) -> Shown:
    """Say what a plug is in HomeKit."""
    name = homekit_name(device.name)
    return Shown(
        uuid=device.uuid,
        aid=shape.aid,
        name=name,
        model=device.model or "plug",
        serial=device.uuid.mac.text,
        firmware=version(device.firmware),
        hardware=version(device.hardware),
        is_online=device.is_online,
        can_identify=device.find("identify") is not None,
        outlets=tuple(_outlet(device, shape, channel, name) for channel in shape.channels),
    )


def digest(accessories: Iterable[Shown]) -> str:
    """Return what is another text whenever homes have to read the accessories anew."""
    layouts = sorted((each.layout for each in accessories), key=repr)
    return hashlib.sha256(msgspec.json.encode(layouts)).hexdigest()


def homekit_name(name: str) -> str:
    """Return a name that Apple's devices accept: letters, digits and few signs, none of these at its ends.

    Source: HAP-NodeJS, checkName and its issue 1008; the length is that of HomeKit ADK, HAPAccessoryValidation.c.
    """
    clean = " ".join(_NOT_IN_NAMES.sub(" ", name).split())
    short = clean.encode()[:_LONGEST_NAME_BYTES].decode(errors="ignore")
    return short.strip(_NOT_AT_ENDS) or "Plug"


def version(text: str) -> str:
    """Return a version in the only form that HAP knows, `x.y.z`; 0.0.0 where there is none."""
    found = _VERSION.search(text)
    return ".".join(str(int(part or 0)) for part in found.groups()) if found else "0.0.0"


def _outlet(device: Device, shape: Shape, channel: int, name: str) -> Outlet:
    feature = next((each for each in device.outlets if each.channel == channel), None)
    is_on = bool(feature.value) if feature else False
    meter = _meter(device) if shape.is_metered and channel == 0 else None
    return Outlet(
        channel=channel,
        name=f"{name} {channel}" if channel else name,
        feature_id=feature.id if feature else f"on_{channel}",
        is_on=is_on,
        is_in_use=is_on if meter is None else meter.power_w > IN_USE_ABOVE_W,
        meter=meter,
    )


def _meter(device: Device) -> Meter:
    return Meter(
        power_w=round(_number(device, "power"), 1),
        energy_kwh=round(_number(device, "energy"), 3),
        voltage_v=round(_number(device, "voltage"), 1),
        current_a=round(_number(device, "current"), 3),
    )


def _number(device: Device, feature_id: str) -> float:
    """Return a value; 0 where it is not known, for HAP has no other word."""
    feature = device.find(feature_id)
    value = feature.value if feature else None
    return float(value) if isinstance(value, (int, float)) else 0.0
