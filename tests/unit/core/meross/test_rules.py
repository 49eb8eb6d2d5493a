from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.meross import as_data
from ownplug.core.meross.payloads.rules import OldTriggerEntry, TimerEntry, TriggerEntry
from ownplug.core.meross.rules import (
    auto_off_entry,
    auto_off_of,
    newer_trigger,
    older_timer,
    older_trigger,
    read_entry,
    timer_entry,
    timer_of,
)
from ownplug.core.schedule import EVERY_DAY, AtClock, AtSun, AutoOff, SunEvent, Timer, Weekday

WORKDAYS = frozenset(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY}

# From published captures of real plugs: an mss310 of hardware 6, two others, and an mss310 of hardware 1.
SUNDAYS_AT_1603 = {
    "id": "n1jxtruoknvotm8a",
    "alias": "test2",
    "type": 1,
    "enable": 1,
    "channel": 0,
    "createTime": 1630825097,
    "week": 192,
    "time": 963,
    "sunOffset": 0,
    "duration": 0,
    "extend": {"toggle": {"onoff": 0, "lmTime": 0}},
}
WORKDAYS_AT_1830 = SUNDAYS_AT_1603 | {
    "week": 159,
    "time": 1110,
    "extend": {"toggle": {"onoff": 1, "lmTime": 0}},
}
AUTO_OFF = {
    "id": "abc1234",
    "type": 0,
    "enable": 1,
    "channel": 0,
    "alias": "tesy2",
    "createTime": 1630827106,
    "rule": {"week": 193, "duration": 900},
}
OLD_AUTO_OFF = {
    "id": "abcdefghijklm123",
    "type": 0,
    "enable": 1,
    "alias": "test auto off",
    "createTime": 1560513139,
    "rule": {
        "_if_": {"toggle": {"onoff": 1, "lmTime": 0}},
        "_then_": {"delay": {"week": 129, "duration": 69300}},
        "_do_": {"toggle": {"onoff": 0, "lmTime": 0}},
    },
}


def timer(entry: dict[str, Any]) -> Timer:
    return timer_of(read_entry(entry, TimerEntry))


def test_captured_timers_mean_what_their_owners_wanted() -> None:
    assert timer(SUNDAYS_AT_1603) == Timer(
        id="n1jxtruoknvotm8a",
        at=AtClock(minute=16 * 60 + 3),
        turns_on=False,
        days=frozenset({Weekday.SUNDAY}),
        name="test2",
        made_at=1630825097,
    )
    assert timer(WORKDAYS_AT_1830).days == WORKDAYS
    assert timer(WORKDAYS_AT_1830).turns_on


@pytest.mark.parametrize("entry", [SUNDAYS_AT_1603, WORKDAYS_AT_1830])
def test_captured_timers_are_written_as_they_were(entry: dict[str, Any]) -> None:
    assert list(as_data(timer_entry(timer(entry))).items()) == list(entry.items())


def test_captured_auto_offs_mean_what_their_owners_wanted_and_are_written_as_they_were() -> None:
    auto_off = auto_off_of(read_entry(AUTO_OFF, TriggerEntry))
    days = frozenset({Weekday.MONDAY, Weekday.SUNDAY})
    assert auto_off == AutoOff(id="abc1234", duration_s=900, days=days, name="tesy2", made_at=1630827106)
    assert as_data(auto_off_entry(auto_off)) == AUTO_OFF


def test_the_first_generation_is_read_and_written() -> None:
    entry = newer_trigger(read_entry(OLD_AUTO_OFF, OldTriggerEntry))
    assert auto_off_of(entry).duration_s == 69300
    assert auto_off_of(entry).days == {Weekday.MONDAY}
    assert as_data(older_trigger(entry)) == OLD_AUTO_OFF
    old_timer = {field: value for field, value in SUNDAYS_AT_1603.items() if field != "channel"}
    assert timer(old_timer) == timer(SUNDAYS_AT_1603)
    assert as_data(older_timer(timer_entry(timer(old_timer)))) == old_timer


def test_a_timer_that_acts_once_needs_no_day() -> None:
    once = timer(SUNDAYS_AT_1603 | {"type": 2, "week": 0})
    assert (once.repeats, once.days) == (False, EVERY_DAY)
    assert timer(SUNDAYS_AT_1603 | {"week": 128}).days == frozenset()


def test_the_sun_has_minutes_of_its_own() -> None:
    sunset = timer(SUNDAYS_AT_1603 | {"time": 1442, "sunOffset": -30})
    assert sunset.at == AtSun(event=SunEvent.SUNSET, offset_min=-30)
    assert timer(SUNDAYS_AT_1603 | {"sunOffset": -30}).at == AtClock(minute=963)


def test_numbers_in_quotes_and_unknown_fields_are_taken() -> None:
    assert timer(SUNDAYS_AT_1603 | {"time": "963", "sunriseTime": 0}) == timer(SUNDAYS_AT_1603)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": ""}, "no id"),
        ({"type": 3}, "type 3"),
        ({"type": 0}, "type 0"),
        ({"time": 1440}, "no minute 1440"),
        ({"time": -1}, "no minute -1"),
        ({"time": 1441, "sunOffset": 1441}, "too far from sunrise"),
        ({"week": 256}, "256 are no days"),
        ({"enable": 2}, "enable is 2"),
        ({"extend": {"toggle": {"onoff": 2}}}, "onoff is 2"),
        ({"extend": {}}, "not readable"),
        ({"week": None}, "not readable"),
    ],
)
def test_what_no_relay_can_do_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(Malformed, match=words):
        timer(SUNDAYS_AT_1603 | change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rule": {"week": 193, "duration": 0}}, "after 0 seconds"),
        ({"rule": {"week": -1, "duration": 1}}, "-1 are no days"),
        ({"id": ""}, "no id"),
        ({"enable": -1}, "enable is -1"),
    ],
)
def test_what_is_no_auto_off_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(Malformed, match=words):
        auto_off_of(read_entry(AUTO_OFF | change, TriggerEntry))


@pytest.mark.parametrize("part", ["_if_", "_do_"])
def test_other_rules_of_the_first_generation_are_no_auto_offs(part: str) -> None:
    entry = read_entry(OLD_AUTO_OFF, OldTriggerEntry)
    turned = {"_if_": {"toggle": {"onoff": 0}}, "_do_": {"toggle": {"onoff": 1}}}[part]
    other = msgspec.convert(as_data(entry.rule) | {part: turned}, type(entry.rule))
    with pytest.raises(Malformed, match="no auto-off"):
        newer_trigger(msgspec.structs.replace(entry, rule=other))


days = st.frozensets(st.sampled_from(Weekday))
texts = st.text(min_size=1, max_size=16)
timers = st.builds(
    Timer,
    id=texts,
    at=st.one_of(
        st.builds(AtClock, minute=st.integers(0, 1439)),
        st.builds(AtSun, event=st.sampled_from(SunEvent), offset_min=st.integers(-1440, 1440)),
    ),
    turns_on=st.booleans(),
    days=days,
    repeats=st.booleans(),
    enabled=st.booleans(),
    name=texts,
    channel=st.integers(0, 6),
    made_at=st.integers(0, 2**32),
).filter(lambda timer: timer.repeats or timer.days)
auto_offs = st.builds(
    AutoOff, id=texts, duration_s=st.integers(1, 86_400), days=days, enabled=st.booleans(), name=texts
)


@given(timers)
def test_a_timer_survives_its_entry(timer: Timer) -> None:
    assert timer_of(read_entry(as_data(timer_entry(timer)), TimerEntry)) == timer


@given(auto_offs)
def test_an_auto_off_survives_its_entry_of_either_generation(auto_off: AutoOff) -> None:
    entry = auto_off_entry(auto_off)
    assert auto_off_of(read_entry(as_data(entry), TriggerEntry)) == auto_off
    older = read_entry(as_data(older_trigger(entry)), OldTriggerEntry)
    assert auto_off_of(newer_trigger(older)) == auto_off


@given(st.dictionaries(st.sampled_from(list(SUNDAYS_AT_1603)), st.integers() | st.text() | st.none()))
def test_whatever_an_entry_says_it_is_read_or_refused(change: dict[str, Any]) -> None:
    with suppress(Malformed):
        assert isinstance(timer(SUNDAYS_AT_1603 | change), Timer)
