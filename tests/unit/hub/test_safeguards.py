"""What may be switched, when a limit is broken, whether a plug restarted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.core.records import AfterPowerLoss, PlugRecord, PowerLimit, Safeguards, Trip
from ownplug.core.state import Reading
from ownplug.hub.safeguards import LimitWatch, check_safeguards, has_restarted, refusal, sides_of

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PLUG = PlugRecord(uuid=Uuid("1811081234567825182734298f1a2b3c"), name="freezer", registered_at=NOON)
LOCKED = replace(PLUG, safeguards=Safeguards(never_off=True))
TRIPPED = replace(PLUG, trip=Trip(at=NOON, power_w=2400))
ON, OFF, BOTH, NEITHER = {True}, {False}, {True, False}, set[bool]()
LIMIT = PowerLimit(power_w=2000, for_s=10)


def multiple(*parts: tuple[str, str, Any]) -> dict[str, Any]:
    return {
        "multiple": [
            {"header": {"method": method, "namespace": f"Appliance.Control.{name}"}, "payload": payload}
            for method, name, payload in parts
        ]
    }


@pytest.mark.parametrize(
    ("method", "name", "payload", "sides"),
    [
        ("SET", "ToggleX", {"togglex": {"channel": 0, "onoff": 1}}, ON),
        ("SET", "ToggleX", {"togglex": {"channel": 0, "onoff": 0}}, OFF),
        ("SET", "ToggleX", {"togglex": [{"onoff": 1}, {"onoff": 0}]}, BOTH),
        ("SET", "ToggleX", {"togglex": {"channel": 0, "touch": 1}}, NEITHER),
        ("SET", "ToggleX", {"togglex": {"onoff": 2}}, BOTH),
        ("SET", "ToggleX", {"togglex": {"onoff": "0"}}, OFF),
        ("SET", "ToggleX", {"togglex": {"onoff": None}}, BOTH),
        ("SET", "ToggleX", {"togglex": "off"}, BOTH),
        ("PUSH", "ToggleX", {"togglex": {"onoff": 0}}, OFF),
        ("GET", "ToggleX", {"togglex": []}, NEITHER),
        ("GET", "ToggleX", {"togglex": {"onoff": 0}}, NEITHER),
        ("SET", "Toggle", {"toggle": {"onoff": 0}}, OFF),
        ("SET", "Toggle", {"toggle": {"onoff": 1}, "channel": 0}, ON),
        ("SET", "Toggle", {}, NEITHER),
        ("SET", "TimerX", {"timerx": {"id": "a", "extend": {"toggle": {"onoff": 0}}}}, OFF),
        ("SET", "Timer", {"timer": [{"extend": {"toggle": {"onoff": 1}}}]}, ON),
        ("SET", "Timer", {"timer": {"extend": 1}}, BOTH),
        ("DELETE", "TimerX", {"timerx": {"id": "a"}}, NEITHER),
        ("SET", "TriggerX", {"triggerx": {"id": "a", "rule": {"duration": 60}}}, OFF),
        ("SET", "Trigger", {"trigger": [{"id": "a"}]}, OFF),
        ("SET", "Multiple", multiple(("SET", "ToggleX", {"togglex": {"onoff": 0}})), OFF),
        (
            "SET",
            "Multiple",
            multiple(
                ("GET", "Electricity", {}),
                ("SET", "ToggleX", {"togglex": {"onoff": 1}}),
                ("SET", "Toggle", {"toggle": {"onoff": 0}}),
            ),
            BOTH,
        ),
        ("SET", "Multiple", multiple(("SET", "Multiple", multiple())), BOTH),
        ("SET", "Multiple", {"multiple": [1]}, BOTH),
        ("SET", "Multiple", {"multiple": [{"header": {}}]}, BOTH),
        ("SET", "Multiple", {}, NEITHER),
        ("SET", "Electricity", {"electricity": {"onoff": 0}}, NEITHER),
    ],
)
def test_a_message_tells_where_it_would_switch(
    method: str, name: str, payload: dict[str, Any], sides: set[bool]
) -> None:
    assert sides_of(method, f"Appliance.Control.{name}", payload) == sides


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["toggle", "togglex", "multiple", "header", "payload", "onoff"]), inner
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["togglex", "timerx", "multiple", "toggle"]), JSON))
def test_nothing_that_a_program_sends_breaks_the_judgement(payload: dict[str, Any]) -> None:
    for name in ("Toggle", "ToggleX", "TimerX", "TriggerX", "Multiple"):
        assert sides_of("SET", f"Appliance.Control.{name}", json.loads(json.dumps(payload))) <= BOTH


@pytest.mark.parametrize(
    ("plug", "sides", "word"),
    [
        (PLUG, BOTH, ""),
        (LOCKED, ON, ""),
        (LOCKED, NEITHER, ""),
        (LOCKED, OFF, "locked"),
        (LOCKED, BOTH, "locked"),
        (TRIPPED, OFF, ""),
        (TRIPPED, ON, "limit"),
    ],
)
def test_what_is_forbidden_says_why(plug: PlugRecord, sides: set[bool], word: str) -> None:
    why = refusal(plug, frozenset(sides))
    assert (bool(why), word in why) == (bool(word), True)
    assert not why or "freezer" in why


@pytest.mark.parametrize(
    "wrong",
    [
        Safeguards(limit=PowerLimit(power_w=0, for_s=1)),
        Safeguards(limit=PowerLimit(power_w=-5, for_s=1)),
        Safeguards(limit=PowerLimit(power_w=10_001, for_s=1)),
        Safeguards(limit=PowerLimit(power_w=float("nan"), for_s=1)),
        Safeguards(limit=PowerLimit(power_w=100, for_s=-1)),
        Safeguards(limit=PowerLimit(power_w=100, for_s=3601)),
        Safeguards(limit=LIMIT, never_off=True),
        Safeguards(after_power_loss=AfterPowerLoss.OFF, never_off=True),
    ],
)
def test_safeguards_that_cannot_hold_are_refused(wrong: Safeguards) -> None:
    with pytest.raises(UsageError):
        check_safeguards(wrong)


def readings(*told: tuple[float, float | None]) -> list[Reading | None]:
    return [
        None
        if power_w is None
        else Reading(at=NOON + timedelta(seconds=at_s), power_w=power_w, voltage_v=230, current_a=1)
        for at_s, power_w in told
    ]


@pytest.mark.parametrize(
    ("told", "broken_at"),
    [
        ([(0, 100), (3, 2500), (6, 2500), (9, 2500), (13, 2500)], 4),
        ([(0, 2500), (9.9, 2500)], None),
        ([(0, 2500), (10, 2500)], 1),
        ([(0, 2500), (5, 2000), (10, 2500), (19, 2500)], None),
        ([(0, 2500), (5, None), (10, 2500)], None),
        ([(0, 2500), (600, 2500)], 1),
        ([], None),
    ],
)
def test_a_limit_is_broken_by_what_lasts(
    told: list[tuple[float, float | None]], broken_at: int | None
) -> None:
    watch = LimitWatch()
    verdicts = [watch.is_broken(LIMIT, reading) for reading in readings(*told)]
    assert verdicts == [number == broken_at for number in range(len(told))]


def test_a_limit_of_no_time_is_broken_at_once() -> None:
    (reading,) = readings((0, 2001))
    assert LimitWatch().is_broken(PowerLimit(power_w=2000, for_s=0), reading)


@pytest.mark.parametrize(
    ("uptime_s", "expected_s", "restarted"),
    [
        (5, 0, False),  # nobody asked before
        (3600, 3600, False),
        (3592, 3600, False),  # an answer took a while
        (20, 3600, True),
        (86_400 * 100 - 600, 86_400 * 100, False),  # its clock is ten minutes slow after a hundred days
        (40, 60, True),
        (7200, 3600, False),  # the hub was away for an hour
    ],
)
def test_a_restart_is_told_from_a_clock_that_runs_slow(
    uptime_s: float, expected_s: float, restarted: bool
) -> None:
    assert has_restarted(uptime_s, expected_s=expected_s) is restarted
