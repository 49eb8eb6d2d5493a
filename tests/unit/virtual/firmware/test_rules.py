from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import DeviceError, Malformed
from ownplug.core.meross.rules import auto_off_entry, timer_entry
from ownplug.core.schedule import AtClock, AutoOff, Timer
from ownplug.virtual.firmware.flash import TIMERS, TRIGGERS, Flash
from ownplug.virtual.firmware.rules import auto_off_slots, timer_slots


def entry(timer_id: str = "a", **more: Any) -> Any:
    return timer_entry(Timer(id=timer_id, at=AtClock(minute=1), turns_on=True, **more))


def test_a_rule_keeps_its_slot_and_its_changes_are_counted() -> None:
    slots = timer_slots(Flash(), [0])
    slots.keep([entry("a"), entry("b")], 1.0)
    slots.keep([entry("a", name="changed")], 2.0)
    assert [(kept.number, kept.rule.name, kept.count, kept.since_s) for kept in slots] == [
        (0, "changed", 2, 2.0),
        (1, "", 1, 1.0),
    ]
    assert next(kept.summary for kept in slots) == {"channel": 0, "id": "a", "count": 2}


def test_every_change_has_a_revision() -> None:
    slots = timer_slots(Flash(), [0])
    seen = [slots.revision]
    slots.load(0.0)
    seen.append(slots.revision)
    slots.keep([entry()], 0.0)
    seen.append(slots.revision)
    slots.keep([entry()], 0.0)
    seen.append(slots.revision)
    slots.forget("a")
    seen.append(slots.revision)
    assert len(set(seen)) == 5
    slots.forget("a")
    assert slots.revision == seen[-1]


def test_what_is_kept_is_there_after_a_restart() -> None:
    flash = Flash()
    timer_slots(flash, [0]).keep([entry("a"), entry("b")], 1.0)
    again = timer_slots(flash, [0])
    assert len(again) == 0
    again.load(5.0)
    assert [(kept.rule.id, kept.since_s) for kept in again] == [("a", 5.0), ("b", 5.0)]
    again.forget("a")
    assert flash.read(TIMERS[0]) == ""


def test_a_free_slot_is_used_again_and_the_order_is_that_of_the_slots() -> None:
    slots = timer_slots(Flash(), [0])
    slots.keep([entry(f"{number}") for number in range(32)], 0.0)
    with pytest.raises(DeviceError, match="taken"):
        slots.keep([entry("more")], 0.0)
    slots.forget("7")
    slots.keep([entry("more")], 0.0)
    assert [kept.rule.id for kept in slots][6:9] == ["6", "more", "8"]


def test_one_list_can_take_the_place_of_another_even_where_all_slots_are_taken() -> None:
    flash = Flash()
    slots = timer_slots(flash, [0])
    slots.keep([entry(f"old{number}") for number in range(32)], 0.0)
    slots.keep([entry("old31"), entry("new")], 0.0, instead=True)
    assert [(kept.number, kept.rule.id, kept.count) for kept in slots] == [(0, "new", 1), (31, "old31", 2)]
    assert flash.count(TIMERS) == 2


def test_of_several_rules_all_are_kept_or_none() -> None:
    flash = Flash()
    slots = timer_slots(flash, [0])
    slots.keep([entry("old")], 0.0)
    before = flash.saved()
    with pytest.raises(Malformed):
        slots.keep([entry("new"), entry("")], 0.0, instead=True)
    with pytest.raises(DeviceError):
        slots.keep([entry(f"{number}") for number in range(33)], 0.0, instead=True)
    assert flash.saved() == before
    assert [kept.rule.id for kept in slots] == ["old"]


@pytest.mark.parametrize(
    "timer",
    [
        {"timer_id": "x" * 33},
        {"name": "x" * 65},
        {"name": "\ud800"},
        {"timer_id": "\u0001" * 32, "name": "\u0001" * 64},  # longer than its slot, as JSON
        {"channel": 1},
        {"made_at": 2**32},
    ],
)
def test_what_the_plug_cannot_keep_is_refused(timer: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        timer_slots(Flash(), [0]).keep([entry(**timer)], 0.0)


def test_an_auto_off_is_no_longer_than_a_day() -> None:
    slots = auto_off_slots(Flash(), [0])
    slots.keep([auto_off_entry(AutoOff(id="a", duration_s=86_400))], 0.0)
    with pytest.raises(Malformed, match="longer than a day"):
        slots.keep([auto_off_entry(AutoOff(id="a", duration_s=86_401))], 0.0)


@given(st.text(max_size=200) | st.from_regex(r'\{"(id|week|count)":[^}]*\}', fullmatch=True))
def test_whatever_stands_in_a_slot_is_a_rule_or_left_out(text: str) -> None:
    flash = Flash({TIMERS[0]: text, TRIGGERS[0]: text})
    timers, auto_offs = timer_slots(flash, [0]), auto_off_slots(flash, [0])
    timers.load(0.0)
    auto_offs.load(0.0)
    assert (len(timers), len(auto_offs)) == (0, 0)


def test_a_name_that_cannot_be_sent_is_damage() -> None:
    text = json.dumps({"id": "a", "week": 1, "time": 1, "extend": {"toggle": {"onoff": 1}}, "count": 1})
    flash = Flash({TIMERS[0]: text, TIMERS[1]: text.replace('"a"', '"\\ud800"')})
    slots = timer_slots(flash, [0])
    slots.load(0.0)
    assert [kept.number for kept in slots] == [0]
