from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.virtual.parts.meter import SLOT_S, Load, Meter, no_noise


def wavering(slot: int) -> float:
    return random.Random(slot).uniform(-1, 1)


def test_a_steady_load_takes_what_it_says() -> None:
    meter = Meter(load=Load(resistive_w=1000, standby_w=20), mains_v=230, noise=no_noise, now_s=0)
    sample = meter.sample(3, relay_on=True)
    assert sample.power_w == pytest.approx(1020)
    assert sample.current_a == pytest.approx(1020 / 230)
    assert meter.count(3600, relay_on=True) == pytest.approx(1020)


def test_an_open_relay_leaves_the_voltage_and_nothing_else() -> None:
    meter = Meter(load=Load(resistive_w=1000), mains_v=120, noise=no_noise, now_s=0)
    sample = meter.sample(3, relay_on=False)
    assert (sample.power_w, sample.voltage_v, sample.current_a) == (0, 120, 0)
    assert meter.count(3600, relay_on=False) == 0


def test_what_nobody_counted_is_gone() -> None:
    meter = Meter(load=Load(resistive_w=100), mains_v=120, noise=no_noise, now_s=0)
    meter.skip(3600)
    assert meter.count(3600 + 36, relay_on=True) == pytest.approx(1)


@given(st.lists(st.floats(0.001, 50), min_size=1, max_size=20))
def test_energy_is_the_sum_of_the_power_shown_however_often_one_looks(steps: list[float]) -> None:
    end_s = sum(steps)
    often = Meter(load=Load(), mains_v=230, noise=wavering, now_s=0)
    once = Meter(load=Load(), mains_v=230, noise=wavering, now_s=0)
    at_s, counted = 0.0, 0.0
    for step in steps:
        at_s += step
        often.sample(at_s, relay_on=True)
        counted += often.count(at_s, relay_on=True)
    shown = 0.0
    for slot in range(math.ceil(end_s / SLOT_S)):
        lasted_s = min(SLOT_S, end_s - slot * SLOT_S)
        shown += once.sample(slot * SLOT_S, relay_on=True).power_w * lasted_s / 3600
    assert counted == pytest.approx(shown)
    assert once.count(end_s, relay_on=True) == pytest.approx(shown)
