from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.meter import (
    FRAME_EVERY_S,
    Flow,
    Frame,
    PulseCounter,
    Wiring,
    decode_frame,
    energy_wh,
    flow_of,
    pulse_j,
)

# Frames of real chips, as their owners published them (Electrodragon's notes on the chip).
LOADED = decode_frame(bytes.fromhex("555A 02DCD0 0005FF 003CD7 002051 4DE568 006243 71 023C 24"))
IDLE = decode_frame(bytes.fromhex("F25A 02E180 000652 003EA8 03A6C8 4F9AE8 5E790B 61 0001 27"))
UNPLUGGED = decode_frame(bytes.fromhex("FA5A 02EEC8 FEFF01 003F66 000000 512188 FADB29 01 0000 54"))
# One of them under a steady load: power register and pulses, frame by frame.
STEADY = [
    (0x4F40, 0x04C6),
    (0x4F40, 0x04CB),
    (0x4F40, 0x04D0),
    (0x4F40, 0x04D5),
    (0x4E79, 0x04DA),
    (0x4E79, 0x04DF),
    (0x4E79, 0x04E4),
    (0x4E79, 0x04EA),
    (0x4E79, 0x04EF),
    (0x4F49, 0x04F4),
    (0x4F49, 0x04F9),
    (0x4F49, 0x04FF),
]


def test_a_published_frame_worked_by_hand() -> None:
    flow = flow_of(LOADED, Wiring())
    assert flow.voltage_v == pytest.approx(229.764, abs=0.001)
    assert flow.current_a == pytest.approx(1.8826, abs=0.0001)
    assert flow.power_w == pytest.approx(381.531, abs=0.001)
    assert flow.power_factor == pytest.approx(0.882, abs=0.001)


def test_the_voltage_that_its_publisher_worked_out() -> None:
    assert flow_of(IDLE, Wiring()).voltage_v == pytest.approx(219.372, abs=0.001)


def test_what_overflows_reads_as_nothing() -> None:
    assert flow_of(IDLE, Wiring()).power_w == 0
    assert flow_of(replace(LOADED, state=0xF6), Wiring()) == Flow(
        voltage_v=flow_of(LOADED, Wiring()).voltage_v
    )


def test_without_mains_nothing_flows() -> None:
    assert flow_of(UNPLUGGED, Wiring()) == Flow()
    assert Flow().power_factor == 0


@pytest.mark.parametrize("state", [0xAA, 0xF1])
def test_a_chip_without_its_constants_tells_nothing(state: int) -> None:
    assert flow_of(replace(LOADED, state=state), Wiring()) == Flow()


def test_other_wiring_reads_otherwise() -> None:
    flow = flow_of(LOADED, Wiring(voltage_ratio=376, current_ratio=50))
    usual = flow_of(LOADED, Wiring())
    assert flow.voltage_v == pytest.approx(2 * usual.voltage_v)
    assert flow.current_a == pytest.approx(usual.current_a / 2)
    assert flow.power_w == pytest.approx(usual.power_w)


def test_a_pulse_worked_by_hand() -> None:
    assert pulse_j(5_105_000, Wiring()) == pytest.approx(9.5974)
    assert energy_wh(375, power_parameter=5_105_000, wiring=Wiring()) == pytest.approx(1, abs=0.001)


def test_pulses_of_a_real_chip_are_worth_the_power_that_it_shows() -> None:
    """The one fact that only a real chip can show: its pulses come once in each power register, in microseconds."""
    lasts_s = (len(STEADY) - 1) * FRAME_EVERY_S
    counted_j = (STEADY[-1][1] - STEADY[0][1]) * pulse_j(LOADED.power_parameter, Wiring())
    shown = [flow_of(replace(LOADED, power_register=register), Wiring()).power_w for register, _ in STEADY]
    assert counted_j / lasts_s == pytest.approx(sum(shown) / len(shown), rel=1 / 57)


@given(st.integers(0, 2**17 - 1), st.lists(st.integers(0, 2**17 - 1), max_size=10))
def test_pulses_are_counted_through_every_overflow(start: int, steps: list[int]) -> None:
    counter, total = PulseCounter(), start
    assert counter.count(_at(start)) == 0
    for step in steps:
        total += step
        assert counter.count(_at(total)) == step


def _at(total: int) -> Frame:
    return replace(LOADED, pulses=total & 0xFFFF, update=0x71 | (total >> 16 & 1) << 7)
