"""Energy as it is kept: what goes to the disk, and what comes back."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from ownplug.core.energy.book import Mark, Sample
from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.reconcile import Correction
from ownplug.core.identity import Uuid


class Shelf(Enum):
    """How fine energy is kept; days are numbers since 1970-01-01, the other moments Unix time."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRow:
    """One meter as it is kept.

    Attributes:
        number: by which all else of it is kept.
        uuid: the plug.
        channel: its outlet.
        total_j: joules since the beginning; never less than it was.
        mark: how far its samples are summed; None: there were none.
    """

    number: int
    uuid: Uuid
    channel: int
    total_j: int
    mark: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRow:
    """A correction as it is kept.

    Attributes:
        number: its place; later ones have higher numbers.
        at: when it was made.
        correction: what it says; `hours` is not kept with it.
    """

    number: int
    at: datetime
    correction: Correction


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysZone:
    """In which zone days are kept.

    Attributes:
        name: an IANA name.
        since_day: the number of the first day that plugs may have counted in this zone; 0: every day.
    """

    name: str
    since_day: int


@dataclass(slots=True, kw_only=True)
class Batch:
    """What has come and is to be added.

    Attributes:
        samples: by meter.
        minutes: joules and covered milliseconds, by meter and when the minute began.
        hours: the same, by meter, when the hour began, and the number of its day.
        marks: how far the samples are summed then, by meter; each meter with minutes has one.
    """

    samples: list[tuple[int, Sample]] = field(default_factory=list)
    minutes: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    hours: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    marks: dict[int, Mark] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.samples or self.marks)

    def add(self, meter: int, start_s: int, hour_s: int, day: int, joules: int, covered_ms: int) -> None:
        """Add a piece of a minute, which began at `start_s` in the hour that began at `hour_s`."""
        _raise(self.minutes.setdefault((meter, start_s), [0, 0]), joules, covered_ms)
        _raise(self.hours.setdefault((meter, hour_s, day), [0, 0]), joules, covered_ms)

    def take_up(self, later: Batch) -> None:
        """Add all that has come later."""
        self.samples += later.samples
        for minute, (joules, covered_ms) in later.minutes.items():
            _raise(self.minutes.setdefault(minute, [0, 0]), joules, covered_ms)
        for hour, (joules, covered_ms) in later.hours.items():
            _raise(self.hours.setdefault(hour, [0, 0]), joules, covered_ms)
        self.marks |= later.marks

    def without(self, meters: AbstractSet[int]) -> Batch:
        """Return it without what is of some meters."""
        return Batch(
            samples=[each for each in self.samples if each[0] not in meters],
            minutes={key: sums for key, sums in self.minutes.items() if key[0] not in meters},
            hours={key: sums for key, sums in self.hours.items() if key[0] not in meters},
            marks={meter: mark for meter, mark in self.marks.items() if meter not in meters},
        )

    def in_hours(self, calendar: Calendar) -> Batch:
        """Return the same, in the hours and days of another zone."""
        moved = Batch(samples=self.samples, marks=self.marks)
        for (meter, start_s), (joules, covered_ms) in self.minutes.items():
            moved.add(meter, start_s, *calendar.hour(start_s), joules, covered_ms)
        return moved


def _raise(sums: list[int], joules: int, covered_ms: int) -> None:
    sums[0] += joules
    sums[1] += covered_ms
