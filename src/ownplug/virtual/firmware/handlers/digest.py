"""Timers and auto-offs: kept and told, with `Appliance.Digest.*` as their table of contents.

Source: capture:mss310r-hw2.0.0-fw2.1.4 (nothing stored), protocol notes 5.7 (the rest). They are stored
like the real ones; firing belongs to the schedule that firmware and client will share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ownplug.core.errors import DeviceError, Malformed
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.fields import UNIX_LIMIT, Fields, number, objects, part, text
from ownplug.virtual.firmware.flash import TIMERS, TRIGGERS, VALUE_LIMIT

_ID_LIMIT = 32
_ALIAS_LIMIT = 64
_COUNT_LIMIT = 2**31 - 1
_DAY_MIN, _DAY_S = 1440, 86_400
_WEEK_MASK = 255


def timer_digest(device: Device) -> list[dict[str, Any]]:
    """The table of contents of the timers, as in `All`."""
    return _digest(device, TIMERS)


def trigger_digest(device: Device) -> list[dict[str, Any]]:
    """The table of contents of the auto-offs, as in `All`."""
    return _digest(device, TRIGGERS)


def get_timer_digest(device: Device, _payload: Fields) -> dict[str, Any]:
    """Which timers there are."""
    return {"digest": timer_digest(device)}


def get_trigger_digest(device: Device, _payload: Fields) -> dict[str, Any]:
    """Which auto-offs there are."""
    return {"digest": trigger_digest(device)}


def get_timer(device: Device, payload: Fields) -> dict[str, Any]:
    """One timer by its id; nothing for an unknown one."""
    return _get(device, payload, TIMERS, "timerx")


def set_timer(device: Device, payload: Fields) -> dict[str, Any]:
    """Make or change a timer."""
    for asked in objects(payload, "timerx"):
        _keep(device, TIMERS, _timer(asked))
    return {}


def delete_timer(device: Device, payload: Fields) -> dict[str, Any]:
    """Forget a timer."""
    return _delete(device, payload, TIMERS, "timerx")


def get_trigger(device: Device, payload: Fields) -> dict[str, Any]:
    """One auto-off by its id; nothing for an unknown one."""
    return _get(device, payload, TRIGGERS, "triggerx")


def set_trigger(device: Device, payload: Fields) -> dict[str, Any]:
    """Make or change an auto-off."""
    for asked in objects(payload, "triggerx"):
        _keep(device, TRIGGERS, _trigger(asked))
    return {}


def delete_trigger(device: Device, payload: Fields) -> dict[str, Any]:
    """Forget an auto-off."""
    return _delete(device, payload, TRIGGERS, "triggerx")


def _timer(asked: Fields) -> dict[str, Any]:
    """A timer with what the plug keeps of it; sunrise and sunset of the app's SET are not told again."""
    return {
        **_common(asked),
        "type": number(asked, "type", low=0, high=4, default=1),
        "time": number(asked, "time", low=0, high=_DAY_MIN),
        "week": number(asked, "week", low=0, high=_WEEK_MASK),
        "duration": number(asked, "duration", low=0, high=_DAY_S, default=0),
        "sunOffset": number(asked, "sunOffset", low=-_DAY_MIN, high=_DAY_MIN, default=0),
        "extend": {"toggle": _action(asked)},
    }


def _trigger(asked: Fields) -> dict[str, Any]:
    rule = part(asked, "rule")
    return {
        **_common(asked),
        "type": number(asked, "type", low=0, high=4, default=0),
        "rule": {
            "duration": number(rule, "duration", low=0, high=_DAY_S),
            "week": number(rule, "week", low=0, high=_WEEK_MASK),
        },
    }


def _common(asked: Fields) -> dict[str, Any]:
    timer_id = text(asked, "id", limit=_ID_LIMIT)
    if not timer_id:
        raise Malformed("id is empty.")
    return {
        "channel": number(asked, "channel", low=0, high=0, default=0),
        "id": timer_id,
        "alias": text(asked, "alias", limit=_ALIAS_LIMIT, default=""),
        "enable": number(asked, "enable", low=0, high=1, default=1),
        "createTime": number(asked, "createTime", low=0, high=UNIX_LIMIT, default=0),
    }


def _action(asked: Fields) -> dict[str, int]:
    toggle = part(part(asked, "extend"), "toggle")
    return {"onoff": number(toggle, "onoff", low=0, high=1), "lmTime": 0}


def _stored(device: Device, slots: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is kept, by slot; damaged entries are left out."""
    found = {}
    for slot in slots:
        value = _decode(device.flash.read(slot))
        if value is not None:
            found[slot] = value
    return found


def _decode(stored: str) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(stored, type=dict[str, Any]) if stored else {}
    except msgspec.MsgspecError:
        return None
    whole = isinstance(value.get("id"), str) and isinstance(value.get("count"), int) and "channel" in value
    return value if whole else None


def _digest(device: Device, slots: Sequence[str]) -> list[dict[str, Any]]:
    return [_summary(entry) for entry in _stored(device, slots).values()]


def _summary(entry: Fields) -> dict[str, Any]:
    return {"channel": entry["channel"], "id": entry["id"], "count": entry["count"]}


def _asked_id(payload: Fields, name: str) -> str:
    """The id that a payload asks for; empty if it names none, as in `{}` and `{"timerx": {}}`."""
    asked = payload.get(name)
    return text(asked, "id", limit=_ID_LIMIT, default="") if isinstance(asked, dict) else ""


def _find(device: Device, slots: Sequence[str], timer_id: str) -> tuple[str, dict[str, Any]] | None:
    for slot, entry in _stored(device, slots).items():
        if entry["id"] == timer_id:
            return slot, entry
    return None


def _get(device: Device, payload: Fields, slots: Sequence[str], name: str) -> dict[str, Any]:
    found = _find(device, slots, _asked_id(payload, name))
    if found is None:
        return {"digest": {}, name: {}}
    entry = {field: value for field, value in found[1].items() if field != "count"}
    return {"digest": _summary(found[1]), name: entry}


def _keep(device: Device, slots: Sequence[str], entry: dict[str, Any]) -> None:
    found = _find(device, slots, entry["id"])
    free = next((slot for slot in slots if not device.flash.read(slot)), None)
    slot, count = (found[0], found[1]["count"] % _COUNT_LIMIT + 1) if found else (free, 1)
    if slot is None:
        # Source: assumed (what a full plug says is not known).
        raise DeviceError("All slots are taken.", device_code=ErrorCode.NOT_SUPPORTED)
    stored = msgspec.json.encode({**entry, "count": count}).decode()
    if len(stored) > VALUE_LIMIT:  # a name full of characters that JSON must escape
        raise Malformed("The entry does not fit into its slot.")
    device.flash.write(slot, stored)


def _delete(device: Device, payload: Fields, slots: Sequence[str], name: str) -> dict[str, Any]:
    """Forget one entry; an unknown one is as good as forgotten (assumed)."""
    if found := _find(device, slots, _asked_id(payload, name)):
        device.flash.write(found[0], "")
    return {}
