"""Timers and auto-offs told, made and forgotten one by one, with `Appliance.Digest.*` as their table of contents.

Source: capture:mss310r-hw2.0.0-fw2.1.4 (nothing stored), protocol notes 5.7 (the rest).
"""

from __future__ import annotations

from typing import Any, TypeVar

from ownplug.core.meross import as_data
from ownplug.core.meross.payloads.rules import TimerEntry, TriggerEntry
from ownplug.core.meross.rules import read_entry
from ownplug.core.schedule import AutoOff, Timer
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.fields import Fields, objects, text
from ownplug.virtual.firmware.handlers.changes import tell_auto_offs, tell_timers
from ownplug.virtual.firmware.rules import RuleSlots

E = TypeVar("E", TimerEntry, TriggerEntry)
R = TypeVar("R", Timer, AutoOff)

_ID_LIMIT = 32


def timer_digest(device: Device) -> list[dict[str, Any]]:
    """The table of contents of the timers, as in `All`."""
    return [kept.summary for kept in device.timers]


def trigger_digest(device: Device) -> list[dict[str, Any]]:
    """The table of contents of the auto-offs, as in `All`."""
    return [kept.summary for kept in device.auto_offs]


def get_timer_digest(device: Device, _payload: Fields) -> dict[str, Any]:
    """Which timers there are."""
    return {"digest": timer_digest(device)}


def get_trigger_digest(device: Device, _payload: Fields) -> dict[str, Any]:
    """Which auto-offs there are."""
    return {"digest": trigger_digest(device)}


def get_timer(device: Device, payload: Fields) -> dict[str, Any]:
    """One timer by its id; nothing for an unknown one."""
    return _get(device.timers, payload, "timerx")


def set_timer(device: Device, payload: Fields) -> dict[str, Any]:
    """Make or change a timer; sunrise and sunset of the app's SET are not told again."""
    entries = [read_entry({"channel": 0} | asked, TimerEntry) for asked in objects(payload, "timerx")]
    device.timers.keep(entries, device.now_s)
    tell_timers(device, entries)
    return {}


def delete_timer(device: Device, payload: Fields) -> dict[str, Any]:
    """Forget a timer."""
    device.timers.forget(_asked_id(payload, "timerx"))
    return {}


def get_trigger(device: Device, payload: Fields) -> dict[str, Any]:
    """One auto-off by its id; nothing for an unknown one."""
    return _get(device.auto_offs, payload, "triggerx")


def set_trigger(device: Device, payload: Fields) -> dict[str, Any]:
    """Make or change an auto-off."""
    entries = [read_entry(asked, TriggerEntry) for asked in objects(payload, "triggerx")]
    device.auto_offs.keep(entries, device.now_s)
    tell_auto_offs(device, entries)
    return {}


def delete_trigger(device: Device, payload: Fields) -> dict[str, Any]:
    """Forget an auto-off."""
    device.auto_offs.forget(_asked_id(payload, "triggerx"))
    return {}


def _asked_id(payload: Fields, name: str) -> str:
    """The id that a payload asks for; empty if it names none, as in `{}` and `{"timerx": {}}`."""
    asked = payload.get(name)
    return text(asked, "id", limit=_ID_LIMIT, default="") if isinstance(asked, dict) else ""


def _get(slots: RuleSlots[E, R], payload: Fields, name: str) -> dict[str, Any]:
    found = slots.find(_asked_id(payload, name))
    if found is None:
        return {"digest": {}, name: {}}
    return {"digest": found.summary, name: as_data(found.entry)}
