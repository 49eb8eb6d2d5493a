"""Sunrise and sunset as the plug reckons them: for its timers, on its console, and in `System.Debug`.

The sunrise equation, as almanacs print it, with seconds cut off: so it gives what real plugs show.
Source: seed, captures (what it must give, to the minute); assumed (that the plug reckons so).
"""

from __future__ import annotations

import math
from datetime import date

_UNIX_EPOCH, _EPOCH = date(1970, 1, 1), date(2000, 1, 1)
_ALTITUDE = math.radians(-0.833)  # the sun's upper edge on the horizon, seen through the air
_TILT = math.radians(23.44)  # of the earth's axis
_PERIHELION_DEG = (
    102.9372  # in 2000; it wanders, and without that the sun would be minutes off within decades
)
_PERIHELION_DEG_A_DAY = 4.7e-5
_DEGREE_S = 240.0  # in which the earth turns by one degree
_DAY_S, _DAY_MIN = 86_400, 1440


def sun_moments(day: date, *, latitude: float, longitude: float) -> tuple[float, float] | None:
    """Unix seconds of the sunrise before noon of `day` and of the sunset after it; None where the sun does neither.

    The day is counted at the place itself, from one midnight of its sun to the next; the date of a time zone may
    be another one.

    Args:
        day: which noon.
        latitude: in degrees, north positive.
        longitude: in degrees, east positive.
    """
    days = (day - _EPOCH).days - longitude / 360  # since the epoch, at mean solar noon here
    anomaly = math.radians((357.5291 + 0.98560028 * days) % 360)
    perihelion_deg = _PERIHELION_DEG + _PERIHELION_DEG_A_DAY * days
    sun_deg = math.degrees(anomaly) + _center_deg(anomaly) + 180 + perihelion_deg
    sun = math.radians(sun_deg % 360)
    half_day_s = _half_day_s(math.asin(math.sin(sun) * math.sin(_TILT)), math.radians(latitude))
    if half_day_s is None:
        return None
    late_days = 0.0053 * math.sin(anomaly) - 0.0069 * math.sin(2 * sun)  # true noon after mean noon
    noon_days = (day - _UNIX_EPOCH).days + 0.5 + late_days
    noon_s = noon_days * _DAY_S - longitude * _DEGREE_S
    return noon_s - half_day_s, noon_s + half_day_s


def sun_times(day: date, *, latitude: float, longitude: float, offset_s: int) -> tuple[int, int] | None:
    """Minutes of the local day of sunrise and sunset; None where the sun does neither on that day.

    Args:
        day: the local day.
        latitude: in degrees, north positive.
        longitude: in degrees, east positive.
        offset_s: local time minus UTC, in seconds.
    """
    moments = sun_moments(day, latitude=latitude, longitude=longitude)
    if moments is None:
        return None
    sunrise_min, sunset_min = (int((unix_s + offset_s) // 60) % _DAY_MIN for unix_s in moments)
    return sunrise_min, sunset_min


def _center_deg(anomaly: float) -> float:
    """How far the sun is ahead of an even pace."""
    return 1.9148 * math.sin(anomaly) + 0.02 * math.sin(2 * anomaly) + 0.0003 * math.sin(3 * anomaly)


def _half_day_s(declination: float, latitude: float) -> float | None:
    """From sunrise to noon; None on polar days and nights."""
    height = math.sin(_ALTITUDE) - math.sin(latitude) * math.sin(declination)
    share = height / (math.cos(latitude) * math.cos(declination))
    return math.degrees(math.acos(share)) * _DEGREE_S if -1 <= share <= 1 else None
