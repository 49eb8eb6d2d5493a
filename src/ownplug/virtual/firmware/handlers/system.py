"""`Appliance.System.*`: what the plug is, and how it is.

Source: capture:mss310r-hw2.0.0-fw2.1.4 unless said otherwise.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ownplug.core.errors import Malformed
from ownplug.core.meross import namespaces as ns
from ownplug.core.schedule import sun_times
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import Device, Order
from ownplug.virtual.firmware.fields import DAY_S, UNIX_LIMIT, Fields, number, part, text
from ownplug.virtual.firmware.handlers.changes import older_timers, older_triggers
from ownplug.virtual.firmware.handlers.digest import timer_digest, trigger_digest
from ownplug.virtual.profiles.profile import DebugStyle

_ONLINE, _OFFLINE, _CONNECTING, _UPGRADING = 1, 2, 0, 3
_MICRO = 1_000_000


def get_all(device: Device, _payload: Fields) -> dict[str, Any]:
    """Everything in one reply."""
    system = {
        "hardware": hardware(device),
        "firmware": firmware(device),
        "time": time(device),
        "online": online(device),
    }
    if ns.CONTROL_TOGGLE in device.profile.abilities:
        return {"all": {"system": system, "control": _control(device)}}
    return {"all": {"system": system, "digest": _digest(device)}}


def _control(device: Device) -> dict[str, Any]:
    """Relay and rules as the first generation tells them.

    Source: capture:mss210-hw1-fw1.1.12.
    """
    return {"toggle": device.relays.older_payload(), **older_triggers(device), **older_timers(device)}


def _digest(device: Device) -> dict[str, Any]:
    """Relays and rules, as far as the device has any.

    Source: capture:em06-fw2.3.8 (nothing), protocol notes 5.1.
    """
    told = {
        ns.CONTROL_TOGGLE_X: ("togglex", device.relays.payloads),
        ns.CONTROL_TRIGGER_X: ("triggerx", lambda: trigger_digest(device)),
        ns.CONTROL_TIMER_X: ("timerx", lambda: timer_digest(device)),
    }
    return {key: tell() for ability, (key, tell) in told.items() if ability in device.profile.abilities}


def get_ability(device: Device, _payload: Fields) -> dict[str, Any]:
    """What it can be asked."""
    abilities = {name: dict(parameters) for name, parameters in device.profile.abilities.items()}
    return {"payloadVersion": 1, "ability": abilities}


def get_hardware(device: Device, _payload: Fields) -> dict[str, Any]:
    """What it is made of."""
    return {"hardware": hardware(device)}


def get_firmware(device: Device, _payload: Fields) -> dict[str, Any]:
    """What it runs, and where it is connected."""
    return {"firmware": firmware(device)}


def get_online(device: Device, _payload: Fields) -> dict[str, Any]:
    """Whether it is connected."""
    return {"online": online(device)}


def get_time(device: Device, _payload: Fields) -> dict[str, Any]:
    """Clock and zone."""
    return {"time": time(device)}


def set_time(device: Device, payload: Fields) -> dict[str, Any]:
    """Set clock and zone; each part may be missing."""
    asked = part(payload, "time")
    zone = text(asked, "timezone", limit=64, default=device.flash.read(items.TIME_ZONE))
    rules = _rules(asked["timeRule"]) if "timeRule" in asked else None
    timestamp = number(asked, "timestamp", low=0, high=UNIX_LIMIT, default=int(device.unix_s))
    device.count_energy()
    device.flash.write(items.TIME_ZONE, zone)
    if rules is not None:
        _keep_rules(device, rules)
    if "timestamp" in asked:
        set_clock(device, timestamp)
    return {}


def push_clock(device: Device, payload: Fields) -> dict[str, Any]:
    """Take the time, or without one ask for it; by HTTP the answer tells the plug's own."""
    if "clock" in payload:
        set_clock(device, number(part(payload, "clock"), "timestamp", low=0, high=UNIX_LIMIT))
        device.orders.append(Order.TIME_HEARD)
    else:
        device.orders.append(Order.ASK_TIME)
    return {"clock": {"timestamp": int(device.unix_s)}}


def set_clock(device: Device, timestamp: int) -> None:
    """Set the clock; what was metered before belongs to the day before, and the new day is there at once."""
    device.count_energy()
    device.clock.set(min(max(timestamp + int(device.faults.clock), 0), UNIX_LIMIT), device.now_s)
    device.count_energy()
    device.flash.write(items.TIME_STAMP, timestamp)


def get_runtime(device: Device, _payload: Fields) -> dict[str, Any]:
    """How well it hears its access point; 0 without one (assumed)."""
    point = device.network.access_point
    return {"runtime": {"signal": point.signal if point else 0}}


def get_dnd_mode(device: Device, _payload: Fields) -> dict[str, Any]:
    """Whether the light stays off."""
    return {"DNDMode": {"mode": device.flash.number(items.DND_MODE)}}


def set_dnd_mode(device: Device, payload: Fields) -> dict[str, Any]:
    """Keep the light off, or not. Nobody is told by a push."""
    device.flash.write(items.DND_MODE, number(part(payload, "DNDMode"), "mode", low=0, high=1))
    return {}


def get_position(device: Device, _payload: Fields) -> dict[str, Any]:
    """Where on earth it is, for the sun."""
    longitude, latitude = device.flash.number(items.LONGITUDE), device.flash.number(items.LATITUDE)
    return {"position": {"longitude": longitude, "latitude": latitude}}


def set_position(device: Device, payload: Fields) -> dict[str, Any]:
    """Set where it is."""
    asked = part(payload, "position")
    longitude = number(asked, "longitude", low=-180 * _MICRO, high=180 * _MICRO)
    latitude = number(asked, "latitude", low=-90 * _MICRO, high=90 * _MICRO)
    device.flash.write(items.LONGITUDE, longitude)
    device.flash.write(items.LATITUDE, latitude)
    return {}


def hardware(device: Device) -> dict[str, Any]:
    """The part of `All` and of `Bind`."""
    model = device.profile.model
    return {
        "type": model.type,
        "subType": model.sub_type,
        "version": model.hardware,
        "chipType": model.chip,
        "uuid": device.uuid.text,
        "macAddress": device.mac.text,
    }


def firmware(device: Device) -> dict[str, Any]:
    """The part of `All` and of `Bind`; `wifiMac` is the access point's, the plug's own without one."""
    network, point, flash = device.network, device.network.access_point, device.flash
    is_first = device.profile.debug is DebugStyle.FIRST
    return {
        "version": device.profile.firmware.version,
        "compileTime": device.profile.firmware.compiled,
        **({"encrypt": 1} if device.profile.firmware_has_encrypt else {}),
        "wifiMac": point.bssid if point else device.mac.text,
        "innerIp": network.address,
        "server": network.server or flash.read(items.SERVER),
        "port": network.port or flash.number(items.PORT),
        **({"secondServer": flash.read(items.SECOND_SERVER)} if is_first else {}),
        **({"secondPort": flash.number(items.SECOND_PORT)} if is_first else {}),
        "userId": flash.number(items.USER_ID),
    }


def time(device: Device) -> dict[str, Any]:
    """The part of `All` and of `Bind`."""
    return {
        "timestamp": int(device.unix_s),
        "timezone": device.flash.read(items.TIME_ZONE),
        "timeRule": [list(rule) for rule in device.time_rules],
    }


def sun_today(device: Device) -> tuple[int, int] | None:
    """Minutes of the local day of sunrise and sunset; None where the sun does neither today."""
    place = device.place
    return sun_times(
        place.zone.day(device.unix_s),
        latitude=place.latitude,
        longitude=place.longitude,
        offset_s=device.offset_s,
    )


def online(device: Device) -> dict[str, Any]:
    """The part of `All`: 0 on its way, 1 at home, 2 after it was connected, 3 while it is upgraded.

    Source: protocol notes, 5.1; assumed (that it is on its way until its start-up talk is over).
    """
    network = device.network
    away = _OFFLINE if network.was_connected and not network.is_connected else _CONNECTING
    here = _UPGRADING if device.is_upgrading else _ONLINE
    told: dict[str, Any] = {"status": here if network.is_at_home else away}
    if device.profile.online_has_bind_id:
        told |= {"bindId": device.flash.read(items.BIND_ID), "who": 1}
    return told


def _rules(value: Any) -> list[tuple[int, int, int]]:
    """Read `timeRule`; rules beyond the plug's slots are forgotten (assumed)."""
    try:
        rules = msgspec.convert(value, type=list[tuple[int, int, int]])
    except msgspec.MsgspecError as error:
        raise Malformed(f"timeRule is no list of rules: {error}") from error
    if not all(
        0 <= at <= UNIX_LIMIT and abs(offset) <= DAY_S and summer in {0, 1} for at, offset, summer in rules
    ):
        raise Malformed("timeRule has a rule that is none.")
    return rules[: len(items.TIME_RULES)]


def _keep_rules(device: Device, rules: list[tuple[int, int, int]]) -> None:
    device.flash.reset(items.TIME_RULES)
    for item, rule in zip(items.TIME_RULES, rules, strict=False):
        device.flash.write(item, msgspec.json.encode(rule).decode())
