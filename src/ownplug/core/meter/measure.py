"""From a frame to volts, amperes, watts and watt-hours.

Worked by hand, a published frame of a chip behind the usual wiring (`Wiring()`):
voltage 187,600 / 1,535 x 1.88 = 229.8 V, current 15,575 / 8,273 x 1.00 = 1.88 A, power 5,105,000 / 25,155 x 1.88 =
381.5 W, and each pulse is worth 5,105,000 x 1.88 / 1,000,000 = 9.6 J, or 1 Wh for 375 of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.meter.frame import Frame, Overflow

_COUNTER_ROOM = 2**17
_JOULES_PER_WH = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """How the chip is wired in: what its ratios must be multiplied with, times 100.

    Attributes:
        voltage_ratio: of the divider in front of it: 1.88 for 4 x 470 kOhm over 1 kOhm.
        current_ratio: of the shunt: 1.00 for 1 mOhm.

    Source: seed (188 and 100, the settings `VRatio` and `IRatio`); derived (what they are).
    """

    voltage_ratio: int = 188
    current_ratio: int = 100

    @property
    def volts(self) -> float:
        """Volts for a ratio of 1."""
        return self.voltage_ratio / 100

    @property
    def amperes(self) -> float:
        """Amperes for a ratio of 1."""
        return self.current_ratio / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What flows at one moment. Power is what does work: less than volts times amperes where they are out of step."""

    voltage_v: float = 0.0
    current_a: float = 0.0
    power_w: float = 0.0

    @property
    def power_factor(self) -> float:
        """The share of the current that does work, 0 to 1; 0 where none flows."""
        apparent_va = self.voltage_v * self.current_a
        return self.power_w / apparent_va if apparent_va else 0.0


def flow_of(frame: Frame, wiring: Wiring) -> Flow:
    """What flowed when the frame was sent; a quantity that overflows is 0, and so is all that is not usable.

    Source: derived (the firmware notes, 1).
    """
    if not frame.is_usable:
        return Flow()
    lost = frame.overflow
    voltage = _ratio(frame.voltage_parameter, frame.voltage_register, is_lost=Overflow.VOLTAGE in lost)
    current = _ratio(frame.current_parameter, frame.current_register, is_lost=Overflow.CURRENT in lost)
    power = _ratio(frame.power_parameter, frame.power_register, is_lost=Overflow.POWER in lost)
    return Flow(
        voltage_v=voltage * wiring.volts,
        current_a=current * wiring.amperes,
        power_w=power * wiring.volts * wiring.amperes,
    )


def pulse_j(power_parameter: int, wiring: Wiring) -> float:
    """What one pulse is worth, in joules.

    Source: derived (the firmware notes, 1: the power register counts the microseconds from pulse to pulse).
    """
    return power_parameter * wiring.volts * wiring.amperes / 1_000_000


def energy_wh(pulses: int, *, power_parameter: int, wiring: Wiring) -> float:
    """The energy that `pulses` stand for, in watt-hours."""
    return pulses * pulse_j(power_parameter, wiring) / _JOULES_PER_WH


class PulseCounter:
    """Counts pulses from frame to frame.

    Right as long as no more than 131,071 come between two of them: five minutes at 4,000 W.
    """

    def __init__(self) -> None:
        self._last: int | None = None

    def count(self, frame: Frame) -> int:
        """The pulses since the frame before; none at the first."""
        counter = frame.counter
        new = 0 if self._last is None else (counter - self._last) % _COUNTER_ROOM
        self._last = counter
        return new


def _ratio(parameter: int, register: int, *, is_lost: bool) -> float:
    return 0.0 if is_lost or not register else parameter / register
