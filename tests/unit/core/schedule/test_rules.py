from __future__ import annotations

from datetime import date

import pytest

from ownplug.core.errors import UsageError
from ownplug.core.schedule import EVERY_DAY, AtClock, AtSun, AutoOff, SunEvent, Weekday


def test_days_are_counted_as_dates_count_them() -> None:
    assert [Weekday(date(2024, 4, day).weekday()).name for day in (1, 7)] == ["MONDAY", "SUNDAY"]
    assert len(EVERY_DAY) == 7


@pytest.mark.parametrize("minute", [-1, 1440])
def test_a_day_has_1440_minutes(minute: int) -> None:
    with pytest.raises(UsageError, match="no minute"):
        AtClock(minute=minute)


@pytest.mark.parametrize("offset_min", [-1441, 1441])
def test_a_day_is_the_farthest_from_the_sun(offset_min: int) -> None:
    with pytest.raises(UsageError, match="too far from sunset"):
        AtSun(event=SunEvent.SUNSET, offset_min=offset_min)


def test_nothing_turns_off_at_once() -> None:
    with pytest.raises(UsageError, match="after 0 seconds"):
        AutoOff(id="a", duration_s=0)


def test_an_auto_off_counts_on_its_days() -> None:
    monday, sunday = date(2024, 4, 1), date(2024, 4, 7)
    auto_off = AutoOff(id="a", duration_s=1, days=frozenset({Weekday.SUNDAY}))
    assert [auto_off.counts_on(day) for day in (monday, sunday)] == [False, True]
    assert not AutoOff(id="a", duration_s=1, enabled=False).counts_on(sunday)
