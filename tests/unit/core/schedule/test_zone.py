from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ownplug.core.meross.timerule import time_rules
from ownplug.core.schedule import Zone

MADRID = Zone(rules=((1698541200, 3600, 0), (1711846800, 7200, 1), (1729990800, 3600, 0)))
FORWARD, BACK = date(2024, 3, 31), date(2024, 10, 27)
NAMES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Qatar"]
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)

rules = st.lists(
    st.tuples(st.integers(0, 10**7), st.integers(-86_400, 86_400), st.integers(0, 1)), max_size=6
).map(tuple)


@pytest.mark.parametrize(
    ("unix_s", "offset_s"),
    [(0, 3600), (1698541200, 3600), (1711846799, 3600), (1711846800, 7200), (1729990800, 3600), (4e9, 3600)],
)
def test_the_newest_rule_that_has_begun_holds(unix_s: float, offset_s: int) -> None:
    assert MADRID.offset_s(unix_s) == offset_s
    assert Zone(rules=MADRID.rules[::-1]).offset_s(unix_s) == offset_s


def test_without_rules_the_time_is_utc() -> None:
    assert Zone().offset_s(1711846800) == 0
    assert Zone().day(1711842900) == date(2024, 3, 30)
    assert Zone().moment(date(1970, 1, 2), 1) == 86_460


def test_days_and_minutes_are_those_of_the_zone() -> None:
    assert MADRID.day(1711842900) == FORWARD
    assert MADRID.minute(1711842900) == 55
    assert MADRID.local(1711842900.9) == datetime(2024, 3, 31, 0, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "minute", "moment"),
    [
        (FORWARD, 119, 1711846740),  # 01:59, a minute before the change
        (FORWARD, 120, 1711846800),  # 02:00 is 03:00
        (FORWARD, 150, 1711846800),  # 02:30 never comes
        (FORWARD, 180, 1711846800),
        (FORWARD, 181, 1711846860),
        (BACK, 119, 1729987140),  # 01:59
        (BACK, 150, 1729989000),  # 02:30 comes twice
        (BACK, 180, 1729994400),  # 03:00, an hour and a half after the first 02:30
    ],
)
def test_both_changes_of_summer_time(day: date, minute: int, moment: int) -> None:
    assert MADRID.moment(day, minute) == moment


@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_the_zone_data_of_python(name: str) -> None:
    zone_info = ZoneInfo(name)
    zone = Zone(rules=tuple(time_rules(zone_info, BEGIN)))
    left_out = 0
    for half_hour in range(366 * 48):
        shown = datetime(2024, 1, 1) + timedelta(minutes=30 * half_hour)  # noqa: DTZ001 - what a clock shows
        moment = zone.moment(shown.date(), shown.hour * 60 + shown.minute)
        theirs = shown.replace(tzinfo=zone_info)
        if theirs.astimezone(UTC).astimezone(zone_info).replace(tzinfo=None) == shown:
            assert moment == theirs.timestamp(), shown
        else:
            left_out += 1
            assert zone.offset_s(moment) > zone.offset_s(moment - 1), shown
    assert left_out == {"Asia/Qatar": 0, "Australia/Lord_Howe": 1}.get(name, 2)


@given(rules, st.dates(date(1970, 1, 1), date(1970, 4, 1)), st.integers(0, 1439))
@example((), date(1970, 1, 1), 0)
def test_a_moment_is_the_first_at_which_the_clock_shows_as_much(
    rules: tuple[tuple[int, int, int], ...], day: date, minute: int
) -> None:
    zone = Zone(rules=rules)
    moment = zone.moment(day, minute)
    shown = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    assert zone.local(moment) >= shown
    before = [moment - 1, *(rule[0] - 1 for rule in rules if rule[0] <= moment)]
    assert all(zone.local(unix_s) < shown for unix_s in before)
