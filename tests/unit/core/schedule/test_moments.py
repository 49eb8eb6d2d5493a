from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.schedule import (
    EVERY_DAY,
    AtClock,
    AtSun,
    Moment,
    Place,
    SunEvent,
    Timer,
    Weekday,
    Zone,
    next_moment,
)

BERLIN = Place(
    zone=Zone(rules=((1698541200, 3600, 0), (1711846800, 7200, 1), (1729990800, 3600, 0))),
    latitude=52.52,
    longitude=13.405,
)
UTC_AT_0 = Place(zone=Zone())


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def daily(at: AtClock | AtSun, *days: Weekday) -> Timer:
    return Timer(id="a", at=at, turns_on=True, days=frozenset(days) or EVERY_DAY)


def following(timer: Timer, place: Place, after: str, count: int = 3) -> list[str]:
    """The next moments, in UTC."""
    found, after_unix_s = [], at(after)
    for _ in range(count):
        moment = next_moment(timer, place, after_unix_s)
        if moment is None:
            break
        after_unix_s = moment.unix_s
        found.append(f"{datetime.fromtimestamp(moment.unix_s, UTC):%Y-%m-%d %H:%M}")
    return found


def test_a_timer_acts_after_the_moment_and_not_at_it() -> None:
    seven = daily(AtClock(minute=420))
    assert following(seven, UTC_AT_0, "2024-05-01 06:59:59", 1) == ["2024-05-01 07:00"]
    assert following(seven, UTC_AT_0, "2024-05-01 07:00:00", 1) == ["2024-05-02 07:00"]


def test_only_on_its_days_by_the_plugs_own_date() -> None:
    early = daily(AtClock(minute=30), Weekday.MONDAY)  # 00:30 on Monday is Sunday in UTC
    assert following(early, BERLIN, "2024-05-01") == [
        "2024-05-05 22:30",
        "2024-05-12 22:30",
        "2024-05-19 22:30",
    ]


def test_a_timer_without_days_or_disabled_never_acts() -> None:
    never = Timer(id="a", at=AtClock(minute=0), turns_on=True, days=frozenset())
    assert next_moment(never, BERLIN, 0) is None
    assert next_moment(Timer(id="a", at=AtClock(minute=0), turns_on=True, enabled=False), BERLIN, 0) is None


def test_in_the_hour_that_is_left_out_it_acts_at_the_change_in_the_order_of_the_times() -> None:
    after = at("2024-03-30 12:00")
    moments = [next_moment(daily(AtClock(minute=minute)), BERLIN, after) for minute in (180, 150, 120)]
    assert {moment.unix_s for moment in moments if moment} == {at("2024-03-31 01:00")}
    assert sorted(moment for moment in moments if moment) == [
        Moment(unix_s=1711846800, minute=minute) for minute in (120, 150, 180)
    ]
    half_past_two = daily(AtClock(minute=150))
    assert following(half_past_two, BERLIN, "2024-03-29 12:00") == [
        "2024-03-30 01:30",
        "2024-03-31 01:00",
        "2024-04-01 00:30",
    ]


def test_in_the_hour_that_comes_twice_it_acts_the_first_time() -> None:
    half_past_two = daily(AtClock(minute=150))
    assert following(half_past_two, BERLIN, "2024-10-26 12:00") == [
        "2024-10-27 00:30",
        "2024-10-28 01:30",
        "2024-10-29 01:30",
    ]


def test_the_sun_is_followed_through_summer_time() -> None:
    # the teardown page: 05:59 at 0, 0 on the first day
    assert following(daily(AtSun(event=SunEvent.SUNRISE)), UTC_AT_0, "1970-01-01", 1) == ["1970-01-01 05:59"]
    sunset = daily(AtSun(event=SunEvent.SUNSET, offset_min=-90))
    assert following(sunset, BERLIN, "2024-03-29 20:00") == [
        "2024-03-30 16:07",  # 18:37 in Berlin, says an almanac
        "2024-03-31 16:08",
        "2024-04-01 16:10",
    ]


def test_days_of_the_sun_are_those_of_the_sunset_itself() -> None:
    late = daily(AtSun(event=SunEvent.SUNSET, offset_min=360), Weekday.SATURDAY)
    assert following(late, UTC_AT_0, "2024-06-01", 2) == ["2024-06-02 00:01", "2024-06-09 00:02"]


def test_where_the_sun_does_not_set_it_waits_until_it_does() -> None:
    tromso = Place(zone=Zone(), latitude=69.65, longitude=18.96)
    assert following(daily(AtSun(event=SunEvent.SUNSET)), tromso, "2024-06-01", 1)[0].startswith("2024-07-2")
    pole = Place(zone=Zone(), latitude=90)
    assert next_moment(daily(AtSun(event=SunEvent.SUNSET)), pole, at("2024-06-01")) is None


whens = st.one_of(
    st.builds(AtClock, minute=st.integers(0, 1439)),
    st.builds(AtSun, event=st.sampled_from(SunEvent), offset_min=st.integers(-1440, 1440)),
)
places = st.builds(
    Place,
    zone=st.builds(
        Zone,
        rules=st.lists(
            st.tuples(st.integers(0, 2**32 - 1), st.integers(-86_400, 86_400), st.integers(0, 1)), max_size=20
        ).map(tuple),
    ),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
)


@given(st.builds(Timer, id=st.just("a"), at=whens, turns_on=st.booleans()), places, st.floats(0, 2**32))
def test_whatever_a_plug_is_told_there_is_a_later_moment_or_none(
    timer: Timer, place: Place, after_unix_s: float
) -> None:
    moment = next_moment(timer, place, after_unix_s)
    if isinstance(timer.at, AtClock):
        assert moment is not None
        assert moment.unix_s <= after_unix_s + 4 * 86_400
    assert moment is None or moment.unix_s > after_unix_s
