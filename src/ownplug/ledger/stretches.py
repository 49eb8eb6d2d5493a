"""Stretches of time by which energy is told, in the owner's zone: where they begin, and the same time before."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum

from ownplug.core.energy.calendar import Calendar


class Grain(Enum):
    """How fine energy is told."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


def begin_of(day: date, grain: Grain, first: date) -> date:
    """Return on which day the stretch of a day begins; that of all days on the `first`."""
    match grain:
        case Grain.WEEK:
            return day - timedelta(days=day.weekday())
        case Grain.MONTH:
            return day.replace(day=1)
        case Grain.YEAR:
            return day.replace(month=1, day=1)
        case Grain.ALL:
            return first
    return day


def same_time_before(calendar: Calendar, at_s: float, period: Grain) -> tuple[int, int, int, int]:
    """Return when the period of a moment began, when the one before did, the same point in that, and its end.

    Args:
        calendar: of the owner's zone.
        at_s: Unix time.
        period: day, week, month or year.
    """
    now = calendar.moment(at_s)
    today = now.date()
    begin = begin_of(today, period, today)
    before = begin_of(begin - timedelta(days=1), period, today)
    begin_s, before_s = calendar.begin(begin), calendar.begin(before)
    same_day = before + (today - begin)
    same = datetime.combine(same_day, now.time(), tzinfo=now.tzinfo)
    return begin_s, before_s, min(int(same.timestamp()), begin_s), begin_s
