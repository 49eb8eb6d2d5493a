"""What a ledger tells: columns for charts, sums of days, peaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ownplug.core.identity import Uuid


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Energy of one plug, or of several together, in order; where nothing is known there is no entry.

    Attributes:
        starts_s: when each stretch began, Unix time.
        energy_wh: what was used in it.
        covered_s: how many seconds of it were measured, over all plugs.
    """

    starts_s: list[int]
    energy_wh: list[float]
    covered_s: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSeries:
    """Energy of several plugs together.

    Attributes:
        plugs: how many of them have an entry.
        series: their sums.
    """

    plugs: int
    series: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The highest power of one plug among its samples.

    Attributes:
        uuid: the plug.
        power_w: active power.
        at_s: when it was measured, Unix time; where several samples are as high, that of one of them.
    """

    uuid: Uuid
    power_w: float
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSeries:
    """Samples of one plug, in order.

    Attributes:
        at_s: when, Unix time.
        power_w: active power.
        voltage_v: voltage.
        current_a: current.
        on: whether the relay was on; None: not known.
    """

    at_s: list[float]
    power_w: list[float]
    voltage_v: list[float]
    current_a: list[float]
    on: list[bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What one plug used in one stretch of days.

    Attributes:
        uuid: the plug.
        begin: its first day; of all days together, the first that was asked for.
        energy_wh: what was used.
        covered_s: how many seconds of it were measured.
        cost: by the tariffs, in their currency; None: nothing of it has a price.
        unpriced_wh: how much of the energy has no price.
    """

    uuid: Uuid
    begin: date
    energy_wh: float
    covered_s: float
    cost: float | None
    unpriced_wh: float
