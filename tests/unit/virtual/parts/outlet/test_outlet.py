from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.virtual.parts.outlet import SLOT_S, Load, Noise, Outlet, Segment, no_noise, washer


def wavering(slot: int) -> tuple[float, float]:
    chance = random.Random(slot)
    return chance.uniform(-1, 1), chance.uniform(-1, 1)


def plugged_in(load: Load, *, mains_v: float = 230, noise: Noise = no_noise) -> Outlet:
    outlet = Outlet(load=load, mains_v=mains_v, noise=noise)
    outlet.switch(on=True, now_s=0)
    return outlet


def test_a_steady_load_takes_what_it_says() -> None:
    outlet = plugged_in(Load.resistive(1000))
    flow = outlet.flow(3)
    assert (flow.power_w, flow.voltage_v, flow.power_factor) == (1000, 230, 1)
    assert flow.current_a == pytest.approx(1000 / 230)
    assert outlet.energy_j(0, 3600) == pytest.approx(3_600_000)


def test_current_that_does_no_work_is_there_all_the_same() -> None:
    flow = plugged_in(Load(segments=(Segment(constant_w=100, power_factor=0.5),))).flow(1)
    assert (flow.power_w, flow.power_factor) == (100, 0.5)
    assert flow.current_a == pytest.approx(200 / 230)


def test_an_open_contact_leaves_the_voltage_and_nothing_else() -> None:
    outlet = Outlet(load=Load.resistive(1000), mains_v=120, noise=no_noise)
    assert outlet.flow(5).voltage_v == 120
    assert (outlet.flow(5).power_w, outlet.flow(5).current_a) == (0, 0)
    assert outlet.energy_j(0, 3600) == 0
    assert outlet.next_change_s(0) == math.inf


def test_a_heater_follows_the_voltage_with_its_square_and_electronics_do_not() -> None:
    def low(_slot: int) -> tuple[float, float]:
        return -1.0, 0.0

    heater, supply = (plugged_in(load, noise=low) for load in (Load.resistive(100), Load.standby(100)))
    assert heater.flow(1).voltage_v == pytest.approx(230 * 0.99)
    assert heater.flow(1).power_w == pytest.approx(100 * 0.99**2)
    assert heater.energy_j(0, 10) == pytest.approx(1000 * 0.99**2)
    assert supply.flow(1).power_w == pytest.approx(100)
    assert supply.energy_j(0, 10) == pytest.approx(1000)


def test_a_load_begins_when_it_gets_current() -> None:
    outlet = Outlet(load=Load.motor(100), mains_v=230, noise=no_noise)
    outlet.switch(on=True, now_s=50)
    assert outlet.flow(50).power_w == pytest.approx(600)
    assert outlet.flow(60).power_w == pytest.approx(100)
    assert outlet.energy_j(0, 50) == 0
    assert outlet.energy_j(0, 60) == pytest.approx(1000 + 500 * 0.15)


def test_changes_are_switchings_and_the_beginnings_of_segments() -> None:
    outlet = Outlet(
        load=Load(segments=(Segment(lasts_s=5), Segment(lasts_s=7)), repeats=True),
        mains_v=230,
        noise=no_noise,
    )
    outlet.switch(on=True, now_s=100)
    seen: list[float] = []
    at_s = 90.0
    while len(seen) < 5:
        seen.append(at_s := outlet.next_change_s(at_s))
        at_s += 0.1
    assert seen == [100, 105, 112, 117, 124]
    outlet.switch(on=False, now_s=130)
    assert outlet.next_change_s(125) == 130
    assert outlet.next_change_s(130.1) == math.inf


LOADS = [
    Load.resistive(2000),
    Load.standby(0.4),
    Load.motor(800),
    washer(),
    Load(
        segments=(Segment(lasts_s=3.3, resistive_w=7), Segment(lasts_s=20.1, constant_w=90, surge=2)),
        repeats=True,
        flicker=0.05,
    ),
]


@given(st.sampled_from(LOADS), st.lists(st.floats(0.001, 50), min_size=1, max_size=20))
def test_energy_is_the_same_however_often_one_looks(load: Load, steps: list[float]) -> None:
    outlet, at_s, counted_j = plugged_in(load, noise=wavering), 0.0, 0.0
    for step in steps:
        outlet.flow(at_s)
        counted_j += outlet.energy_j(at_s, at_s + step)
        at_s += step
    assert counted_j == pytest.approx(outlet.energy_j(0, at_s), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("load", LOADS, ids=["heater", "standby", "motor", "washer", "curve"])
def test_energy_is_the_integral_of_the_power_shown(load: Load) -> None:
    """Added up in steps of 5 ms, which knows nothing of how the integral is made."""
    outlet, width_s, until_s = plugged_in(load, noise=wavering), 0.005, 60.0
    summed_j = sum(outlet.flow((step + 0.5) * width_s).power_w for step in range(int(until_s / width_s)))
    assert outlet.energy_j(0, until_s) == pytest.approx(summed_j * width_s, rel=1e-4)


def test_mains_and_load_waver_within_their_shares_slot_by_slot() -> None:
    outlet = plugged_in(Load.motor(1000), noise=wavering)
    voltages = {outlet.flow(slot * SLOT_S + 9.9).voltage_v for slot in range(1, 200)}
    powers = {outlet.flow(slot * SLOT_S + 9.9).power_w for slot in range(1, 200)}
    assert len(voltages) == len(powers) == 199
    assert 230 * 0.99 <= min(voltages) < 230 * 0.992
    assert 230 * 1.008 < max(voltages) <= 230 * 1.01
    assert 990 <= min(powers) <= max(powers) <= 1010
