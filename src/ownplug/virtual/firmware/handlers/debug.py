"""`Appliance.System.Debug`: what a developer wants to see, in the words of each generation.

Source: seed (`meross iot dbg`, unpaired), captures (protocol notes, 5.8, paired), capture:em06-fw2.3.8 (later ones).
"""

from __future__ import annotations

from typing import Any

from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.calendar import c_time, duration, suncalc
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.fields import Fields
from ownplug.virtual.firmware.handlers.system import sun_today
from ownplug.virtual.profiles.profile import DebugStyle

_MEMORY = {"memTotal": 409600, "memFree": 87036, "memMini": 50348}  # Source: capture:em06-fw2.3.8
_FIRST_MEMORY = "Total 3319k, Free 1615k"  # Source: protocol notes, 5.8; assumed (what follows is not known)


def get_debug(device: Device, _payload: Fields) -> dict[str, Any]:
    """System, network and cloud."""
    return {
        "debug": {"system": _system(device), "network": _network(device), "cloud": _cloud(device)},
    }


def _system(device: Device) -> dict[str, Any]:
    style, offset_s = device.profile.debug, device.offset_s
    is_first, is_later = style is DebugStyle.FIRST, style is DebugStyle.LATER
    return {
        "version": device.profile.firmware.version,
        **({"compileTime": device.profile.firmware.compiled} if is_first else {}),
        "sysUpTime": duration(device.clock.uptime(device.now_s)),
        **({"memory": _FIRST_MEMORY} if is_first else {}),
        **({"UTC": int(device.unix_s)} if is_later else {}),
        "localTimeOffset": offset_s,
        "localTime": c_time(device.unix_s + offset_s),
        "suncalc": suncalc(sun_today(device)),
        **(_MEMORY if is_later else {}),
    }


def _network(device: Device) -> dict[str, Any]:
    point, style = device.network.access_point, device.profile.debug
    told: dict[str, Any] = {"linkStatus": "connected" if point else "disconnect"}
    if style is DebugStyle.FIRST:
        told["linkStatus"] = 0  # Source: protocol notes, 5.8; assumed (that it is always 0)
    if style is DebugStyle.LATER:
        told |= {"channel": point.channel} if point else {}
    else:
        told |= {"signal": point.signal} if point else {}
    return {
        **told,
        "ssid": point.ssid if point else "",
        "gatewayMac": point.bssid if point else device.mac.text,
        "innerIp": device.network.address,
        "wifiDisconnectCount": 0,
        **({"wifiDisconnectDetail": _nothing_lost()} if style is DebugStyle.LATER else {}),
    }


def _cloud(device: Device) -> dict[str, Any]:
    network, flash, is_later = device.network, device.flash, device.profile.debug is DebugStyle.LATER
    since_connect_s = device.now_s - network.connected_since_s
    connected_s = since_connect_s if network.is_connected else 0.0
    return {
        **({"linkStatus": "connected" if network.is_connected else "disconnect"} if is_later else {}),
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
        **({"iotDisconnectDetail": _nothing_lost()} if is_later else {}),
        **({"pingTrace": []} if device.profile.has_ping_trace else {}),
    }


def _nothing_lost() -> dict[str, Any]:
    """How often it was lost, and why; misspelt on the wire. Source: assumed (what stands in the list)."""
    return {"totalCount": 0, "detials": []}
