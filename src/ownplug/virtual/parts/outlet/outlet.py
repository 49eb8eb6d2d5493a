"""Mains, contact and load: what flows, and how much energy has flowed.

The mains waver a little, and so does what motors take. Both hold within slots of ten seconds and are drawn for each
slot by its number alone, so that the truth does not depend on who looks when.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ownplug.core.meter import Flow
from ownplug.virtual.parts.outlet.load import Load
from ownplug.virtual.parts.outlet.timeline import Timeline

SLOT_S = 10.0

Noise = Callable[[int], tuple[float, float]]
"""From the number of a slot to two numbers of -1...1, the same each time: for the mains, and for the load."""

_WAVER = 0.01  # share of the nominal voltage. Source: capture:mss310r-hw2.0.0-fw2.1.4 (216.2 to 218.0 V)


def no_noise(_slot: int) -> tuple[float, float]:
    """Mains without any waver, loads without any flicker."""
    return 0.0, 0.0


class Outlet:
    """One outlet; its contact is open until it is switched.

    Args:
        load: what is plugged in.
        mains_v: nominal voltage.
        noise: how mains and load waver.
    """

    def __init__(self, *, load: Load, mains_v: float, noise: Noise) -> None:
        self._timeline = Timeline(load)
        self._flicker = load.flicker
        self._mains_v = mains_v
        self._noise = noise
        self._on_since_s = math.inf
        self._switched_s = -math.inf

    def switch(self, *, on: bool, now_s: float) -> None:
        """Close or open the contact. Closing lets the load begin anew, also where it was closed."""
        self._on_since_s = now_s if on else math.inf
        self._switched_s = now_s

    def change(self, load: Load, now_s: float) -> None:
        """Plug in something else; what the former has used is forgotten here."""
        self._timeline, self._flicker = Timeline(load), load.flicker
        self.switch(on=not math.isinf(self._on_since_s), now_s=now_s)

    def flow(self, now_s: float) -> Flow:
        """What flows now; with the contact open the voltage stays.

        Source: captures (protocol notes, 5.4).
        """
        waver, flicker = self._factors(_slot(now_s))
        voltage_v = self._mains_v * waver
        if now_s < self._on_since_s:
            return Flow(voltage_v=voltage_v)
        segment, into_s = self._timeline.at(now_s - self._on_since_s)
        power_w = segment.resistive_w * waver**2 + segment.constant_w_at(into_s) * flicker
        return Flow(
            voltage_v=voltage_v, current_a=power_w / (voltage_v * segment.power_factor), power_w=power_w
        )

    def energy_j(self, from_s: float, until_s: float) -> float:
        """The integral of the power in joules, with the contact as it is now since it was last moved."""
        at_s = max(from_s, self._on_since_s)
        total_j = 0.0
        if at_s >= until_s:
            return total_j
        resistive_j, constant_j = self._timeline.used_j(at_s - self._on_since_s)
        while at_s < until_s:
            slot = _slot(at_s)
            at_s = min(until_s, (slot + 1) * SLOT_S)
            waver, flicker = self._factors(slot)
            resistive_before_j, constant_before_j = resistive_j, constant_j
            resistive_j, constant_j = self._timeline.used_j(at_s - self._on_since_s)
            total_j += (resistive_j - resistive_before_j) * waver**2
            total_j += (constant_j - constant_before_j) * flicker
        return total_j

    def next_change_s(self, from_s: float) -> float:
        """When the load does something else, at `from_s` or later: it is switched, or a segment begins."""
        if from_s <= self._switched_s:
            return self._switched_s
        if math.isinf(self._on_since_s):
            return math.inf
        return self._on_since_s + self._timeline.next_change_s(from_s - self._on_since_s)

    def _factors(self, slot: int) -> tuple[float, float]:
        """By how much more the mains have than they should, and motors take."""
        mains, load = self._noise(slot)
        return 1 + _WAVER * mains, 1 + self._flicker * load


def _slot(now_s: float) -> int:
    return math.floor(now_s / SLOT_S)
