"""`Appliance.Control.*`: relay, meter and the start-up talk.

Source: capture:mss310r-hw2.0.0-fw2.1.4, capture:mss210-hw1-fw1.1.12.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import field

from ownplug.core.errors import Malformed
from ownplug.core.meross.payloads.scalars import Day, MeterValue, UnixSeconds


class Relay(msgspec.Struct, frozen=True, kw_only=True):
    """One outlet. The first generation names no channel."""

    channel: int = 0
    # Not a bool: the first generation locks its state at other values. Source: assumed (one program's note).
    onoff: int
    changed_at: UnixSeconds | msgspec.UnsetType = field(name="lmTime", default=msgspec.UNSET)

    @property
    def is_on(self) -> bool:
        """Whether current can flow."""
        return self.onoff == 1


class ToggleXPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.ToggleX`: one outlet, or a list of them."""

    togglex: Relay | list[Relay]


class TogglePayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.Toggle` of the first generation."""

    toggle: Relay


def relays_of(payload: ToggleXPayload) -> list[Relay]:
    """The outlets of a payload, whichever of its two forms it has."""
    return payload.togglex if isinstance(payload.togglex, list) else [payload.togglex]


class MeterConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The calibration of the meter: its two coefficients times 100."""

    voltage_ratio: int = field(name="voltageRatio")
    current_ratio: int = field(name="electricityRatio")
    max_current: int | msgspec.UnsetType = field(name="maxElectricityCurrent", default=msgspec.UNSET)  # mA


class MeterConfigPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.ConsumptionConfig`."""

    config: MeterConfig


class Electricity(msgspec.Struct, frozen=True, kw_only=True):
    """A reading in the plug's integers: mA, 0.1 V, mW."""

    channel: int = 0
    current: MeterValue
    voltage: MeterValue
    power: MeterValue


class ElectricityPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.Electricity`: one reading, or a list of them.

    Source: capture:mss310r-hw2.0.0-fw2.1.4 (one); published programs accept a list.
    """

    readings: Electricity | list[Electricity] = field(name="electricity")

    @property
    def electricity(self) -> Electricity:
        """The reading, or the first of several.

        Raises:
            Malformed: the list is empty.
        """
        if not isinstance(self.readings, list):
            return self.readings
        if not self.readings:
            raise Malformed("The plug sent a list of readings with nothing in it.")
        return self.readings[0]


class ConsumptionDay(msgspec.Struct, frozen=True, kw_only=True):
    """The energy of one local day, in watt-hours."""

    date: Day
    updated_at: UnixSeconds = field(name="time")  # of the record's last change
    energy_wh: MeterValue = field(name="value")


class ConsumptionPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.ConsumptionX`: up to 30 days in no useful order."""

    days: list[ConsumptionDay] = field(name="consumptionx")


class ConsumptionHour(msgspec.Struct, frozen=True, kw_only=True):
    """The energy of one hour, in watt-hours."""

    updated_at: UnixSeconds = field(name="timestamp")  # within it, near its end
    energy_wh: MeterValue = field(name="value")


class ConsumptionHours(msgspec.Struct, frozen=True, kw_only=True):
    """The last hours of one meter, in no useful order."""

    channel: int = 0
    hours: list[ConsumptionHour] = field(name="data")


class ConsumptionHoursPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.ConsumptionH`. Source: capture:em06-fw2.3.8."""

    meters: list[ConsumptionHours] = field(name="consumptionH")


class Bind(msgspec.Struct, frozen=True, kw_only=True):
    """What a plug says of itself when it comes; kept as plain values, since generations differ."""

    hardware: dict[str, Any]
    firmware: dict[str, Any]
    bind_time: UnixSeconds = field(name="bindTime", default=0)


class BindPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.Bind`."""

    bind: Bind


class Upgrade(msgspec.Struct, frozen=True, kw_only=True):
    """Where a plug is to fetch its new firmware, by plain HTTP, and the MD5 of that file.

    Source: protocol notes, 5.11.
    """

    url: str
    md5: str


class UpgradePayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.Upgrade` as it is asked."""

    upgrade: Upgrade


class UpgradeInfo(msgspec.Struct, frozen=True, kw_only=True):
    """How far a plug says that its upgrade is: 1 downloading, 2 done, 3 failed, 4 the image is bad.

    Source: a published program (protocol notes, 5.11); another one takes 1 for the end.
    """

    status: int
    percent: int = 0


class UpgradeInfoPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Control.Upgrade` as a plug pushes it."""

    info: UpgradeInfo = field(name="upgradeInfo")
