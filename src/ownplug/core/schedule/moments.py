"""When a timer acts next, at a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ownplug.core.schedule.rules import AtSun, SunEvent, Timer
from ownplug.core.schedule.sun import sun_moments
from ownplug.core.schedule.zone import Zone

# Today and a week, and two days more for a clock that is set back by as much as that.
_DAYS_AHEAD = 10
# Where the sun rises at all, it does so within a year. An offset and the plug's own date move it by a day each.
_SUN_DAYS_BEFORE, _SUN_DAYS_AHEAD = 3, 370


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a plug knows of where it is: its zone, and degrees, north and east positive."""

    zone: Zone
    latitude: float = 0.0
    longitude: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Moment:
    """When a timer acts; of several, the one that acts first is the smallest.

    Attributes:
        unix_s: when.
        minute: of the day, as it was meant; where the clock is set forward, it never shows that minute.
    """

    unix_s: int
    minute: int


def next_moment(timer: Timer, place: Place, after_unix_s: float) -> Moment | None:
    """When `timer` acts for the first time after `after_unix_s`; None if it does not, within a year."""
    if not (timer.enabled and timer.days):
        return None
    match timer.at:
        case AtSun():
            moments = _by_sun(timer, timer.at, place, after_unix_s)
        case _:
            moments = _by_clock(timer, timer.at.minute, place.zone, after_unix_s)
    return next((moment for moment in moments if moment.unix_s > after_unix_s), None)


def _by_clock(timer: Timer, minute: int, zone: Zone, after_unix_s: float) -> Iterator[Moment]:
    for day in _days(zone.day(after_unix_s), _DAYS_AHEAD):
        if day.weekday() in timer.days:
            yield Moment(unix_s=zone.moment(day, minute), minute=minute)


def _by_sun(timer: Timer, at: AtSun, place: Place, after_unix_s: float) -> Iterator[Moment]:
    """The minute that the plug shows for the sun, and the offset from there."""
    first = Zone().day(after_unix_s) - timedelta(days=_SUN_DAYS_BEFORE)
    which = 0 if at.event is SunEvent.SUNRISE else 1
    for solar_day in _days(first, _SUN_DAYS_BEFORE + _SUN_DAYS_AHEAD):
        moments = sun_moments(solar_day, latitude=place.latitude, longitude=place.longitude)
        if moments is None:
            continue
        local = place.zone.local(moments[which])
        if local.weekday() in timer.days:
            unix_s = int(moments[which] // 1) - local.second + at.offset_min * 60
            yield Moment(unix_s=unix_s, minute=place.zone.minute(unix_s))


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(count))
