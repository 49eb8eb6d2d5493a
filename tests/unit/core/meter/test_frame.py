from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.meter import FRAME_BYTES, FRAME_EVERY_S, Frame, Overflow, decode_frame, encode_frame
from ownplug.core.meter.frame import overflow_state

# Frames of real chips, as their owners published them (Electrodragon's notes on the chip).
LOADED = bytes.fromhex("555A 02DCD0 0005FF 003CD7 002051 4DE568 006243 71 023C 24")
IDLE = bytes.fromhex("F25A 02E180 000652 003EA8 03A6C8 4F9AE8 5E790B 61 0001 27")
UNPLUGGED = bytes.fromhex("FA5A 02EEC8 FEFF01 003F66 000000 512188 FADB29 01 0000 54")

registers = st.integers(0, 2**24 - 1)
states = st.sampled_from([0x55, 0xAA]) | st.integers(0xF0, 0xFF)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    return Frame(
        state=draw(states),
        voltage_parameter=draw(registers),
        voltage_register=draw(registers),
        current_parameter=draw(registers),
        current_register=draw(registers),
        power_parameter=draw(registers),
        power_register=draw(registers),
        update=draw(st.integers(0, 255)),
        pulses=draw(st.integers(0, 65535)),
    )


@given(frames())
def test_a_frame_survives_the_wire(frame: Frame) -> None:
    data = encode_frame(frame)
    assert len(data) == FRAME_BYTES
    assert decode_frame(data) == frame


@given(st.binary(max_size=30) | frames().map(encode_frame))
def test_what_is_read_as_a_frame_is_written_as_the_same_bytes(data: bytes) -> None:
    try:
        frame = decode_frame(data)
    except Malformed:
        return
    assert encode_frame(frame) == data


@given(frames(), st.integers(1, 255), st.integers(1, 23))
def test_one_wrong_byte_is_noticed_wherever_it_is(frame: Frame, wrong_by: int, at: int) -> None:
    data = bytearray(encode_frame(frame))
    data[at] = (data[at] + wrong_by) % 256
    with pytest.raises(Malformed):
        decode_frame(bytes(data))


@pytest.mark.parametrize("state", [0x00, 0x54, 0x5A, 0xA5, 0xEF])
def test_no_other_state_begins_a_frame(state: int) -> None:
    with pytest.raises(Malformed, match="24 bytes are no frame"):
        decode_frame(bytes((state,)) + LOADED[1:])


def test_a_published_frame_of_a_chip_with_load() -> None:
    frame = decode_frame(LOADED)
    assert (frame.voltage_parameter, frame.voltage_register) == (187_600, 1_535)
    assert (frame.current_parameter, frame.current_register) == (15_575, 8_273)
    assert (frame.power_parameter, frame.power_register) == (5_105_000, 25_155)
    assert (frame.pulses, frame.overflow, frame.is_usable) == (0x023C, Overflow(0), True)


def test_a_published_frame_of_a_chip_with_too_little_load_to_measure() -> None:
    frame = decode_frame(IDLE)
    assert (frame.overflow, frame.is_usable) == (Overflow.POWER, True)


def test_a_published_frame_of_a_chip_without_mains() -> None:
    frame = decode_frame(UNPLUGGED)
    assert frame.overflow == Overflow.POWER | Overflow.VOLTAGE
    assert frame.current_register == 0


@pytest.mark.parametrize("state", [0xAA, 0xF1, 0xFF])
def test_a_chip_without_its_constants_cannot_be_used(state: int) -> None:
    assert not decode_frame(bytes((state,)) + LOADED[1:]).is_usable


def test_the_state_tells_what_overflows() -> None:
    assert overflow_state(Overflow(0)) == 0x55
    assert overflow_state(Overflow.POWER | Overflow.CURRENT) == 0xF6


def test_the_overflow_bit_is_a_seventeenth_digit_of_the_pulses() -> None:
    below = decode_frame(LOADED)
    above = decode_frame(encode_frame(Frame(**{**_fields(below), "update": below.update | 0x80})))
    assert above.counter - below.counter == 65_536


def test_a_frame_takes_as_long_as_the_published_registers_of_an_idle_chip_say() -> None:
    # Without a pulse the power register counts the microseconds that pass: five frames in a row.
    counted = [0x5F9907, 0x61336B, 0x62CDCF, 0x646734, 0x660198]
    steps_s = [(b - a) / 1e6 for a, b in pairwise(counted)]
    assert steps_s == pytest.approx([FRAME_EVERY_S] * 4, rel=0.005)


def _fields(frame: Frame) -> dict[str, int]:
    return {name: getattr(frame, name) for name in Frame.__slots__}
