"""Hours and days of a zone, by Unix time: days of 23 and 25 hours, and the hour that comes twice, which are two."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_STEP_S = 900  # clocks of all zones show full quarters of an hour together, and are set at them
_CACHED = 50_000

_EPOCH_DAY = date(1970, 1, 1).toordinal()


class Calendar:
    """Where hours and days begin in one zone. Moments are Unix time in whole seconds."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self.hour_of_quarter = lru_cache(maxsize=_CACHED)(self._hour_of_quarter)

    def hour(self, at_s: int) -> tuple[int, int]:
        """Return when the hour of a moment began, and the number of its day."""
        return self.hour_of_quarter(at_s // _STEP_S)

    def day(self, at_s: float) -> date:
        """Return the day of a moment."""
        return datetime.fromtimestamp(at_s, self._zone).date()

    def begin(self, day: date) -> int:
        """Return when a day begins."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        at_s = int(midnight.timestamp())
        if self.day(at_s) < day:  # the clock is set back at midnight: the day begins at the second one
            at_s = int(midnight.replace(fold=1).timestamp())
        return at_s

    def end(self, day: date) -> int:
        """Return when a day ends."""
        return self.begin(day + timedelta(days=1))

    def hours(self, day: date) -> list[tuple[int, int]]:
        """Return when each hour of a day begins, and how many seconds it has."""
        begins, end_s = [], self.end(day)
        at_s = self.begin(day)
        while at_s < end_s:
            if self.hour(at_s)[0] == at_s:
                begins.append(at_s)
            at_s += _STEP_S
        return [(begin, after - begin) for begin, after in zip(begins, [*begins[1:], end_s], strict=True)]

    def moment(self, at_s: float) -> datetime:
        """Return a moment as the zone writes it."""
        return datetime.fromtimestamp(at_s, self._zone)

    def times_of(self, shown: datetime) -> list[int]:
        """Return when clocks of the zone show this: as a rule once, twice or never where they are changed.

        Args:
            shown: without a zone, in whole seconds.
        """
        told = {int(shown.replace(tzinfo=self._zone, fold=fold).timestamp()) for fold in (0, 1)}
        return sorted(at_s for at_s in told if self.moment(at_s).replace(tzinfo=None) == shown)

    def _hour_of_quarter(self, quarter: int) -> tuple[int, int]:
        here = self._shown(quarter)
        while self._shown(quarter - 1) == here:
            quarter -= 1
        return quarter * _STEP_S, day_number(date(*here[:3]))

    def _shown(self, quarter: int) -> tuple[int, int, int, int, timedelta | None]:
        local = datetime.fromtimestamp(quarter * _STEP_S, self._zone)
        return local.year, local.month, local.day, local.hour, local.utcoffset()


def day_number(day: date) -> int:
    """Return a day as the number of days since 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


def day_of_number(number: int) -> date:
    """Return the day of that number."""
    return date.fromordinal(number + _EPOCH_DAY)
