from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import astral
import astral.sun
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.schedule.sun import sun_moments, sun_times


@pytest.mark.parametrize(
    ("day", "rise", "set_"),
    [
        (date(1970, 1, 1), 5 * 60 + 59, 18 * 60 + 7),  # the teardown page
        (date(2024, 3, 10), 6 * 60 + 6, 18 * 60 + 13),  # a capture of 2.1.17
    ],
)
def test_agrees_with_real_plugs_to_the_minute(day: date, rise: int, set_: int) -> None:
    assert sun_times(day, latitude=0, longitude=0, offset_s=0) == (rise, set_)


@pytest.mark.parametrize("year", [1970, 2024, 2038])
@pytest.mark.parametrize(
    ("zone", "latitude", "longitude"),
    [
        ("Europe/Berlin", 52.52, 13.405),
        ("America/New_York", 40.71, -74.01),
        ("Australia/Sydney", -33.87, 151.21),
        ("Pacific/Auckland", -36.85, 174.76),
        ("UTC", 0, 0),
    ],
)
def test_agrees_with_an_almanac_to_a_minute_and_a_half(
    year: int, zone: str, latitude: float, longitude: float
) -> None:
    observer = astral.Observer(latitude, longitude)
    for number in range(365):
        day = date(year, 1, 1) + timedelta(days=number)
        moments = sun_moments(day, latitude=latitude, longitude=longitude)
        assert moments is not None
        look_up = (astral.sun.sunrise, astral.sun.sunset)
        theirs = [almanac(observer, date=day, tzinfo=ZoneInfo(zone)).timestamp() for almanac in look_up]
        assert list(moments) == pytest.approx(theirs, abs=90, rel=0), day


def test_polar_days_have_no_sunrise() -> None:
    assert sun_times(date(2024, 6, 21), latitude=80, longitude=0, offset_s=0) is None
    assert sun_moments(date(2024, 12, 21), latitude=80, longitude=0) is None


@given(st.dates(), st.floats(-90, 90), st.floats(-180, 180), st.integers(-86400, 86400))
def test_every_place_and_day_has_an_answer(
    day: date, latitude: float, longitude: float, offset_s: int
) -> None:
    times = sun_times(day, latitude=latitude, longitude=longitude, offset_s=offset_s)
    assert times is None or all(0 <= minute < 1440 for minute in times)


@given(st.dates(), st.floats(-90, 90), st.floats(-180, 180))
def test_the_sun_rises_before_it_sets_and_both_within_a_day(
    day: date, latitude: float, longitude: float
) -> None:
    moments = sun_moments(day, latitude=latitude, longitude=longitude)
    assert moments is None or 0 <= moments[1] - moments[0] <= 86_400
