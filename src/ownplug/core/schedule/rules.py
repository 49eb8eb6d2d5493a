"""Timers and auto-offs as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum

from ownplug.core.errors import UsageError

DAY_MIN = 1440


class Weekday(IntEnum):
    """A day of the week, as `date.weekday` counts it."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


EVERY_DAY = frozenset(Weekday)


class SunEvent(Enum):
    """What the sun does once a day."""

    SUNRISE = "sunrise"
    SUNSET = "sunset"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtClock:
    """A time of the plug's own clock: `minute` of the day, from 0 to 1439."""

    minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.minute < DAY_MIN:
            raise UsageError(f"A day has no minute {self.minute}.", hint="From 0 (00:00) to 1439 (23:59).")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtSun:
    """Some minutes after a sunrise or sunset; before it if negative, by at most a day."""

    event: SunEvent
    offset_min: int = 0

    def __post_init__(self) -> None:
        if abs(self.offset_min) > DAY_MIN:
            raise UsageError(
                f"{self.offset_min} minutes are too far from {self.event.value}.",
                hint="At most a day (1440).",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Switches a relay at some time of the day.

    Attributes:
        id: made by whoever made the timer.
        at: when. On days without a sunrise or sunset nothing happens.
        turns_on: what it does; otherwise it turns off.
        days: on which days; for the sun, the days of the sunrise or sunset itself, whatever the offset.
        repeats: otherwise it acts once, on the first of its days, and the plug disables it.
        made_at: Unix seconds.
    """

    id: str
    at: AtClock | AtSun
    turns_on: bool
    days: frozenset[Weekday] = EVERY_DAY
    repeats: bool = True
    enabled: bool = True
    name: str = ""
    channel: int = 0
    made_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoOff:
    """Turns a relay off some time after it was turned on, whoever did that.

    Attributes:
        id: made by whoever made the auto-off.
        duration_s: how long it stays on.
        days: the days on which turning it on counts.
        made_at: Unix seconds.
    """

    id: str
    duration_s: int
    days: frozenset[Weekday] = EVERY_DAY
    enabled: bool = True
    name: str = ""
    channel: int = 0
    made_at: int = 0

    def __post_init__(self) -> None:
        if self.duration_s <= 0:
            raise UsageError(f"A plug cannot turn off after {self.duration_s} seconds.", hint="From 1 on.")

    def counts_on(self, day: date) -> bool:
        """Whether turning the relay on on that day starts it."""
        return self.enabled and day.weekday() in self.days
