from __future__ import annotations

import pytest

from ownplug.virtual.parts.outlet import Outlet, no_noise, washer


@pytest.fixture
def outlet() -> Outlet:
    outlet = Outlet(load=washer(), mains_v=230, noise=no_noise)
    outlet.switch(on=True, now_s=0)
    return outlet


def minutes(outlet: Outlet, first: int, last: int) -> list[float]:
    """The mean power of each minute."""
    return [outlet.energy_j(60 * minute, 60 * (minute + 1)) / 60 for minute in range(first, last)]


def test_it_fills_heats_washes_spins_and_stands_by(outlet: Outlet) -> None:
    assert max(minutes(outlet, 0, 1)) < 20
    assert min(minutes(outlet, 3, 18)) > 1950
    assert 100 < min(minutes(outlet, 25, 50)) <= max(minutes(outlet, 25, 50)) < 300
    assert max(minutes(outlet, 80, 97)) > 400
    assert minutes(outlet, 97, 10_000) == pytest.approx([0.9] * 9903)


def test_a_wash_takes_as_much_as_it_says(outlet: Outlet) -> None:
    assert outlet.energy_j(0, 97 * 60) / 3_600_000 == pytest.approx(0.8, abs=0.05)


def test_it_washes_again_when_it_gets_current_again(outlet: Outlet) -> None:
    outlet.switch(on=False, now_s=20_000)
    assert outlet.energy_j(20_000, 30_000) == 0
    outlet.switch(on=True, now_s=30_000)
    assert outlet.energy_j(30_000, 36_000) == pytest.approx(outlet.energy_j(30_000, 35_000), rel=0.2)
    assert outlet.energy_j(30_000, 36_000) / 3_600_000 == pytest.approx(0.8, abs=0.05)
