"""The firmware's side of the meter: it hears the chip's frames, and books their pulses on days.

Pulses are gathered in memory and written to the day's record in steps of ten seconds of local time, as real plugs do;
local midnight is the end of such a step, so that none belongs to two days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from ownplug.core.meter import Flow, FrameReader, PulseCounter, Wiring, energy_wh, flow_of, pulse_j
from ownplug.core.schedule import Zone
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.days import EnergyDays
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.parts.clock import DeviceClock
from ownplug.virtual.parts.hlw8032 import Sent

STEP_S = 10
"""Source: capture:mss310r-hw2.0.0-fw2.1.4 (today's `time` moves in 10 s steps)."""


@dataclass(slots=True)
class _Step:
    """Ten seconds of local time, and what was metered in them."""

    number: int
    offset_s: int
    energy_wh: float = 0.0

    @property
    def began_unix_s(self) -> int:
        return self.number * STEP_S - self.offset_s


class Metering:
    """What the firmware knows of the meter in one of its lives.

    Attributes:
        flow: what flowed by the newest frame.
        pulses: how many there were since the clock was set.
        pulse_j: what each is worth, in joules.
        highest_current_a: the most that has flowed in that time.
    """

    def __init__(self, flash: Flash) -> None:
        self.flow = Flow()
        self.pulse_j = 0.0
        self.pulses = 0
        self.highest_current_a = 0.0
        self._flash = flash
        self._days = EnergyDays(flash)
        self._reader = FrameReader()
        self._counter = PulseCounter()
        self._heard_s = math.nan  # the newest frame
        self._step: _Step | None = None
        self._day: date | None = None

    def hear(self, sent: Sent, clock: DeviceClock, zone: Zone) -> None:
        """Take what the chip has sent; without a clock its energy belongs to no day and is lost."""
        for frame in self._reader.feed(sent.data):
            if not frame.is_usable:
                continue
            wiring = self._wiring()
            self.flow = flow_of(frame, wiring)
            pulses, since_s = self._counter.count(frame), self._heard_s
            self._heard_s = sent.at_s
            if clock.is_set:
                energy = self._count(pulses, frame.power_parameter, wiring)
                middle_s = (since_s + sent.at_s) / 2 if pulses else sent.at_s
                self._book(energy, _step_at(clock.read(middle_s), zone))
                self._end_steps_before(_step_at(clock.read(sent.at_s), zone))

    def open_day(self, day: date, *, unix_s: float) -> None:
        """See that a day has its record, also before its first pulse.

        Source: captures (protocol notes, 5.5).
        """
        if day != self._day:
            self._day = day
            self._days.add(0.0, day=day, unix_s=unix_s)

    def relay_moved(self) -> None:
        """What was measured is no longer true. Source: assumed (that the firmware forgets it at once)."""
        self.flow = Flow(voltage_v=self.flow.voltage_v)

    def save(self) -> None:
        """Write what is gathered to the record of its day."""
        if self._step is not None:
            step, self._step = self._step, None
            day = Zone().day(step.number * STEP_S)  # of a number that counts local time
            self._days.add(step.energy_wh, day=day, unix_s=step.began_unix_s)

    def _wiring(self) -> Wiring:
        return Wiring(
            voltage_ratio=self._flash.number(items.VOLTAGE_RATIO),
            current_ratio=self._flash.number(items.CURRENT_RATIO),
        )

    def _count(self, pulses: int, power_parameter: int, wiring: Wiring) -> float:
        """Count pulses; return their energy in watt-hours."""
        self.pulses += pulses
        self.pulse_j = pulse_j(power_parameter, wiring)
        self.highest_current_a = max(self.highest_current_a, self.flow.current_a)
        return energy_wh(pulses, power_parameter=power_parameter, wiring=wiring)

    def _book(self, energy: float, step: _Step) -> None:
        self._end_steps_before(step)
        self._step = self._step or step
        self._step.energy_wh += energy

    def _end_steps_before(self, step: _Step) -> None:
        if self._step is not None and self._step.number != step.number:
            self.save()


def _step_at(unix_s: float, zone: Zone) -> _Step:
    offset_s = zone.offset_s(unix_s)
    return _Step(math.floor((unix_s + offset_s) / STEP_S), offset_s)
