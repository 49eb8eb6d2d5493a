"""Days and hours as people live them, in zones that do odd things."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ownplug.core.energy.calendar import Calendar, day_number, day_of_number

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "Asia/Beirut",
)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2025, 3, 30), 23),
        ("Europe/Berlin", date(2025, 10, 26), 25),
        ("Europe/Berlin", date(2025, 6, 1), 24),
        ("Australia/Lord_Howe", date(2024, 4, 7), 25),  # of half an hour one
        ("Africa/Cairo", date(2024, 4, 26), 23),  # there is no midnight
        ("America/Havana", date(2024, 11, 3), 25),  # midnight comes twice
    ],
)
def test_a_day_has_so_many_hours(zone: str, day: date, hours: int) -> None:
    assert len(Calendar(zone).hours(day)) == hours


@pytest.mark.parametrize("zone", ZONES)
def test_days_follow_on_each_other_without_a_gap(zone: str) -> None:
    calendar, day = Calendar(zone), date(2024, 1, 1)
    for _ in range(366):
        hours = calendar.hours(day)
        assert hours[0][0] == calendar.begin(day)
        assert sum(length_s for _, length_s in hours) == calendar.end(day) - calendar.begin(day)
        assert [calendar.hour(start_s) for start_s, _ in hours] == [
            (start_s, day_number(day)) for start_s, _ in hours
        ]
        assert calendar.day(calendar.begin(day)) == day
        day += timedelta(days=1)


def test_the_hour_that_comes_twice_is_two() -> None:
    first, second = Calendar("Europe/Berlin").hours(date(2025, 10, 26))[2:4]
    assert first == (int(datetime(2025, 10, 26, 0, tzinfo=UTC).timestamp()), 3600)
    assert second == (int(datetime(2025, 10, 26, 1, tzinfo=UTC).timestamp()), 3600)


@pytest.mark.parametrize(
    ("shown", "in_utc"),
    [
        ("2026-01-05T12:30", ["2026-01-05T11:30"]),
        ("2026-10-25T02:30", ["2026-10-25T00:30", "2026-10-25T01:30"]),
        ("2026-10-25T03:00", ["2026-10-25T02:00"]),
        ("2026-03-29T02:30", []),
    ],
)
def test_what_clocks_show_is_once_twice_or_never(shown: str, in_utc: list[str]) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in in_utc]
    assert Calendar("Europe/Berlin").times_of(datetime.fromisoformat(shown)) == [
        int(moment.timestamp()) for moment in moments
    ]


def test_days_have_numbers() -> None:
    assert day_number(date(1970, 1, 1)) == 0
    assert day_of_number(day_number(date(2025, 3, 30))) == date(2025, 3, 30)
