from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.meter import (
    FRAME_BYTES,
    FRAME_EVERY_S,
    Flow,
    Overflow,
    PulseCounter,
    Wiring,
    decode_frame,
    flow_of,
    pulse_j,
)
from ownplug.virtual.parts.hlw8032 import Hlw8032, Pace, Sent
from ownplug.virtual.parts.outlet import Load, Outlet, Segment, no_noise, washer


def behind(load: Load, pace: Pace = Pace.NEWS, *, mains_v: float = 230) -> tuple[Outlet, Hlw8032]:
    outlet = Outlet(load=load, mains_v=mains_v, noise=no_noise)
    outlet.switch(on=True, now_s=0)
    return outlet, Hlw8032(outlet, pace=pace, now_s=0)


def flow_at(sent: Sent) -> Flow:
    return flow_of(decode_frame(sent.data), Wiring())


def pulses_of(sent: list[Sent]) -> int:
    counter = PulseCounter()
    return sum(counter.count(decode_frame(one.data)) for one in sent)


PULSE_J = 9.5974
"""By hand: 5,105,000 x 1.88 / 1,000,000."""


def test_a_chip_sends_a_frame_each_105_ms_whoever_listens_when() -> None:
    _, often = behind(Load.motor(100), Pace.CHIP)
    _, seldom = behind(Load.motor(100), Pace.CHIP)
    heard = [sent for tenth in range(1, 101) for sent in often.read(tenth / 10)]
    assert heard == seldom.read(10)
    assert len(heard) == 95
    steps = [b.at_s - a.at_s for a, b in itertools.pairwise(heard)]
    assert steps == pytest.approx([FRAME_EVERY_S] * 94)
    assert {len(sent.data) for sent in heard} == {FRAME_BYTES}


def test_at_the_pace_of_news_there_is_one_a_minute_and_one_whenever_somebody_looks() -> None:
    _, chip = behind(Load.resistive(60))
    chip.read(1)
    assert [sent.at_s for sent in chip.read(150)] == [61, 121, 150]
    assert chip.read(150) == []


def test_at_the_pace_of_news_each_change_of_the_load_is_told_in_the_next_frame() -> None:
    load = Load(
        segments=(Segment(lasts_s=7, constant_w=100), Segment(lasts_s=5, constant_w=300)), repeats=True
    )
    _, chip = behind(load)
    heard = chip.read(20)
    assert [sent.at_s for sent in heard] == pytest.approx(
        [*(change_s + FRAME_EVERY_S for change_s in (0, 7, 12, 19)), 20]
    )
    assert [flow_at(sent).power_w for sent in heard] == pytest.approx([100, 300, 100, 300, 300], rel=1e-3)


def test_a_switch_is_a_change_too() -> None:
    outlet, chip = behind(Load.motor(100))
    chip.read(30)
    outlet.switch(on=False, now_s=30)
    chip.read(45)
    outlet.switch(on=True, now_s=45)
    heard = chip.read(50)
    assert [sent.at_s for sent in heard] == pytest.approx([45 + FRAME_EVERY_S, 50])
    started, running = (flow_at(sent) for sent in heard)
    assert started.power_w > 2 * running.power_w


@pytest.mark.parametrize("pace", Pace)
@given(volts=st.floats(90, 260), amperes=st.floats(0.01, 16), power_factor=st.floats(0.1, 1))
def test_a_frame_tells_what_flows(pace: Pace, volts: float, amperes: float, power_factor: float) -> None:
    """To the resolution of the registers: the shortest period is a thousand microseconds or more."""
    power_w = volts * amperes * power_factor
    segment = Segment(constant_w=power_w, power_factor=power_factor)
    _, chip = behind(Load(segments=(segment,)), pace, mains_v=volts)
    told = flow_at(chip.read(1)[-1])
    assert told.voltage_v == pytest.approx(volts, rel=0.0005)
    assert told.current_a == pytest.approx(amperes, rel=0.0006)
    assert told.power_w == pytest.approx(power_w, rel=0.0003, abs=0.6)


def test_with_no_load_power_and_current_overflow_and_read_as_zero() -> None:
    outlet, chip = behind(Load.resistive(60))
    outlet.switch(on=False, now_s=0)
    frame = decode_frame(chip.read(1)[-1].data)
    assert frame.state == 0xF6
    assert frame.overflow == Overflow.POWER | Overflow.CURRENT
    assert frame.update == 0x41  # the voltage is fresh
    assert flow_of(frame, Wiring()).voltage_v == pytest.approx(230, rel=0.001)


def test_a_load_below_the_range_shows_no_power_and_counts_all_the_same() -> None:
    _, chip = behind(Load.standby(0.4))
    heard = chip.read(3600)
    assert flow_at(heard[-1]).power_w == 0
    assert flow_at(heard[-1]).current_a > 0
    assert pulses_of(heard) == int(0.4 * 3600 / PULSE_J)


@pytest.mark.parametrize(("pace", "stretch"), [(Pace.CHIP, 1), (Pace.NEWS, 60)])
@given(
    load=st.sampled_from([Load.resistive(3600), Load.standby(0.3), Load.motor(700), washer()]),
    steps=st.lists(st.tuples(st.floats(0.1, 5), st.booleans()), min_size=1, max_size=12),
)
def test_pulses_are_the_integral_of_the_load_within_one(
    pace: Pace, stretch: float, load: Load, steps: list[tuple[float, bool]]
) -> None:
    outlet, chip = behind(load, pace)
    heard = chip.read(0.2)
    at_s = first_s = heard[0].at_s
    true_j = 0.0
    for step_s, on in steps:
        until_s = at_s + step_s * stretch
        heard += chip.read(until_s)
        true_j += outlet.energy_j(at_s, until_s)
        at_s = until_s
        outlet.switch(on=on, now_s=at_s)
    heard += chip.read(at_s + 0.2)
    true_j += outlet.energy_j(at_s, heard[-1].at_s)
    assert first_s < at_s
    assert pulses_of(heard) == pytest.approx(true_j / PULSE_J, abs=1)


def test_the_pulses_run_over_at_seventeen_digits_and_nobody_notices() -> None:
    _, chip = behind(Load.resistive(3600))
    heard = chip.read(3600)
    marks = {decode_frame(sent.data).update >> 7 for sent in heard}
    assert marks == {0, 1}
    assert pulses_of(heard) == pytest.approx(3600 * (3600 - heard[0].at_s) / PULSE_J, abs=1)
    assert pulses_of(heard) > 10 * 2**16


def test_without_power_it_forgets() -> None:
    _, chip = behind(Load.resistive(3600))
    assert decode_frame(chip.read(100)[-1].data).pulses > 1000
    chip.power_up(500)
    [sent] = chip.read(500 + 0.05)
    assert decode_frame(sent.data).pulses == pytest.approx(3600 * 0.05 / PULSE_J, abs=1)


def test_other_wiring_is_measured_otherwise() -> None:
    outlet = Outlet(load=Load.resistive(1000), mains_v=230, noise=no_noise)
    outlet.switch(on=True, now_s=0)
    wiring = Wiring(voltage_ratio=193, current_ratio=102)
    chip = Hlw8032(outlet, pace=Pace.NEWS, now_s=0, wiring=wiring)
    frame = decode_frame(chip.read(60)[-1].data)
    assert flow_of(frame, wiring).power_w == pytest.approx(1000, rel=0.001)
    assert flow_of(frame, Wiring()).power_w == pytest.approx(1000 * 188 / 193 / 1.02, rel=0.001)
    assert pulse_j(frame.power_parameter, wiring) == pytest.approx(PULSE_J * 1.93 / 1.88 * 1.02)
