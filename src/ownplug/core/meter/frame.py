"""One frame of the chip: 24 bytes, numbers big-endian.

    0  state          55 all is well, AA the chip is not calibrated, Fx something overflows (`Overflow`)
    1  mark           5A
    2  voltage        parameter, then register: three bytes each
    8  current        the same
    14 power          the same
    20 update         which quantities were measured; bit 7 goes over each time the pulses overflow
    21 pulses         of energy, modulo 65,536
    23 sum            of the bytes 2 to 22, modulo 256

A parameter is the chip's own constant, trimmed at its factory; a register counts the microseconds of one period of the
quantity, so that much is a small number, and nothing one that overflows.

Source: datasheet; where noted, published captures of the chip (`docs/sources.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

from ownplug.core.errors import Malformed

FRAME_BYTES = 24
BAUD = 4800
BITS_PER_BYTE = 11  # start, eight, even parity, stop
PAUSE_S = 0.05
FRAME_EVERY_S = FRAME_BYTES * BITS_PER_BYTE / BAUD + PAUSE_S
"""105 ms: 55 on the line and 50 of silence. Source: datasheet (the pause); captures (the registers of a chip without
load, which count time, grow by 104.6 to 105.1 ms from frame to frame)."""

LONGEST_PERIOD = 0xFEFF01
"""What a register shows in the end that nothing stops. Source: captures."""

MARK = 0x5A
_NORMAL = 0x55
_UNCALIBRATED = 0xAA
_OVERFLOWS = 0xF0
_CARRY = 0x80


class Overflow(IntFlag):
    """The low four bits of a state `Fx`."""

    PARAMETERS = 1  # they cannot be used
    POWER = 2
    CURRENT = 4
    VOLTAGE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What one frame says, byte for byte.

    Attributes:
        state: how the chip is.
        update: which quantities were measured.
        pulses: of energy since it has had power, modulo 65,536.
    """

    state: int = _NORMAL
    voltage_parameter: int
    voltage_register: int
    current_parameter: int
    current_register: int
    power_parameter: int
    power_register: int
    update: int
    pulses: int

    @property
    def is_usable(self) -> bool:
        """Whether the chip knows its own constants: without them nothing that it says means anything."""
        return self.state != _UNCALIBRATED and Overflow.PARAMETERS not in self.overflow

    @property
    def overflow(self) -> Overflow:
        """What does not fit its register: nothing flows, or too little to be measured."""
        return Overflow(self.state & ~_OVERFLOWS) if _is_overflow(self.state) else Overflow(0)

    @property
    def counter(self) -> int:
        """The pulses modulo 131,072: bit 7 of the update byte is a seventeenth digit."""
        return (self.update & _CARRY) << 9 | self.pulses


def overflow_state(overflow: Overflow) -> int:
    """The state byte of a chip of which this overflows."""
    return _OVERFLOWS | overflow if overflow else _NORMAL


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame."""
    registers = (
        frame.voltage_parameter,
        frame.voltage_register,
        frame.current_parameter,
        frame.current_register,
        frame.power_parameter,
        frame.power_register,
    )
    summed = b"".join(
        (
            *(value.to_bytes(3, "big") for value in registers),
            bytes((frame.update,)),
            frame.pulses.to_bytes(2, "big"),
        )
    )
    return bytes((frame.state, MARK, *summed, sum(summed) & 0xFF))


def decode_frame(data: bytes) -> Frame:
    """Read one frame.

    Raises:
        Malformed: these 24 bytes are none, or there are more or fewer.
    """
    if not is_frame(data):
        raise Malformed(f"These {len(data)} bytes are no frame of a meter.")
    return unpack_frame(data)


def is_frame(data: bytes) -> bool:
    """Whether length, state, mark and sum are those of a frame."""
    return (
        len(data) == FRAME_BYTES
        and data[1] == MARK
        and (data[0] in {_NORMAL, _UNCALIBRATED} or _is_overflow(data[0]))
        and sum(data[2:23]) & 0xFF == data[23]
    )


def unpack_frame(data: bytes) -> Frame:
    """Read what is known to be a frame."""
    return Frame(
        state=data[0],
        voltage_parameter=int.from_bytes(data[2:5], "big"),
        voltage_register=int.from_bytes(data[5:8], "big"),
        current_parameter=int.from_bytes(data[8:11], "big"),
        current_register=int.from_bytes(data[11:14], "big"),
        power_parameter=int.from_bytes(data[14:17], "big"),
        power_register=int.from_bytes(data[17:20], "big"),
        update=data[20],
        pulses=int.from_bytes(data[21:23], "big"),
    )


def _is_overflow(state: int) -> bool:
    return state & _OVERFLOWS == _OVERFLOWS
