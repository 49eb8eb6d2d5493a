from __future__ import annotations

import pytest

from ownplug.virtual.parts.outlet import Load, fan_heater, fridge
from ownplug.virtual.parts.outlet.timeline import Timeline

HOUR_S = 3600.0


def power_w(load: Load, at_s: float) -> float:
    segment, into_s = Timeline(load).at(at_s)
    return segment.resistive_w + segment.constant_w_at(into_s)


@pytest.mark.parametrize(
    ("load", "works_s", "rests_s", "works_w", "rests_w"),
    [(fridge(), 600.0, 1800.0, 85.0, 1.2), (fan_heater(), 120.0, 300.0, 1975.0, 25.0)],
)
def test_it_goes_on_and_off_over_and_over(
    load: Load, works_s: float, rests_s: float, works_w: float, rests_w: float
) -> None:
    round_s = sum(segment.lasts_s for segment in load.segments)
    for rounds in (0, 7):
        assert power_w(load, rounds * round_s + works_s) == pytest.approx(works_w, rel=0.01)
        assert power_w(load, rounds * round_s + rests_s) == pytest.approx(rests_w, rel=0.01)


def test_a_fridge_uses_what_a_fridge_does() -> None:
    used_wh = sum(Timeline(fridge()).used_j(24 * HOUR_S)) / HOUR_S
    assert 500 < used_wh < 1000
