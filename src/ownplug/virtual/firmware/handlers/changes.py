"""What the server is told of a rule that was made or changed, whoever did it: a push, as its generation speaks.

Source: a published program (after a SET the plug pushes the changed entries, after a DELETE nothing); assumed (also
after a timer that acts once, and the whole list by the first generation).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ownplug.core.meross import as_data
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads.rules import TimerEntry, TriggerEntry
from ownplug.core.meross.rules import older_timer, older_trigger
from ownplug.virtual.firmware.device import Device


def tell_timers(device: Device, changed: Sequence[TimerEntry]) -> None:
    """Push timers."""
    if ns.CONTROL_TIMER_X in device.profile.abilities:
        device.pushes.append((ns.CONTROL_TIMER_X, {"timerx": [as_data(entry) for entry in changed]}))
    else:
        tell_older_timers(device)


def tell_auto_offs(device: Device, changed: Sequence[TriggerEntry]) -> None:
    """Push auto-offs."""
    device.pushes.append((ns.CONTROL_TRIGGER_X, {"triggerx": [as_data(entry) for entry in changed]}))


def tell_older_timers(device: Device) -> None:
    """Push all timers of a plug of the first generation."""
    device.pushes.append((ns.CONTROL_TIMER, older_timers(device)))


def tell_older_triggers(device: Device) -> None:
    """Push all auto-offs of a plug of the first generation."""
    device.pushes.append((ns.CONTROL_TRIGGER, older_triggers(device)))


def older_timers(device: Device) -> dict[str, Any]:
    """All timers, as the first generation tells them."""
    return {"timer": [as_data(older_timer(kept.entry)) for kept in device.timers]}


def older_triggers(device: Device) -> dict[str, Any]:
    """All auto-offs, as the first generation tells them."""
    return {"trigger": [as_data(older_trigger(kept.entry)) for kept in device.auto_offs]}
