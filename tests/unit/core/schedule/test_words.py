"""Times and days as people write them, and what is said of rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.schedule import (
    EVERY_DAY,
    AtClock,
    AtSun,
    AutoOff,
    SunEvent,
    Timer,
    Weekday,
    describe_days,
    describe_duration,
    parse_at,
    parse_days,
    parse_duration,
    render_clock,
    summarize,
)

WEEKDAYS = frozenset(list(Weekday)[:5])
WEEKEND = frozenset({Weekday.SATURDAY, Weekday.SUNDAY})


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("18:30", AtClock(minute=1110)),
        ("00:00", AtClock(minute=0)),
        ("7:05", AtClock(minute=425)),
        (" 23:59 ", AtClock(minute=1439)),
        ("sunset", AtSun(event=SunEvent.SUNSET)),
        ("Sunset - 30m", AtSun(event=SunEvent.SUNSET, offset_min=-30)),
        ("sunrise+1h15m", AtSun(event=SunEvent.SUNRISE, offset_min=75)),
        ("sunrise+24h", AtSun(event=SunEvent.SUNRISE, offset_min=1440)),
        ("sunset-120s", AtSun(event=SunEvent.SUNSET, offset_min=-2)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, at: AtClock | AtSun) -> None:
    assert parse_at(text) == at


@pytest.mark.parametrize(
    "text",
    [
        *("", "24:00", "18.30", "1830", "18:3", "١٨:٣٠", "18:30\x00", "noon", "moonset", "-30m"),
        *("sunset-", "sunset30m", "sunset-30", "sunset-25h", "sunset-30s", "sunset-0m", "sunset--5m"),
        "sunset+9999999h",
    ],
)
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_at(text)
    assert refused.value.hint


@given(st.integers(0, 1439))
def test_every_minute_of_the_day_is_read_as_it_was_written(minute: int) -> None:
    assert parse_at(render_clock(AtClock(minute=minute))) == AtClock(minute=minute)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("weekdays", WEEKDAYS),
        ("weekend", WEEKEND),
        ("every day", EVERY_DAY),
        ("daily", EVERY_DAY),
        ("mon,wed", {Weekday.MONDAY, Weekday.WEDNESDAY}),
        ("Tu, thursday", {Weekday.TUESDAY, Weekday.THURSDAY}),
        ("weekdays,sat", EVERY_DAY - {Weekday.SUNDAY}),
    ],
)
def test_days_are_read_as_people_write_them(text: str, days: frozenset[Weekday]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "m", "t,s", "mon,", "mon;wed", "mondays", "8"])
def test_what_are_no_days_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="no days") as refused:
        parse_days(text)
    assert "mon,wed" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "duration_s"), [("90s", 90), ("45m", 2700), ("2h", 7200), ("1h 15m", 4500), ("1h1m1s", 3661)]
)
def test_a_duration_is_read_in_seconds(text: str, duration_s: int) -> None:
    assert parse_duration(text) == duration_s


@pytest.mark.parametrize("text", ["", "0s", "90", "1d", "m", "15m1h", "-5m", "1.5h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (EVERY_DAY, "every day"),
        (WEEKDAYS, "weekdays"),
        (WEEKEND, "the weekend"),
        ({Weekday.SUNDAY}, "Sunday"),
        ({Weekday.FRIDAY, Weekday.MONDAY, Weekday.WEDNESDAY}, "Monday, Wednesday and Friday"),
        (frozenset(), "no day"),
    ],
)
def test_days_are_said_by_their_name(days: frozenset[Weekday], said: str) -> None:
    assert describe_days(frozenset(days)) == said


@pytest.mark.parametrize(
    ("duration_s", "said"),
    [(1, "1 second"), (60, "1 minute"), (4500, "1 hour 15 minutes"), (86_400, "24 hours")],
)
def test_a_duration_is_said_in_its_units(duration_s: int, said: str) -> None:
    assert describe_duration(duration_s) == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            Timer(id="a", at=parse_at("sunset-30m"), turns_on=True, days=WEEKDAYS),
            "on weekdays, 30 minutes before sunset: on",
        ),
        (Timer(id="a", at=parse_at("18:30"), turns_on=False), "every day, at 18:30: off"),
        (Timer(id="a", at=parse_at("sunrise"), turns_on=True, repeats=False), "once, at sunrise: on"),
        (
            Timer(id="a", at=parse_at("sunrise+1h"), turns_on=True, days=WEEKEND, repeats=False),
            "once, on the next day of the weekend, 1 hour after sunrise: on",
        ),
        (
            Timer(id="a", at=parse_at("07:00"), turns_on=True, days=parse_days("mon,fri"), repeats=False),
            "once, on the next Monday or Friday, at 07:00: on",
        ),
        (AutoOff(id="a", duration_s=3600), "1 hour after it was turned on: off"),
        (
            AutoOff(id="a", duration_s=90, days=WEEKEND),
            "1 minute 30 seconds after it was turned on, on the weekend: off",
        ),
    ],
)
def test_a_rule_is_said_in_one_line(rule: Timer | AutoOff, said: str) -> None:
    assert summarize(rule) == said
