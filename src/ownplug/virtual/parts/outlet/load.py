"""What can be plugged in, described by what it takes, segment by segment, from the moment it gets current."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ownplug.core.errors import UsageError

# Of a small induction motor. Source: assumed.
_INRUSH = 5.0
_INRUSH_SETTLES_S = 0.15
_MOTOR_POWER_FACTOR = 0.75
_MOTOR_FLICKER = 0.01
_STANDBY_POWER_FACTOR = 0.45  # of a small power supply. Source: assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A time in which an appliance does one thing.

    Attributes:
        lasts_s: how long; the last segment of a load that does not repeat lasts for ever.
        resistive_w: heaters and lamps, in watts at nominal voltage; they follow the voltage with its square.
        constant_w: motors and electronics, in watts whatever the voltage.
        power_factor: above 0, up to 1.
        surge: a motor that starts takes so many times `constant_w` more, at first.
        settles_s: in which time that falls to a third (1/e).
    """

    lasts_s: float = math.inf
    resistive_w: float = 0.0
    constant_w: float = 0.0
    power_factor: float = 1.0
    surge: float = 0.0
    settles_s: float = _INRUSH_SETTLES_S

    def constant_w_at(self, into_s: float) -> float:
        """What motors and electronics take, so many seconds into the segment."""
        return self.constant_w * (1 + self.surge * math.exp(-into_s / self.settles_s))

    def resistive_j(self, into_s: float) -> float:
        """The energy that heaters and lamps have taken by then, in joules at nominal voltage."""
        return self.resistive_w * into_s

    def constant_j(self, into_s: float) -> float:
        """The energy that motors and electronics have taken by then, in joules."""
        surged_s = self.surge * self.settles_s * -math.expm1(-into_s / self.settles_s) if self.surge else 0.0
        return self.constant_w * (into_s + surged_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is plugged in; it begins anew each time it gets current.

    Making one raises `UsageError` where it makes no sense.

    Attributes:
        segments: what it does, in this order.
        repeats: whether it begins again at the end; else the last segment goes on.
        flicker: the share by which motors and electronics take now more, now less.
    """

    segments: tuple[Segment, ...]
    repeats: bool = False
    flicker: float = 0.0

    def __post_init__(self) -> None:
        if not self.segments:
            raise UsageError("A load needs at least one segment.")
        for segment in self.segments:
            _check(segment)
        timed = self.segments if self.repeats else self.segments[:-1]
        if any(segment.lasts_s == math.inf for segment in timed):
            raise UsageError("Only the last segment of a load that does not repeat may last for ever.")

    @classmethod
    def resistive(cls, power_w: float) -> Load:
        """A heater or lamp, in watts at nominal voltage."""
        return cls(segments=(Segment(resistive_w=power_w),))

    @classmethod
    def standby(cls, power_w: float) -> Load:
        """A power supply, in watts whatever the voltage; below 0.6 W the meter sees its energy, not its power."""
        return cls(segments=(Segment(constant_w=power_w, power_factor=_STANDBY_POWER_FACTOR),))

    @classmethod
    def motor(cls, power_w: float) -> Load:
        """A motor that runs at `power_w`, and takes six times as much when it starts."""
        running = Segment(constant_w=power_w, power_factor=_MOTOR_POWER_FACTOR, surge=_INRUSH)
        return cls(segments=(running,), flicker=_MOTOR_FLICKER)


def _check(segment: Segment) -> None:
    watts = (segment.resistive_w, segment.constant_w)
    if not (segment.lasts_s > 0 and segment.settles_s > 0):
        raise UsageError("Each segment of a load lasts some time.")
    if not all(0 <= value < math.inf for value in (*watts, segment.surge)):
        raise UsageError("A load takes 0 watts or more.")
    if not 0 < segment.power_factor <= 1:
        raise UsageError("A power factor is above 0, and at most 1.")
