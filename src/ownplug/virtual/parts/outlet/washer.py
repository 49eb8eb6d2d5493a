"""A washing machine: fill, heat, wash, rinse three times, spin, and stand by until somebody switches it off and on.

Source: assumed (the course and the figures of a usual programme at 40 degrees: 96 minutes, 0.8 kWh).
"""

from __future__ import annotations

import math
from dataclasses import replace

from ownplug.virtual.parts.outlet.load import Load, Segment

_HEATER_W = 1950.0
_ELECTRONICS = Segment(constant_w=5.0, power_factor=0.5)
_VALVE = replace(_ELECTRONICS, lasts_s=90.0, constant_w=12.0)
_PUMP = Segment(lasts_s=60.0, constant_w=35.0, power_factor=0.6, surge=2.0)
_DRUM = Segment(lasts_s=12.0, constant_w=190.0, power_factor=0.7, surge=3.0)
_REST = replace(_ELECTRONICS, lasts_s=4.0)
_SPIN_W = (240.0, 330.0, 420.0, 520.0, 480.0)
_DONE = replace(_ELECTRONICS, constant_w=0.9, lasts_s=math.inf)
_FLICKER = 0.02


def washer() -> Load:
    """The programme, from the moment the machine gets current."""
    rinse = (_PUMP, _VALVE, *_tumble(6))
    segments = (_VALVE, *_tumble(18, heater_w=_HEATER_W), *_tumble(38), *rinse, *rinse, *rinse, _PUMP)
    return Load(segments=(*segments, *_spin(), _DONE), flicker=_FLICKER)


def _tumble(minutes: int, *, heater_w: float = 0.0) -> tuple[Segment, ...]:
    """The drum turns and rests, turns and rests."""
    turns = int(minutes * 60 / (_DRUM.lasts_s + _REST.lasts_s))
    return (replace(_DRUM, resistive_w=heater_w), replace(_REST, resistive_w=heater_w)) * turns


def _spin() -> tuple[Segment, ...]:
    """Faster and faster, the pump with it."""
    return tuple(
        Segment(lasts_s=100.0, constant_w=power_w, power_factor=0.8, surge=1.0 if index == 0 else 0.0)
        for index, power_w in enumerate(_SPIN_W)
    )
