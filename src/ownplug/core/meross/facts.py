"""From what a plug said to what is known: payload types in, values of `ownplug.core.state` out.

The one place where the plug's integers become SI units and its seconds become moments, whoever listens: the
hub to everything, an owner's program to one reply.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from ownplug.core.identity import Firmware, Model
from ownplug.core.meross.payloads import Electricity, FirmwareInfo, Hardware, Relay
from ownplug.core.state import Reading, RelayState
from ownplug.core.units import amperes, volts, watts

_YEAR_S = 365 * 86_400
_UPTIME = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(\d{1,9})s", re.ASCII)


def moment_of(unix_s: int | msgspec.UnsetType) -> datetime | None:
    """When that was by the plug's own clock; None where it did not know the time.

    A plug counts from 1970 until somebody sets its clock, so a date of that year is no fact.
    """
    if unix_s is msgspec.UNSET or unix_s < _YEAR_S:
        return None
    return datetime.fromtimestamp(unix_s, UTC)


def relay_state_of(relay: Relay) -> RelayState:
    """One outlet as it is."""
    return RelayState(channel=relay.channel, on=relay.is_on, changed_at=moment_of(relay.changed_at))


def reading_of(electricity: Electricity, at: datetime) -> Reading:
    """What the meter measured; the plug does not say when, so that is when the answer came."""
    return Reading(
        at=at,
        power_w=watts(electricity.power),
        voltage_v=volts(electricity.voltage),
        current_a=amperes(electricity.current),
    )


def model_of(hardware: Hardware) -> Model:
    """What the plug is made of."""
    return Model(
        type=hardware.type,
        sub_type=hardware.sub_type,
        hardware=hardware.version,
        chip=hardware.chip_type,
    )


def firmware_of(info: FirmwareInfo) -> Firmware:
    """What the plug runs."""
    return Firmware(version=info.version, compiled=info.compile_time)


def uptime_s_of(text: str) -> float | None:
    """How long a plug has been up, in seconds; None where its words are not understood.

    Source: captures (`sysUpTime` of `System.Debug`, "169h52m27s"; protocol notes, 5.8).
    """
    found = _UPTIME.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
