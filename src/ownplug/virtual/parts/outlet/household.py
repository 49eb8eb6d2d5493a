"""Appliances that go on and off by themselves, over and over: a fridge and a fan heater.

Source: assumed (the figures of usual ones; nobody has metered a particular one).
"""

from __future__ import annotations

from ownplug.virtual.parts.outlet.load import Load, Segment

_FLICKER = 0.01
_COMPRESSOR = Segment(lasts_s=900.0, constant_w=85.0, power_factor=0.7, surge=6.0)
_THERMOSTAT = Segment(lasts_s=1800.0, constant_w=1.2, power_factor=0.5)
_HEATING = Segment(lasts_s=240.0, resistive_w=1950.0, constant_w=25.0, power_factor=0.98, surge=1.0)
_BLOWING = Segment(lasts_s=90.0, constant_w=25.0, power_factor=0.6)


def fridge() -> Load:
    """A fridge: its compressor runs for 15 minutes, then rests for 30."""
    return Load(segments=(_COMPRESSOR, _THERMOSTAT), repeats=True, flicker=_FLICKER)


def fan_heater() -> Load:
    """A fan heater in a room that it keeps warm: four minutes of heat, then a minute and a half of air."""
    return Load(segments=(_HEATING, _BLOWING), repeats=True, flicker=_FLICKER)
