from __future__ import annotations

from typing import Any

from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.rules import auto_off_entry, timer_entry
from ownplug.core.schedule import AtClock, AutoOff, Timer
from ownplug.virtual.firmware.handlers.changes import (
    older_timers,
    older_triggers,
    tell_auto_offs,
    tell_timers,
)

TIMER = timer_entry(Timer(id="a", at=AtClock(minute=1), turns_on=True))
AUTO_OFF = auto_off_entry(AutoOff(id="b", duration_s=60))


def test_the_changed_entries_are_told_and_no_others(home_bench: Any) -> None:
    device = home_bench.device
    device.timers.keep([TIMER], 0.0)
    tell_timers(device, [TIMER])
    tell_auto_offs(device, [AUTO_OFF])
    told = [
        (namespace, [entry["id"] for entry in payload.popitem()[1]]) for namespace, payload in device.pushes
    ]
    assert told == [(ns.CONTROL_TIMER_X, ["a"]), (ns.CONTROL_TRIGGER_X, ["b"])]


def test_the_first_generation_names_no_channel(home_bench: Any) -> None:
    device = home_bench.device
    device.timers.keep([TIMER], 0.0)
    device.auto_offs.keep([AUTO_OFF], 0.0)
    assert "channel" not in older_timers(device)["timer"][0]
    assert older_triggers(device)["trigger"][0]["rule"]["_then_"] == {"delay": {"duration": 60, "week": 255}}
