"""What was measured, weighed against what the plug itself counted: gaps are filled, wrong days put right, with reasons.

The plug counts pulses, whatever the hub and the network do, so of a day that is over its count holds, to the whole
watt-hour that it tells. Readings between which power was guessed give way to it. But its list has faults, and those it
must not pass on: a new day that still holds the one before, days that are told twice or that it should have dropped
long ago, days of a wrong clock, and counts that it lost.

Source: protocol notes, 5.5; capture:mss310r-hw2.0.0-fw2.1.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from ownplug.core.energy.calendar import Calendar

WH_J = 3600
"""Joules in a watt-hour."""

KEPT_DAYS = 30
"""As many days, today among them, a plug remembers. What it tells of older ones is left from long ago."""

SETTLED_S = 4200
"""After so many seconds of a day its own record no longer holds the day before.

Source: captures (some minutes); assumed (that it is never more than an hour).
"""

_TOMORROW_S = 86_400
_MOST_W = 4_000  # 16 A at 250 V
_OPEN_MS = 60_000  # less than this uncovered is no gap
# Less than what was measured by this share, and by more than some watt-hours: the plug has lost counts.
_LOST_SHARE = 0.3
_LOST_WH = 5
# As long as samples can be wrong by no more than this, they are truer than whole watt-hours.
_FINE_J = WH_J // 2


class Reason(Enum):
    """Why an amount was changed, or why what a plug told was not believed."""

    GAP = "gap"  # nobody measured: filled from the plug's day
    SAMPLING = "sampling"  # measured now and then; the plug counted all along
    LOST_COUNT = "lost-count"  # the plug's day is far less than what was measured: what was measured stays
    LATE_RESET = "late-reset"  # the plug's new day still held the one before
    STALE = "stale"  # a day that the plug should have dropped, or whose record is of another day
    CLOCK = "clock"  # a day that has not come yet
    IMPOSSIBLE = "impossible"  # more than a plug lets through in a day, or less than nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a plug told of one of its days.

    Attributes:
        day: which, by its own clock.
        energy_wh: whole watt-hours.
        updated_s: when it last counted something in it, Unix time.
    """

    day: date
    energy_wh: int
    updated_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of one meter.

    Attributes:
        start_s: when it began, Unix time.
        length_s: seconds; fewer than 3600 where a clock is set by half an hour.
        measured_j: joules, from samples.
        covered_ms: how much of it samples cover.
        corrected_j: joules that were added or taken away.
    """

    start_s: int
    length_s: int
    measured_j: int = 0
    covered_ms: int = 0
    corrected_j: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What came of weighing one day.

    Attributes:
        day: which.
        reason: why.
        before_wh: what was held to be true; of what is not believed, what the plug told.
        after_wh: what is.
        told_wh: what the plug's own day says; None: nothing.
        uncovered_s: seconds of it that nobody measured.
        hours: by when an hour began, the joules by which it differs from what was measured; empty changes nothing.
    """

    day: date
    reason: Reason
    before_wh: float
    after_wh: float
    told_wh: int | None
    uncovered_s: int = 0
    hours: Mapping[int, int] | None = None


def believable(
    records: Sequence[Told], calendar: Calendar, now_s: float
) -> tuple[list[Told], list[Correction]]:
    """Return the days of a plug that may be used, in order, and what is wrong with the others.

    Args:
        records: as the plug told them, in whatever order; of two of one day the newer counts.
        calendar: of the zone in which the plug's days begin and end.
        now_s: Unix time.
    """
    today = calendar.day(now_s)
    newest = {record.day: record for record in sorted(records, key=lambda record: record.updated_s)}
    good, doubts = [], []
    for day in sorted(newest):
        record = newest[day]
        if day > today or record.updated_s > now_s + _TOMORROW_S:
            doubts.append(_doubt(record, Reason.CLOCK))
        elif day <= today - timedelta(days=KEPT_DAYS) or not _is_of_its_day(record, calendar):
            doubts.append(_doubt(record, Reason.STALE))
        elif not 0 <= record.energy_wh * WH_J <= _MOST_W * (calendar.end(day) - calendar.begin(day)):
            doubts.append(_doubt(record, Reason.IMPOSSIBLE))
        elif day == today and now_s - calendar.begin(day) < SETTLED_S:
            before = newest.get(today - timedelta(days=1))
            if before is not None and 0 < before.energy_wh <= record.energy_wh:
                doubts.append(_doubt(record, Reason.LATE_RESET, after_wh=record.energy_wh - before.energy_wh))
        else:
            good.append(record)
    return good, doubts


def weigh(
    told: Told,
    hours: Sequence[Hour],
    now_s: float,
    shape: Mapping[int, int] | None = None,
    doubt_j: int = 0,
    fresh_j: int = 0,
) -> Correction | None:
    """Weigh what was measured on one day against what the plug counted; None: they agree.

    Args:
        told: the plug's own day.
        hours: all hours of that day, in order; of today, too, those to come.
        now_s: Unix time.
        shape: watt-hours that the plug counted in an hour, by when that began, where it tells so.
        doubt_j: by how many joules samples of that day can be wrong.
        fresh_j: how many of the joules were measured after the plug last counted; of a day that is over, none.
    """
    measured_j = sum(hour.measured_j for hour in hours)
    before_j = measured_j + sum(hour.corrected_j for hour in hours)
    is_over = hours[-1].start_s + hours[-1].length_s <= now_s
    open_s = {hour.start_s: _open_s(hour, now_s) for hour in hours}
    reason, target_j = _target(told.energy_wh * WH_J, measured_j - fresh_j, doubt_j)
    missing_j = target_j + fresh_j - measured_j
    filled_j = min(max(missing_j, 0), int(_MOST_W * sum(open_s.values())))
    spread = _spread(filled_j, _weights(hours, open_s, shape or {}))
    if missing_j < 0 or (is_over and missing_j != filled_j):
        rest = _spread(
            missing_j - filled_j,
            {hour.start_s: hour.measured_j if measured_j else hour.length_s for hour in hours},
        )
        spread = {start_s: spread.get(start_s, 0) + rest.get(start_s, 0) for start_s in open_s}
    if 2 * filled_j > missing_j > 0:
        reason = Reason.GAP
    if reason is not Reason.LOST_COUNT and all(
        spread.get(hour.start_s, 0) == hour.corrected_j for hour in hours
    ):
        return None
    return Correction(
        day=told.day,
        reason=reason,
        before_wh=before_j / WH_J,
        after_wh=(measured_j + sum(spread.values())) / WH_J,
        told_wh=told.energy_wh,
        uncovered_s=round(sum(open_s.values())),
        hours={
            hour.start_s: spread.get(hour.start_s, 0)
            for hour in hours
            if hour.corrected_j or hour.start_s in spread
        },
    )


def _target(told_j: int, measured_j: int, doubt_j: int) -> tuple[Reason, int]:
    """Return what a day shall be, in joules.

    Whether a plug rounds down or to the nearest is not known: what is kept here is right to the watt-hour either way.
    """
    if measured_j - told_j > _LOST_WH * WH_J + doubt_j and told_j < (1 - _LOST_SHARE) * measured_j:
        return Reason.LOST_COUNT, measured_j
    if doubt_j <= _FINE_J and told_j - WH_J // 2 <= measured_j < told_j + WH_J:
        return Reason.SAMPLING, measured_j
    return Reason.SAMPLING, min(max(measured_j, told_j), told_j + WH_J // 2)


def _is_of_its_day(record: Told, calendar: Calendar) -> bool:
    return calendar.day(record.updated_s) == record.day


def _doubt(record: Told, reason: Reason, after_wh: float = 0.0) -> Correction:
    return Correction(
        day=record.day, reason=reason, before_wh=record.energy_wh, after_wh=after_wh, told_wh=record.energy_wh
    )


def _open_s(hour: Hour, now_s: float) -> float:
    """How many seconds of an hour nobody measured."""
    passed_s = min(max(now_s - hour.start_s, 0), hour.length_s)
    open_ms = passed_s * 1000 - hour.covered_ms
    return open_ms / 1000 if open_ms >= _OPEN_MS else 0.0


def _weights(
    hours: Sequence[Hour], open_s: Mapping[int, float], shape: Mapping[int, int]
) -> dict[int, float]:
    """How a missing amount is to be divided: as the plug's own hours say, else evenly over the time."""
    shaped = {
        hour.start_s: max(shape[hour.start_s] * WH_J - hour.measured_j, 0)
        for hour in hours
        if open_s[hour.start_s] and hour.start_s in shape
    }
    is_shaped = sum(shaped.values()) > 0 and len(shaped) == sum(1 for seconds in open_s.values() if seconds)
    return {**shaped} if is_shaped else dict(open_s)


def _spread(amount_j: int, weights: Mapping[int, float]) -> dict[int, int]:
    """Divide an amount by weights, to the joule."""
    whole = sum(weights.values())
    if not amount_j or not whole:
        return {}
    shares, given_j, passed = {}, 0, 0.0
    for start_s, weight in weights.items():
        passed += weight
        upto_j = round(amount_j * (passed / whole))
        if upto_j != given_j:
            shares[start_s], given_j = upto_j - given_j, upto_j
    return shares
