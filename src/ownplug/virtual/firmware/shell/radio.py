"""Commands that take their time in the air: looking for networks, and asking a host whether it is there."""

from __future__ import annotations

import ipaddress
from functools import partial

from ownplug.core.shell.replies import AccessPoint, Quiet, Scan
from ownplug.virtual import air
from ownplug.virtual.firmware import logs
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.shell.answer import Answer, Context

_SCAN = 0xD8  # call of the driver. Source: seed
_PING_PATIENCE_S = 1.0  # Source: assumed
_NEAR_MS, _SPREAD_MS = 2, 10  # to a host of the same network. Source: assumed
_LOOPBACK_MS = 1  # Source: seed
_FIRST = 1  # each ping sends one echo. Source: seed

# From the numbers of `Config.WifiList` to those of the chip. Source: protocol notes, 3.2; the development kit
_LATER_AUTHS = 5
_CIPHERS = {0: 1, 1: 0, 2: 4, 3: 6, 4: 8}


def scan(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross scan`: the table comes when the scan is over, and then the prompt."""

    def rest() -> Answer:
        found = tuple(_row(point) for point in context.device.air.scan)
        return Answer(reply=Scan(access_points=found, done=True), driver=((len(found) + 2, _SCAN),))

    return Answer(rest=rest, rest_s=context.timing.scan_s)


def ping(context: Context, words: tuple[str, ...]) -> Answer:
    """`meross ping`: the prompt comes at once, what comes of it is logged."""
    device, host = context.device, words[0]
    device.traffic.pings_sent += 1
    device.log(logs.PING_SENT, f"[ping]: ping: send seq(0x{_FIRST:04X}) {host}")
    took_ms = _round_trip_ms(device, host)
    if took_ms is None:
        context.do_later(_PING_PATIENCE_S, partial(_lost, device, host))
    else:
        context.do_later(took_ms / 1000, partial(_heard, device, host, took_ms))
    return Answer(reply=Quiet())


def _row(point: air.AccessPoint) -> AccessPoint:
    """How the chip tells of a network. Source: seed (the columns), assumed (WPS, and dBm of a signal in percent)."""
    return AccessPoint(
        channel=point.channel,
        ssid=point.ssid,
        bssid=point.bssid,
        auth=point.encryption + (point.encryption >= _LATER_AUTHS),
        cipher=_CIPHERS.get(point.cipher, point.cipher),
        rssi_dbm=point.signal // 2 - 100,
        wps=int(not point.is_open),
        cm=0,
        dpid=0,
        sr=0,
    )


def _round_trip_ms(device: Device, host: str) -> int | None:
    """How long an echo takes; None if none comes: from nowhere to elsewhere, or to what is no address (assumed)."""
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        return None
    if address.is_loopback:
        return _LOOPBACK_MS
    return _NEAR_MS + device.below(_SPREAD_MS) if device.network.access_point else None


def _heard(device: Device, host: str, took_ms: int) -> None:
    device.traffic.pings_answered += 1
    device.log(logs.PING_HEARD, f"[ping]: ping: recv seq(0x{_FIRST:04X}) {host}, {took_ms} ms")


def _lost(device: Device, host: str) -> None:
    device.log(logs.PING_LOST, f"[ping]: ping: timeout seq(0x{_FIRST:04X}) {host}")
