"""What is known about a plug: its relays, its last reading, whether it is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from ownplug.core.identity import Firmware, Model, Uuid


class Availability(Enum):
    """Whether a plug can be reached through the hub now."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"  # not heard of since the hub started


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayState:
    """One outlet of a plug."""

    channel: int
    on: bool
    changed_at: datetime | None = None  # by the plug's own clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the meter measures now."""

    at: datetime
    power_w: float
    voltage_v: float
    current_a: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyDay:
    """The energy of one local day of the plug."""

    day: str  # YYYY-MM-DD, by the plug's own zone
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityChange:
    """A moment from which on a plug was there, or was not.

    Attributes:
        number: its place in the history of all plugs; later ones have higher numbers.
        uuid: which plug.
        at: from when.
        availability: what it became.
        reason: why, in words; empty for a plug that came.
    """

    number: int
    uuid: Uuid
    at: datetime
    availability: Availability
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugState:
    """Everything known about one plug at one moment."""

    availability: Availability = Availability.UNKNOWN
    since: datetime | None = (
        None  # when the availability last changed; while it is unknown, when the plug went
    )
    reason: str = ""  # why it is not there, in words
    bound: bool = False  # it has finished its start-up talk in this session
    relays: tuple[RelayState, ...] = ()
    reading: Reading | None = None
    model: Model | None = None
    firmware: Firmware | None = None
    address: str = ""  # its IP address on the home's network, as it says itself
    signal: int | None = None  # 0 to 100
    light_on: bool | None = None  # whether its light shows what it does; None: not told
    abilities: frozenset[str] = field(default_factory=frozenset)
    timezone: str | None = None  # None: not told yet; empty: the plug has none
    rule_changes: int = 0  # how often the plug has told that its timers or auto-offs were changed

    def relay(self, channel: int = 0) -> RelayState | None:
        """The outlet `channel`, or None if the plug has not told of it."""
        for relay in self.relays:  # a loop, which is faster than a generator: each reading comes by here
            if relay.channel == channel:
                return relay
        return None
