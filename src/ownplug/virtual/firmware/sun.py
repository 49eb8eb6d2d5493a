"""Sunrise and sunset as the plug shows them in `System.Debug`.

The common low-precision solution (declination and equation of time from the day of the year), good to about a
minute, which is what the plug shows. Source: assumed (the formula), seed and captures (what it must give).
"""

from __future__ import annotations

import math
from datetime import date

_ZENITH = math.radians(90.833)  # the sun's upper edge on the horizon, seen through the air
_NOON_MIN = 720.0
_MINUTES_PER_DEGREE = 4.0
_DAY_MIN = 1440


def sun_times(day: date, *, latitude: float, longitude: float, offset_s: int) -> tuple[int, int] | None:
    """Minutes of the local day of sunrise and sunset; None where the sun does neither on that day.

    Args:
        day: the local day.
        latitude: in degrees, north positive.
        longitude: in degrees, east positive.
        offset_s: local time minus UTC, in seconds.
    """
    angle = 2 * math.pi / 365 * (day.timetuple().tm_yday - 1)
    declination, equation_min = _declination(angle), _equation_of_time(angle)
    here = math.radians(latitude)
    depth = math.cos(_ZENITH) / (math.cos(here) * math.cos(declination)) - math.tan(here) * math.tan(
        declination
    )
    if not -1 <= depth <= 1:
        return None
    half_day_min = math.degrees(math.acos(depth)) * _MINUTES_PER_DEGREE
    noon_min = _NOON_MIN - longitude * _MINUTES_PER_DEGREE - equation_min + offset_s / 60
    return int(noon_min - half_day_min) % _DAY_MIN, int(noon_min + half_day_min) % _DAY_MIN


def render_sun(times: tuple[int, int] | None) -> str:
    """As in `suncalc`: `6:6;18:13`, without leading zeros; `0:0;0:0` where the sun neither rises nor sets.

    Source: captures (protocol notes, 5.8); assumed (polar days).
    """
    return ";".join(f"{minute // 60}:{minute % 60}" for minute in times or (0, 0))


def _declination(angle: float) -> float:
    return (
        0.006918
        - 0.399912 * math.cos(angle)
        + 0.070257 * math.sin(angle)
        - 0.006758 * math.cos(2 * angle)
        + 0.000907 * math.sin(2 * angle)
        - 0.002697 * math.cos(3 * angle)
        + 0.00148 * math.sin(3 * angle)
    )


def _equation_of_time(angle: float) -> float:
    """In minutes."""
    return 229.18 * (
        0.000075
        + 0.001868 * math.cos(angle)
        - 0.032077 * math.sin(angle)
        - 0.014615 * math.cos(2 * angle)
        - 0.040849 * math.sin(2 * angle)
    )
