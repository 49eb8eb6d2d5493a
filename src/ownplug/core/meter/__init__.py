"""The HLW8032, the chip that measures in a metering plug: its frames, and what they mean.

The chip sends one frame after the other by a serial line of its own, whether anybody listens or not. A frame tells
nothing in volts: each quantity is the ratio of two registers, times how the chip is wired in. Energy is a count of
pulses. Both sides are here: the firmware that reads frames, and the simulated chip that sends them.
"""

from ownplug.core.meter.frame import (
    FRAME_BYTES,
    FRAME_EVERY_S,
    LONGEST_PERIOD,
    Frame,
    Overflow,
    decode_frame,
    encode_frame,
)
from ownplug.core.meter.measure import Flow, PulseCounter, Wiring, energy_wh, flow_of, pulse_j
from ownplug.core.meter.reader import FrameReader

__all__ = [
    "FRAME_BYTES",
    "FRAME_EVERY_S",
    "LONGEST_PERIOD",
    "Flow",
    "Frame",
    "FrameReader",
    "Overflow",
    "PulseCounter",
    "Wiring",
    "decode_frame",
    "encode_frame",
    "energy_wh",
    "flow_of",
    "pulse_j",
]
