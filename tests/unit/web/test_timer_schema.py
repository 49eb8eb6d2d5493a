"""What callers send for timers and auto-offs, and what they get for them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.schedule import AtClock, AtSun, AutoOff, SunEvent, Timer, Weekday
from ownplug.hub import TimerView
from ownplug.web.timer_schema import (
    AutoOffBody,
    TimerBody,
    auto_off_document,
    auto_off_of,
    timer_document,
    timer_of,
)

MOMENTS = st.integers(0, 1439).map(lambda minute: AtClock(minute=minute)) | st.builds(
    AtSun, event=st.sampled_from(SunEvent), offset_min=st.integers(-1440, 1440)
)
DAYS = st.frozensets(st.sampled_from(Weekday), min_size=1)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=64)
TOLD_ONLY = {"id", "acts_next_at", "summary", "warning"}


@given(
    st.builds(
        Timer,
        id=st.just("a"),
        at=MOMENTS,
        turns_on=st.booleans(),
        days=DAYS,
        repeats=st.booleans(),
        enabled=st.booleans(),
        name=NAMES,
        channel=st.integers(0, 255),
    )
)
def test_a_timer_that_was_told_may_be_sent_back(timer: Timer) -> None:
    document = timer_document(TimerView(timer=timer, acts_next_at=None)).model_dump(mode="json")
    sent = {name: value for name, value in document.items() if name not in TOLD_ONLY}
    assert timer_of(TimerBody.model_validate(sent), "a") == timer


@given(
    st.builds(
        AutoOff,
        id=st.just("a"),
        duration_s=st.integers(1, 86_400),
        days=DAYS,
        enabled=st.booleans(),
        name=NAMES,
        channel=st.integers(0, 255),
    )
)
def test_an_auto_off_that_was_told_may_be_sent_back(auto_off: AutoOff) -> None:
    document = auto_off_document(auto_off).model_dump(mode="json")
    sent = {name: value for name, value in document.items() if name not in TOLD_ONLY}
    assert auto_off_of(AutoOffBody.model_validate(sent), "a") == auto_off


def test_what_is_not_said_is_every_day_every_week_on_the_first_outlet() -> None:
    timer = timer_of(TimerBody(at="00:00", turns="off"))
    assert timer == Timer(id="", at=AtClock(minute=0), turns_on=False)
    assert auto_off_of(AutoOffBody(after_s=5)) == AutoOff(id="", duration_s=5)


def test_a_timer_is_told_with_what_will_come_of_it() -> None:
    moment = datetime(2026, 3, 28, 17, 45, tzinfo=UTC)
    timer = Timer(id="a", at=AtClock(minute=1125), turns_on=True, days=frozenset({Weekday.SATURDAY}))
    document = timer_document(TimerView(timer=timer, acts_next_at=moment, warning="Look."))
    assert (document.at, document.turns, document.days) == ("18:45", "on", ["saturday"])
    assert (document.acts_next_at, document.warning) == (moment, "Look.")
    assert document.summary == "on Saturday, at 18:45: on"
