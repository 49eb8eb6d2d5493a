from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ownplug.virtual.firmware.calendar import c_time, duration, http_date, suncalc


def test_times_look_like_those_on_the_teardown_page_and_in_captures() -> None:
    assert c_time(537) == "Thu Jan  1 00:08:57 1970"
    assert c_time(1710076749) == "Sun Mar 10 13:19:09 2024"
    assert http_date(448) == "Thu, 01 Jan 1970 00:07:28 GMT"
    assert duration(169 * 3600 + 52 * 60 + 27.9) == "169h52m27s"


def test_the_sun_is_told_without_leading_zeros_and_polar_days_as_midnight() -> None:
    assert suncalc((366, 1093)) == "6:6;18:13"
    assert suncalc(None) == "0:0;0:0"


@given(st.integers(0, 2**32))
def test_every_moment_that_the_clock_can_hold_can_be_written(unix_s: int) -> None:
    assert len(c_time(unix_s)) == 24
    assert len(http_date(unix_s)) == 29
