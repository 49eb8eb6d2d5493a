"""`Appliance.Control.Timer` and `Trigger` of the first generation, which tells and takes whole lists.

A list that is set replaces what there was; one entry that is set is made or changed; one can be deleted by its id.

Source: capture:mss210-hw1-fw1.1.12 (nothing stored), protocol notes 5.7 (entries); published programs, which do not
agree (one sets lists only, another knows entries by their id).
"""

from __future__ import annotations

from typing import Any

from ownplug.core.meross.payloads.rules import OldTriggerEntry, TimerEntry
from ownplug.core.meross.rules import newer_trigger, read_entry
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.fields import Fields, objects, part, text
from ownplug.virtual.firmware.handlers.changes import (
    older_timers,
    older_triggers,
    tell_older_timers,
    tell_older_triggers,
)

_ID_LIMIT = 32


def get_timers(device: Device, _payload: Fields) -> dict[str, Any]:
    """All timers."""
    return older_timers(device)


def set_timers(device: Device, payload: Fields) -> dict[str, Any]:
    """Replace all timers, or make or change one."""
    asked = [read_entry({**entry, "channel": 0}, TimerEntry) for entry in _asked(payload, "timer")]
    device.timers.keep(asked, device.now_s, instead=isinstance(payload.get("timer"), list))
    tell_older_timers(device)
    return {}


def delete_timer(device: Device, payload: Fields) -> dict[str, Any]:
    """Forget one timer."""
    device.timers.forget(text(part(payload, "timer"), "id", limit=_ID_LIMIT))
    return {}


def get_triggers(device: Device, _payload: Fields) -> dict[str, Any]:
    """All auto-offs."""
    return older_triggers(device)


def set_triggers(device: Device, payload: Fields) -> dict[str, Any]:
    """Replace all auto-offs, or make or change one."""
    asked = [newer_trigger(read_entry(entry, OldTriggerEntry)) for entry in _asked(payload, "trigger")]
    device.auto_offs.keep(asked, device.now_s, instead=isinstance(payload.get("trigger"), list))
    tell_older_triggers(device)
    return {}


def delete_trigger(device: Device, payload: Fields) -> dict[str, Any]:
    """Forget one auto-off."""
    device.auto_offs.forget(text(part(payload, "trigger"), "id", limit=_ID_LIMIT))
    return {}


def _asked(payload: Fields, name: str) -> list[dict[str, Any]]:
    return [] if payload.get(name) == [] else objects(payload, name)
