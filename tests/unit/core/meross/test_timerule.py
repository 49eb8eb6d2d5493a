"""Time rules, judged by what real plugs were given and by the zone database itself."""

from __future__ import annotations

import zoneinfo
from bisect import bisect_right
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ownplug.core.meross.timerule import MAX_RULES, time_rules
from ownplug.core.schedule import TimeRule

MARCH_2019 = datetime(2019, 3, 10, tzinfo=UTC)
TEN_YEARS_S = 10 * 365 * 86400
ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})


def rules_of(zone: str, now: datetime = MARCH_2019) -> list[TimeRule]:
    return time_rules(zoneinfo.ZoneInfo(zone), now)


def offset_by_rules(rules: list[TimeRule], moment_s: int) -> int:
    """What a plug does: the last rule that has begun is in force."""
    begun = bisect_right([begins for begins, _, _ in rules], moment_s)
    return rules[begun - 1][1]


def offset_by_zone(zone: tzinfo, moment_s: int) -> int:
    offset = datetime.fromtimestamp(moment_s, UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def test_madrid_begins_as_a_captured_plug_says() -> None:
    rules = rules_of("Europe/Madrid")
    assert rules[:2] == [(1540688400, 3600, 0), (1553994000, 7200, 1)]
    assert len(rules) == MAX_RULES


def test_madrid_for_ten_years_is_what_an_mss210_was_given() -> None:
    """Source: capture:mss210-hw1-fw1.1.12 (`timeRule`; the list was written in spring 2019)."""
    assert rules_of("Europe/Madrid", datetime(2019, 4, 7, tzinfo=UTC)) == [
        (1553994000, 7200, 1), (1572138000, 3600, 0), (1585443600, 7200, 1), (1603587600, 3600, 0),
        (1616893200, 7200, 1), (1635642000, 3600, 0), (1648342800, 7200, 1), (1667091600, 3600, 0),
        (1679792400, 7200, 1), (1698541200, 3600, 0), (1711846800, 7200, 1), (1729990800, 3600, 0),
        (1743296400, 7200, 1), (1761440400, 3600, 0), (1774746000, 7200, 1), (1792890000, 3600, 0),
        (1806195600, 7200, 1), (1824944400, 3600, 0), (1837645200, 7200, 1), (1856394000, 3600, 0),
    ]  # fmt: skip


def test_a_zone_without_summer_time_has_one_rule_from_its_last_change() -> None:
    assert rules_of("Asia/Qatar") == [(76190400, 10800, 0)]


def test_shanghai_has_one_rule_from_its_last_summer() -> None:
    """A captured plug has 684860400; the zone database moved that change by two hours in 2018."""
    [(begins, offset_s, summer)] = rules_of("Asia/Shanghai")
    assert (offset_s, summer) == (28800, 0)
    assert begins in {684860400, 684867600}


def test_utc_has_one_rule_from_the_beginning_of_time() -> None:
    assert rules_of("UTC") == [(0, 0, 0)]
    assert time_rules(UTC, MARCH_2019) == [(0, 0, 0)]


def test_new_york_is_behind_utc_on_the_day_its_summer_begins() -> None:
    assert rules_of("America/New_York")[:2] == [(1541311200, -18000, 0), (1552201200, -14400, 1)]


def test_lord_howe_moves_by_half_an_hour() -> None:
    assert rules_of("Australia/Lord_Howe")[:2] == [(1538839800, 39600, 1), (1554562800, 37800, 0)]


@pytest.mark.parametrize(
    ("zone", "ahead_s"), [("Europe/Dublin", 3600), ("Africa/Casablanca", 3600), ("Europe/London", 3600)]
)
def test_summer_time_is_the_time_that_is_ahead_whatever_the_law_calls_it(zone: str, ahead_s: int) -> None:
    for _, offset_s, summer in rules_of(zone):
        assert summer == (offset_s == ahead_s)


def test_a_zone_that_gave_up_its_winter_exception_has_no_summer_time() -> None:
    """Namibia stayed at two hours ahead in 2017."""
    [(_, offset_s, summer)] = rules_of("Africa/Windhoek")
    assert (offset_s, summer) == (7200, 0)


def test_a_change_that_lasts_only_a_week_is_not_missed() -> None:
    """Gaza, October 2040: a week of winter time before and after Ramadan, as far as is known today."""
    zone, now = zoneinfo.ZoneInfo("Asia/Gaza"), datetime(2040, 9, 1, tzinfo=UTC)
    rules = time_rules(zone, now)
    for day in range(120):
        moment_s = int((now + timedelta(days=day)).timestamp())
        assert offset_by_rules(rules, moment_s) == offset_by_zone(zone, moment_s)


def test_a_smaller_store_gets_the_next_rules_only() -> None:
    assert (
        time_rules(zoneinfo.ZoneInfo("Europe/Madrid"), MARCH_2019, count=3) == rules_of("Europe/Madrid")[:3]
    )


def test_the_same_moment_in_another_zone_gives_the_same_rules() -> None:
    tokyo = MARCH_2019.astimezone(zoneinfo.ZoneInfo("Asia/Tokyo"))
    assert rules_of("Europe/Madrid", tokyo) == rules_of("Europe/Madrid")


@settings(deadline=None)
@given(
    name=st.sampled_from(ZONES),
    now_s=st.integers(946684800, 2208988800),  # 2000 to 2040
    share=st.floats(0, 1),
)
def test_a_plug_that_applies_the_rules_is_right_at_any_later_moment(
    name: str, now_s: int, share: float
) -> None:
    zone = zoneinfo.ZoneInfo(name)
    rules = time_rules(zone, datetime.fromtimestamp(now_s, UTC))
    # A full store ends where the change after its last rule begins.
    horizon_s = rules[-1][0] if len(rules) == MAX_RULES else now_s + TEN_YEARS_S
    moment_s = now_s + int(share * (horizon_s - now_s))
    assert offset_by_rules(rules, moment_s) == offset_by_zone(zone, moment_s)
    assert rules[0][0] <= now_s
    assert [begins for begins, _, _ in rules] == sorted({begins for begins, _, _ in rules})


@settings(deadline=None)
@given(name=st.sampled_from(ZONES), now_s=st.integers(1500000000, 2000000000))
def test_each_rule_begins_at_the_very_second_of_its_change(name: str, now_s: int) -> None:
    zone = zoneinfo.ZoneInfo(name)
    for begins, offset_s, _ in time_rules(zone, datetime.fromtimestamp(now_s, UTC))[1:]:
        before = datetime.fromtimestamp(begins - 1, UTC).astimezone(zone)
        at = datetime.fromtimestamp(begins, UTC).astimezone(zone)
        assert at.utcoffset() == timedelta(seconds=offset_s)
        assert (before.utcoffset(), before.dst()) != (at.utcoffset(), at.dst())
