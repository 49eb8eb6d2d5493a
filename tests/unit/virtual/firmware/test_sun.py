from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.virtual.firmware.sun import render_sun, sun_times


@pytest.mark.parametrize(
    ("day", "rise", "set_"),
    [
        (date(1970, 1, 1), 5 * 60 + 59, 18 * 60 + 7),  # the teardown page
        (date(2024, 3, 10), 6 * 60 + 6, 18 * 60 + 13),  # a capture of 2.1.17
    ],
)
def test_agrees_with_real_plugs_to_the_minute(day: date, rise: int, set_: int) -> None:
    assert sun_times(day, latitude=0, longitude=0, offset_s=0) == (rise, set_)


def test_agrees_with_an_almanac_elsewhere() -> None:
    # Berlin on midsummer day of 2024, summer time: 04:43 and 21:33
    times = sun_times(date(2024, 6, 21), latitude=52.52, longitude=13.405, offset_s=7200)
    assert times is not None
    assert list(times) == pytest.approx([4 * 60 + 43, 21 * 60 + 33], abs=2)


def test_polar_days_have_no_sunrise() -> None:
    assert sun_times(date(2024, 6, 21), latitude=80, longitude=0, offset_s=0) is None
    assert render_sun(None) == "0:0;0:0"
    assert render_sun((366, 1093)) == "6:6;18:13"


@given(st.dates(), st.floats(-90, 90), st.floats(-180, 180), st.integers(-86400, 86400))
def test_every_place_and_day_has_an_answer(
    day: date, latitude: float, longitude: float, offset_s: int
) -> None:
    times = sun_times(day, latitude=latitude, longitude=longitude, offset_s=offset_s)
    assert times is None or all(0 <= minute < 1440 for minute in times)
