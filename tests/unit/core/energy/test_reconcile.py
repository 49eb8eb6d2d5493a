"""What was measured beside what the plug counted: each fault of its list, and each kind of gap, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.energy.calendar import Calendar
from ownplug.core.energy.reconcile import Correction, Hour, Reason, Told, believable, weigh

CALENDAR = Calendar("UTC")
DAY = date(2025, 6, 1)
BEGIN_S = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp())
AFTER_S = BEGIN_S + 86_400 + 7_200
HOUR_MS = 3_600_000


def hours(*measured_wh: float, covered: int = 24) -> list[Hour]:
    """A day whose first hours were measured, the others not."""
    wh = [*measured_wh, *[0.0] * (24 - len(measured_wh))]
    return [
        Hour(
            start_s=BEGIN_S + number * 3600,
            length_s=3600,
            measured_j=round(wh[number] * 3600),
            covered_ms=HOUR_MS if number < covered else 0,
        )
        for number in range(24)
    ]


def told(energy_wh: int, day: date = DAY, *, at_s: int = BEGIN_S + 86_000) -> Told:
    return Told(day=day, energy_wh=energy_wh, updated_s=at_s)


def corrected(day: list[Hour], correction: Correction) -> list[Hour]:
    assert correction.hours is not None
    return [replace(hour, corrected_j=correction.hours.get(hour.start_s, hour.corrected_j)) for hour in day]


def test_what_agrees_to_the_watt_hour_stays_as_it_was_measured() -> None:
    for measured_wh in (239.5, 240.3, 240.9):  # whether it rounds down or to the nearest is not known
        assert weigh(told(240), hours(*[10.0] * 23, measured_wh - 230), AFTER_S) is None
    assert weigh(told(10), hours(10.4), AFTER_S) is None


def test_hours_that_nobody_measured_get_what_is_missing() -> None:
    correction = weigh(told(300), hours(*[10.0] * 12, covered=12), AFTER_S)
    assert correction is not None
    assert (correction.reason, correction.before_wh, correction.after_wh) == (Reason.GAP, 120.0, 300.0)
    assert correction.uncovered_s == 12 * 3600
    assert correction.hours == {BEGIN_S + number * 3600: 15 * 3600 for number in range(12, 24)}


def test_where_the_plug_keeps_hours_a_gap_gets_their_shape() -> None:
    shape = {BEGIN_S + 22 * 3600: 150, BEGIN_S + 23 * 3600: 50}
    correction = weigh(told(300), hours(*[5.0] * 22, covered=22), AFTER_S, shape)
    assert correction is not None
    assert correction.hours == {BEGIN_S + 22 * 3600: 142.5 * 3600, BEGIN_S + 23 * 3600: 47.5 * 3600}


def test_readings_that_missed_something_give_way_to_the_count() -> None:
    correction = weigh(told(260), hours(*[10.0] * 24), AFTER_S)
    assert correction is not None
    assert (correction.reason, correction.after_wh) == (Reason.SAMPLING, 260.0)
    correction = weigh(told(230), hours(*[10.0] * 24), AFTER_S)
    assert correction is not None
    assert (correction.reason, correction.after_wh) == (Reason.SAMPLING, 230.5)


def test_samples_are_finer_than_whole_watt_hours_where_power_was_steady() -> None:
    for measured_wh, steady_wh, unsteady_wh in (
        (9.4, 9.4, 9.4),
        (8.6, 8.6, 9.0),
        (9.9, 9.9, 9.5),
        (8.4, 9.0, 9.0),
    ):
        for doubt_j, after_wh in ((1800, steady_wh), (1801, unsteady_wh)):
            correction = weigh(told(9), hours(measured_wh), AFTER_S, None, doubt_j)
            assert (correction.after_wh if correction else measured_wh) == after_wh


def test_no_count_is_lost_where_samples_can_be_wrong_by_as_much() -> None:
    day, lost_j = hours(160.0), 60 * 3600
    for doubt_j, reason in ((lost_j - 5 * 3600 - 1, Reason.LOST_COUNT), (lost_j - 5 * 3600, Reason.SAMPLING)):
        correction = weigh(told(100), day, AFTER_S, None, doubt_j)
        assert correction is not None
        assert correction.reason is reason


def test_counts_that_the_plug_lost_are_not_taken_from_what_was_measured() -> None:
    correction = weigh(told(100), hours(*[10.0] * 24), AFTER_S)
    assert correction is not None
    assert (correction.reason, correction.before_wh, correction.after_wh) == (Reason.LOST_COUNT, 240.0, 240.0)


def test_of_a_day_that_goes_on_only_gaps_are_filled() -> None:
    noon_s = BEGIN_S + 12 * 3600
    correction = weigh(told(200), hours(*[10.0] * 6, covered=6), noon_s)
    assert correction is not None
    assert correction.hours == {BEGIN_S + number * 3600: round(140 / 6 * 3600) for number in range(6, 12)}


def test_of_a_day_that_goes_on_what_came_after_the_count_is_left_alone() -> None:
    noon_s = BEGIN_S + 12 * 3600
    measured = hours(*[10.0] * 12, covered=12)
    assert weigh(told(110), measured, noon_s, fresh_j=10 * 3600) is None
    correction = weigh(told(100), measured, noon_s, fresh_j=10 * 3600)
    assert correction is not None
    assert (correction.reason, correction.after_wh) == (Reason.SAMPLING, 110.5)


def test_no_gap_gets_more_than_a_plug_lets_through() -> None:
    short = [*hours(*[10.0] * 23, covered=23)]
    correction = weigh(told(100_000), short, BEGIN_S + 23.5 * 3600)
    assert correction is not None
    assert correction.after_wh == 230 + 2_000  # half an hour of 4 kW


def test_to_weigh_again_changes_nothing() -> None:
    day = hours(*[10.0] * 12, covered=12)
    correction = weigh(told(300), day, AFTER_S)
    assert correction is not None
    assert weigh(told(300), corrected(day, correction), AFTER_S) is None


def test_the_faults_of_the_list() -> None:
    today = DAY + timedelta(days=1)
    after_midnight_s = BEGIN_S + 86_400 + 120
    records = [
        told(310, today, at_s=BEGIN_S + 86_400 + 60),  # which is yesterday's
        told(310),
        told(300, at_s=BEGIN_S + 40_000),  # the same day, older
        told(77, DAY - timedelta(days=45), at_s=BEGIN_S - 45 * 86_400 + 1000),
        told(55, DAY - timedelta(days=2), at_s=BEGIN_S - 40 * 86_400),  # a slot of another day
        told(44, DAY + timedelta(days=400)),
    ]
    good, doubts = believable(records, CALENDAR, after_midnight_s)
    assert good == [told(310)]
    assert [(doubt.day, doubt.reason, doubt.before_wh, doubt.after_wh) for doubt in doubts] == [
        (DAY - timedelta(days=45), Reason.STALE, 77, 0),
        (DAY - timedelta(days=2), Reason.STALE, 55, 0),
        (today, Reason.LATE_RESET, 310, 0),
        (DAY + timedelta(days=400), Reason.CLOCK, 44, 0),
    ]


def test_order_does_not_matter() -> None:
    days = [
        told(10 * number, DAY - timedelta(days=number), at_s=BEGIN_S - number * 86_400 + 900)
        for number in range(30)
    ]
    good, doubts = believable(days[::2] + days[::-2], CALENDAR, AFTER_S - 86_400)
    assert (good, doubts) == (days[::-1], [])


@given(
    measured=st.lists(
        st.tuples(st.integers(0, 14_400_000), st.integers(0, HOUR_MS)), min_size=24, max_size=24
    ),
    plug_wh=st.integers(0, 100_000),
    passed_h=st.floats(0, 40),
)
def test_whatever_comes_is_weighed_once_and_below_nothing(
    measured: list[tuple[int, int]], plug_wh: int, passed_h: float
) -> None:
    day = [
        Hour(start_s=BEGIN_S + number * 3600, length_s=3600, measured_j=joules, covered_ms=covered_ms)
        for number, (joules, covered_ms) in enumerate(measured)
    ]
    now_s = BEGIN_S + passed_h * 3600
    correction = weigh(told(plug_wh), day, now_s)
    if correction is None:
        return
    after = corrected(day, correction)
    sums_j = [hour.measured_j + hour.corrected_j for hour in after]
    assert min(sums_j) >= 0
    assert sum(sums_j) / 3600 == correction.after_wh
    if passed_h >= 24 and correction.reason is not Reason.LOST_COUNT:
        assert abs(correction.after_wh - plug_wh) <= 1 or sum(hour.measured_j for hour in day) == 0
    again = weigh(told(plug_wh), after, now_s)
    assert again is None or again.reason is Reason.LOST_COUNT
