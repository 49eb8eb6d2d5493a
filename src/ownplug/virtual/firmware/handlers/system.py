"""`Appliance.System.*`: what the plug is, and how it is.

Source: capture:mss310r-hw2.0.0-fw2.1.4 unless said otherwise.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ownplug.core.errors import Malformed
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.calendar import c_time, duration, local_day
from ownplug.virtual.firmware.device import Device, Order
from ownplug.virtual.firmware.fields import DAY_S, UNIX_LIMIT, Fields, number, part, text
from ownplug.virtual.firmware.handlers.digest import timer_digest, trigger_digest
from ownplug.virtual.firmware.sun import render_sun, sun_times

_ONLINE, _OFFLINE, _CONNECTING = 1, 2, 0
_MICRO = 1_000_000


def get_all(device: Device, _payload: Fields) -> dict[str, Any]:
    """Everything in one reply."""
    system = {
        "hardware": hardware(device),
        "firmware": firmware(device),
        "time": time(device),
        "online": online(device),
    }
    digest = {
        "togglex": [device.relay_payload()],
        "triggerx": trigger_digest(device),
        "timerx": timer_digest(device),
    }
    return {"all": {"system": system, "digest": digest}}


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
    device.clock.set(timestamp, device.now_s)
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


def get_debug(device: Device, _payload: Fields) -> dict[str, Any]:
    """What a developer wants to see.

    Source: seed (`meross iot dbg`, unpaired), captures (protocol notes, 5.8, paired).
    """
    return {
        "debug": {
            "system": _debug_system(device),
            "network": _debug_network(device),
            "cloud": _debug_cloud(device),
        }
    }


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
    network, point = device.network, device.network.access_point
    return {
        "version": device.profile.firmware.version,
        "compileTime": device.profile.firmware.compiled,
        "wifiMac": point.bssid if point else device.mac.text,
        "innerIp": network.address,
        "server": network.server or device.flash.read(items.SERVER),
        "port": network.port or device.flash.number(items.PORT),
        "userId": device.flash.number(items.USER_ID),
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
    return sun_times(
        local_day(device.time_rules, device.unix_s),
        latitude=device.flash.number(items.LATITUDE) / _MICRO,
        longitude=device.flash.number(items.LONGITUDE) / _MICRO,
        offset_s=device.offset_s,
    )


def online(device: Device) -> dict[str, int]:
    """The part of `All`: 0 on its way, 1 connected, 2 after it was."""
    network = device.network
    if network.is_connected:
        return {"status": _ONLINE}
    return {"status": _OFFLINE if network.was_connected else _CONNECTING}


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


def _debug_system(device: Device) -> dict[str, Any]:
    offset_s = device.offset_s
    return {
        "version": device.profile.firmware.version,
        "sysUpTime": duration(device.clock.uptime(device.now_s)),
        "localTimeOffset": offset_s,
        "localTime": c_time(device.unix_s + offset_s),
        "suncalc": render_sun(sun_today(device)),
    }


def _debug_network(device: Device) -> dict[str, Any]:
    point = device.network.access_point
    return {
        "linkStatus": "connected" if point else "disconnect",
        **({"signal": point.signal} if point else {}),
        "ssid": point.ssid if point else "",
        "gatewayMac": point.bssid if point else device.mac.text,
        "innerIp": device.network.address,
        "wifiDisconnectCount": 0,
    }


def _debug_cloud(device: Device) -> dict[str, Any]:
    network, flash = device.network, device.flash
    since_connect_s = device.now_s - network.connected_since_s
    connected_s = since_connect_s if network.is_connected else 0.0
    cloud = {
        "activeServer": network.server,
        "mainServer": flash.read(items.SERVER),
        "mainPort": flash.number(items.PORT),
        "secondServer": flash.read(items.SECOND_SERVER),
        "secondPort": flash.number(items.SECOND_PORT),
        "userId": flash.number(items.USER_ID),
        "sysConnectTime": c_time(device.unix_s - since_connect_s) if network.was_connected else "N/A",
        # Unpaired it is lost on the page. Source: assumed (as `sysConnectTime`).
        "sysOnlineTime": duration(network.online_s + connected_s) if network.was_connected else "N/A",
        "sysDisconnectCount": network.disconnects,
    }
    return {**cloud, "pingTrace": []} if device.profile.has_ping_trace else cloud
