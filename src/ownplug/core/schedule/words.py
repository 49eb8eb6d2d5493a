"""Times, days and durations as people write them, and rules in a sentence.

18:30   sunset   sunset-30m   sunrise+1h15m
every day   weekdays   weekend   mon,wed   weekdays,sat
90s   45m   1h15m
"""

from __future__ import annotations

import re

from ownplug.core.errors import UsageError
from ownplug.core.schedule.rules import DAY_MIN, EVERY_DAY, AtClock, AtSun, AutoOff, SunEvent, Timer, Weekday

WEEKDAYS = EVERY_DAY - {Weekday.SATURDAY, Weekday.SUNDAY}
WEEKEND = EVERY_DAY - WEEKDAYS

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_SUN = re.compile(r"(sunrise|sunset)(?:([+-])(\w+))?", re.ASCII)
_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)
_GROUPS = {
    "everyday": EVERY_DAY,
    "daily": EVERY_DAY,
    "weekdays": WEEKDAYS,
    "weekend": WEEKEND,
    "weekends": WEEKEND,
}
_SHORTEST_NAME = 2  # letters that tell one day from all others
_HOUR_MIN, _HOUR_S, _MINUTE_S = 60, 3600, 60


def parse_at(text: str) -> AtClock | AtSun:
    """Read a time of the day, or one by the sun.

    Raises:
        UsageError: it is neither.
    """
    word = "".join(text.lower().split())
    if clock := _CLOCK.fullmatch(word):
        return AtClock(minute=int(clock[1]) * _HOUR_MIN + int(clock[2]))
    if sun := _SUN.fullmatch(word):
        return AtSun(event=SunEvent(sun[1]), offset_min=_offset_min(sun[2], sun[3]))
    raise UsageError(
        f"{text[:80]!r} is no time of a timer.", hint="Write 18:30, sunset, sunset-30m or sunrise+1h15m."
    )


def parse_days(text: str) -> frozenset[Weekday]:
    """Read days of the week.

    Raises:
        UsageError: something in it is no day.
    """
    words = ["".join(part.lower().split()) for part in text.split(",")]
    return frozenset().union(*(_named_days(word, text) for word in words))


def parse_duration(text: str) -> int:
    """Read a duration; in seconds.

    Raises:
        UsageError: it is none, or nothing.
    """
    found = _DURATION.fullmatch("".join(text.lower().split()))
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    duration_s = hours * _HOUR_S + minutes * _MINUTE_S + seconds
    if duration_s == 0:
        raise UsageError(f"{text[:80]!r} is no duration.", hint="Write 90s, 45m, 2h or 1h15m.")
    return duration_s


def render_clock(at: AtClock) -> str:
    """Write a time of the day as `parse_at` reads it."""
    return f"{at.minute // _HOUR_MIN:02}:{at.minute % _HOUR_MIN:02}"


def describe_at(at: AtClock | AtSun) -> str:
    """Say when that is: `at 18:30`, `30 minutes before sunset`."""
    if isinstance(at, AtClock):
        return f"at {render_clock(at)}"
    if at.offset_min == 0:
        return f"at {at.event.value}"
    side = "before" if at.offset_min < 0 else "after"
    return f"{describe_duration(abs(at.offset_min) * _MINUTE_S)} {side} {at.event.value}"


def describe_days(days: frozenset[Weekday]) -> str:
    """Say which days these are: `weekdays`, `Monday and Friday`."""
    for name, group in (("every day", EVERY_DAY), ("weekdays", WEEKDAYS), ("the weekend", WEEKEND)):
        if days == group:
            return name
    return _listed(days, "and") or "no day"


def describe_duration(duration_s: int) -> str:
    """Say how long that is: `1 hour 15 minutes`."""
    hours, rest_s = divmod(duration_s, _HOUR_S)
    minutes, seconds = divmod(rest_s, _MINUTE_S)
    parts = ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)


def summarize(rule: Timer | AutoOff) -> str:
    """Say in one line what a rule does: `on weekdays, 30 minutes before sunset: on`."""
    if isinstance(rule, AutoOff):
        when = "" if rule.days == EVERY_DAY else f", on {describe_days(rule.days)}"
        return f"{describe_duration(rule.duration_s)} after it was turned on{when}: off"
    return f"{_which_days(rule)}, {describe_at(rule.at)}: {'on' if rule.turns_on else 'off'}"


def _offset_min(sign: str | None, duration: str | None) -> int:
    if not (sign and duration):
        return 0
    duration_s = parse_duration(duration)
    if duration_s % _MINUTE_S or duration_s > DAY_MIN * _MINUTE_S:
        raise UsageError(
            f"A timer cannot be {duration} away from the sun.", hint="Whole minutes, at most a day."
        )
    return duration_s // _MINUTE_S * (1 if sign == "+" else -1)


def _named_days(word: str, text: str) -> frozenset[Weekday]:
    if word in _GROUPS:
        return _GROUPS[word]
    if len(word) >= _SHORTEST_NAME:
        for day in Weekday:
            if day.name.lower().startswith(word):
                return frozenset({day})
    raise UsageError(
        f"{text[:80]!r} are no days.", hint="Write weekdays, weekend, every day, or names such as mon,wed."
    )


def _which_days(timer: Timer) -> str:
    if timer.repeats:
        days = describe_days(timer.days)
        return days if timer.days == EVERY_DAY else f"on {days}"
    if timer.days == EVERY_DAY:
        return "once"
    names = {WEEKDAYS: "weekday", WEEKEND: "day of the weekend"}
    return f"once, on the next {names.get(timer.days) or _listed(timer.days, 'or')}"


def _listed(days: frozenset[Weekday], joined_by: str) -> str:
    *most, last = [day.name.capitalize() for day in sorted(days)] or [""]
    return f"{', '.join(most)} {joined_by} {last}" if most else last
