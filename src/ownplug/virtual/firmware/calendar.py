"""Dates as the plug makes them: in English whatever the machine's language, local by its `timeRule`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(unix_s: float) -> datetime:
    """Seconds since 1970 as an aware time, to the second."""
    return _EPOCH + timedelta(seconds=int(unix_s))


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


def suncalc(times: tuple[int, int] | None) -> str:
    """Minutes of sunrise and sunset, without leading zeros: `6:6;18:13`; `0:0;0:0` where the sun does neither.

    Source: captures (protocol notes, 5.8); assumed (polar days).
    """
    return ";".join(f"{minute // 60}:{minute % 60}" for minute in times or (0, 0))
