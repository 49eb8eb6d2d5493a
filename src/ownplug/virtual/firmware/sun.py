"""Sunrise and sunset as the plug shows them: on its console, and in `System.Debug`.

The sunrise equation, as almanacs print it, with minutes cut off: so it gives what real plugs show.
Source: seed, captures (what it must give, to the minute); assumed (that the plug reckons so).
"""

from __future__ import annotations

import math
from datetime import date

_EPOCH = date(2000, 1, 1)
_ALTITUDE = math.radians(-0.833)  # the sun's upper edge on the horizon, seen through the air
_TILT = math.radians(23.44)  # of the earth's axis
_PERIHELION_DEG = 102.9372
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
    days = (day - _EPOCH).days - longitude / 360  # since the epoch, at mean solar noon here
    anomaly = math.radians((357.5291 + 0.98560028 * days) % 360)
    sun_deg = math.degrees(anomaly) + _center_deg(anomaly) + 180 + _PERIHELION_DEG
    sun = math.radians(sun_deg % 360)
    half_day_min = _half_day_min(math.asin(math.sin(sun) * math.sin(_TILT)), math.radians(latitude))
    if half_day_min is None:
        return None
    late_days = 0.0053 * math.sin(anomaly) - 0.0069 * math.sin(2 * sun)  # true noon after mean noon
    noon_min = _DAY_MIN / 2 - longitude * _MINUTES_PER_DEGREE + late_days * _DAY_MIN + offset_s / 60
    return int(noon_min - half_day_min) % _DAY_MIN, int(noon_min + half_day_min) % _DAY_MIN


def render_sun(times: tuple[int, int] | None) -> str:
    """As in `suncalc`: `6:6;18:13`, without leading zeros; `0:0;0:0` where the sun neither rises nor sets.

    Source: captures (protocol notes, 5.8); assumed (polar days).
    """
    return ";".join(f"{minute // 60}:{minute % 60}" for minute in times or (0, 0))


def _center_deg(anomaly: float) -> float:
    """How far the sun is ahead of an even pace."""
    return 1.9148 * math.sin(anomaly) + 0.02 * math.sin(2 * anomaly) + 0.0003 * math.sin(3 * anomaly)


def _half_day_min(declination: float, latitude: float) -> float | None:
    """From sunrise to noon; None on polar days and nights."""
    height = math.sin(_ALTITUDE) - math.sin(latitude) * math.sin(declination)
    share = height / (math.cos(latitude) * math.cos(declination))
    return math.degrees(math.acos(share)) * _MINUTES_PER_DEGREE if -1 <= share <= 1 else None
