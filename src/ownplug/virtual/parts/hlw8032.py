"""The chip that measures: from what flows to its frames.

It counts energy without a gap as long as it has power, and sends what its registers show. A real one sends a frame
each 105 ms. Where years shall pass in minutes, or thousands of plugs fit into one process, nobody could read them all;
then only those frames come that tell something new.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ownplug.core.meter import (
    FRAME_EVERY_S,
    LONGEST_PERIOD,
    Flow,
    Frame,
    Overflow,
    Wiring,
    encode_frame,
    pulse_j,
)
from ownplug.core.meter.frame import overflow_state

# The constants of one chip. Source: captures (a frame of a real one).
_VOLTAGE_PARAMETER = 0x02DCD0
_CURRENT_PARAMETER = 0x003CD7
_POWER_PARAMETER = 0x4DE568

_ALWAYS = 0x01  # of the update byte. Source: captures (nobody says what it means)
_MARKS = ((Overflow.VOLTAGE, 0x40), (Overflow.CURRENT, 0x20), (Overflow.POWER, 0x10))
"""What is told of each register: that it overflows, or (in the update byte) that it was measured."""
_SELDOM_S = 60.0


class Pace(Enum):
    """How many frames there are."""

    CHIP = "as many as the chip sends"
    NEWS = "one for each change of the load, one a minute, and one whenever somebody looks"


class Circuit(Protocol):
    """What the chip measures."""

    def flow(self, now_s: float) -> Flow:
        """What flows now."""
        ...

    def energy_j(self, from_s: float, until_s: float) -> float:
        """The energy that has flowed between two moments, in joules."""
        ...

    def next_change_s(self, from_s: float) -> float:
        """When something changes, at `from_s` or later; infinite if nothing will."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Bytes on the chip's serial line, and when the last of them came."""

    at_s: float
    data: bytes


class Hlw8032:
    """One chip, behind one circuit.

    Args:
        circuit: what it measures.
        pace: how many frames it sends.
        now_s: when it gets power.
        wiring: how it is wired in.
    """

    def __init__(self, circuit: Circuit, *, pace: Pace, now_s: float, wiring: Wiring | None = None) -> None:
        self.pace = pace
        self._circuit = circuit
        self._wiring = wiring or Wiring()
        self._pulse_j = pulse_j(_POWER_PARAMETER, self._wiring)
        self.power_up(now_s)

    def power_up(self, now_s: float) -> None:
        """Begin again: without power it counts nothing and remembers nothing."""
        self._counted_j = 0.0
        self._counted_s = now_s
        self._sent_s = now_s  # the last frame, or the start

    def read(self, now_s: float) -> list[Sent]:
        """What it has sent since last time; what flowed must not have been switched meanwhile."""
        sent = []
        while self._counted_s < now_s:
            at_s = self._next_frame_s()
            if at_s > now_s and self.pace is Pace.CHIP:
                self._count(now_s)
                break
            at_s = min(at_s, now_s)
            self._count(at_s)
            self._sent_s = at_s
            sent.append(Sent(at_s=at_s, data=encode_frame(self._frame(self._circuit.flow(at_s)))))
        return sent

    def _next_frame_s(self) -> float:
        """When the next frame is complete; a change shows in the first frame after it."""
        if self.pace is Pace.CHIP:
            return self._sent_s + FRAME_EVERY_S
        change_s = self._circuit.next_change_s(self._sent_s)
        return min(self._sent_s + _SELDOM_S, change_s + FRAME_EVERY_S)

    def _count(self, until_s: float) -> None:
        self._counted_j += self._circuit.energy_j(self._counted_s, until_s)
        self._counted_s = until_s

    def _frame(self, flow: Flow) -> Frame:
        volts, amperes = self._wiring.volts, self._wiring.amperes
        voltage = _register(_VOLTAGE_PARAMETER * volts, flow.voltage_v)
        current = _register(_CURRENT_PARAMETER * amperes, flow.current_a)
        power = _register(_POWER_PARAMETER * volts * amperes, flow.power_w)
        lost, update = Overflow(0), _ALWAYS
        for register, (overflow, measured) in zip((voltage, current, power), _MARKS, strict=True):
            if register == LONGEST_PERIOD:
                lost |= overflow
            else:
                update |= measured
        pulses = int(self._counted_j / self._pulse_j)
        return Frame(
            state=overflow_state(lost),
            voltage_parameter=_VOLTAGE_PARAMETER,
            voltage_register=voltage,
            current_parameter=_CURRENT_PARAMETER,
            current_register=current,
            power_parameter=_POWER_PARAMETER,
            power_register=power,
            update=update | (pulses >> 16 & 1) << 7,
            pulses=pulses & 0xFFFF,
        )


def _register(scale: float, amount: float) -> int:
    """The period of a quantity; where nothing flows it runs until it can run no further."""
    return min(LONGEST_PERIOD, max(1, round(scale / amount))) if amount > 0 else LONGEST_PERIOD
