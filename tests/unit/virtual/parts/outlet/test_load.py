from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.virtual.parts.outlet import Load, Segment


def test_a_heater_takes_what_it_says() -> None:
    [heater] = Load.resistive(2000).segments
    assert (heater.resistive_w, heater.constant_w, heater.power_factor) == (2000, 0, 1)


def test_a_motor_takes_six_times_as_much_when_it_starts() -> None:
    [motor] = Load.motor(100).segments
    assert motor.constant_w_at(0) == pytest.approx(600)
    assert motor.constant_w_at(motor.settles_s) == pytest.approx(100 + 500 / math.e)
    assert motor.constant_w_at(5) == pytest.approx(100)
    assert motor.power_factor < 1


def test_a_power_supply_takes_little_and_badly() -> None:
    [supply] = Load.standby(0.5).segments
    assert (supply.constant_w, supply.power_factor) == (0.5, 0.45)


@given(st.floats(0, 4000), st.floats(0, 10), st.floats(0.1, 10), st.floats(0, 10))
def test_the_energy_of_a_segment_is_the_integral_of_its_power(
    power_w: float, surge: float, settles_s: float, into_s: float
) -> None:
    segment = Segment(constant_w=power_w, resistive_w=power_w, surge=surge, settles_s=settles_s)
    steps = 1_000
    width_s = into_s / steps
    summed_j = sum(segment.constant_w_at((step + 0.5) * width_s) for step in range(steps)) * width_s
    assert segment.constant_j(into_s) == pytest.approx(summed_j, rel=1e-3, abs=1e-6)
    assert segment.resistive_j(into_s) == power_w * into_s


@pytest.mark.parametrize(
    "wrong",
    [
        {"lasts_s": 0},
        {"lasts_s": math.nan},
        {"settles_s": 0},
        {"resistive_w": -1},
        {"constant_w": math.inf},
        {"constant_w": math.nan},
        {"surge": -1},
        {"power_factor": 0},
        {"power_factor": 1.1},
    ],
    ids=str,
)
def test_a_segment_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Load(segments=(Segment(**wrong),))


def test_a_load_has_a_segment_and_only_its_last_can_go_on_for_ever() -> None:
    with pytest.raises(UsageError, match="at least one"):
        Load(segments=())
    endless, short = Segment(), Segment(lasts_s=1)
    Load(segments=(short, endless))
    Load(segments=(short, short), repeats=True)
    for segments, repeats in (((endless, short), False), ((short, endless), True)):
        with pytest.raises(UsageError, match="for ever"):
            Load(segments=segments, repeats=repeats)
