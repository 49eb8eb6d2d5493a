"""Dates as the plug makes them: in English whatever the machine's language, local by its `timeRule`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

Rule = tuple[int, int, int]
"""Unix time from which it holds, offset from UTC in seconds, 1 in summer time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(unix_s: float) -> datetime:
    """Seconds since 1970 as an aware time, to the second."""
    return _EPOCH + timedelta(seconds=int(unix_s))


def offset_at(rules: Sequence[Rule], unix_s: float) -> int:
    """The offset from UTC in seconds; 0 without rules, the first rule's before it begins.

    Source: captures (protocol notes, 4.6: the first rule is the one in force when the list was written).
    """
    if not rules:
        return 0
    begun = [rule for rule in rules if rule[0] <= unix_s]
    return max(begun)[1] if begun else min(rules)[1]


def local_day(rules: Sequence[Rule], unix_s: float) -> date:
    """The plug's own day."""
    return moment(unix_s + offset_at(rules, unix_s)).date()


def c_time(unix_s: float) -> str:
    """As C's `asctime` writes it, such as `Thu Jan  1 00:08:57 1970`.

    Source: seed (`meross time`).
    """
    at = moment(unix_s)
    return f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at.day:2} {at:%H:%M:%S} {at.year}"


def http_date(unix_s: float) -> str:
    """As HTTP writes it (RFC 9110, 5.6.7)."""
    at = moment(unix_s)
    return (
        f"{_DAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year:04} "
        f"{at.hour:02}:{at.minute:02}:{at.second:02} GMT"
    )


def duration(seconds: float) -> str:
    """As the plug writes how long something lasts, such as `169h52m27s`.

    Source: captures (protocol notes, 5.8).
    """
    minutes, rest_s = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest_s}s"
