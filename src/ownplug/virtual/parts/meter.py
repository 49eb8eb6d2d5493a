"""The meter and what is plugged in behind it: one truth from which power and energy both come.

Mains voltage wavers a little; a resistive load follows it with the square, a standby load does not. The
waver is constant within slots of ten seconds and drawn for each slot by its number alone, so that the truth
does not depend on how often somebody looks, and energy is exactly the sum of the power that was shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

SLOT_S = 10.0
"""How long one value of the waver holds, in seconds; also the step in which day records move.

Source: capture:mss310r-hw2.0.0-fw2.1.4 (today's `time` moves in 10 s steps).
"""

Noise = Callable[[int], float]
"""From the number of a slot to -1...1, the same each time."""

_WAVER = 0.01  # share of the nominal voltage. Source: capture:mss310r-hw2.0.0-fw2.1.4 (216.2 to 218.0 V)


def no_noise(slot: int) -> float:
    """Mains without any waver."""
    return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is plugged in.

    Attributes:
        resistive_w: a heater or lamp, in watts at nominal voltage.
        standby_w: what it takes besides, whatever the voltage.
    """

    resistive_w: float = 60.0
    standby_w: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What flows at one moment."""

    power_w: float = 0.0
    voltage_v: float = 0.0
    current_a: float = 0.0


class Meter:
    """Measures the load.

    Args:
        load: what is plugged in.
        mains_v: nominal voltage.
        noise: how the mains waver.
        now_s: when it starts counting.
    """

    def __init__(self, *, load: Load, mains_v: float, noise: Noise, now_s: float) -> None:
        self.load = load
        self._mains_v = mains_v
        self._noise = noise
        self._counted_s = now_s

    def sample(self, now_s: float, *, relay_on: bool) -> Sample:
        """What flows now; with the relay off the voltage stays.

        Source: captures (protocol notes, 5.4).
        """
        voltage = self._mains_v * (1 + _WAVER * self._noise(_slot(now_s)))
        if not relay_on:
            return Sample(voltage_v=voltage)
        power = self.load.resistive_w * (voltage / self._mains_v) ** 2 + self.load.standby_w
        return Sample(power_w=power, voltage_v=voltage, current_a=power / voltage)

    def count(self, now_s: float, *, relay_on: bool) -> float:
        """Energy in watt-hours since the last count, with the relay as it was all that time."""
        energy_ws = 0.0
        while self._counted_s < now_s:
            until_s = min(now_s, (_slot(self._counted_s) + 1) * SLOT_S)
            power_w = self.sample(self._counted_s, relay_on=relay_on).power_w
            energy_ws += power_w * (until_s - self._counted_s)
            self._counted_s = until_s
        return energy_ws / 3600

    def skip(self, now_s: float) -> None:
        """Count from now on: nobody was there to count."""
        self._counted_s = now_s


def _slot(now_s: float) -> int:
    return math.floor(now_s / SLOT_S)
