"""`Appliance.Config.*`: how the plug is told whose it is and where its network is.

Source: published pairing programs and captures (protocol notes, section 3).
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from ownplug.core.errors import Malformed
from ownplug.core.meross.cipher import decrypt, wifi_key
from ownplug.virtual.air import AccessPoint
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import Device, Order
from ownplug.virtual.firmware.fields import Fields, number, part, text

_KEY_LIMIT = 32
_HOST_LIMIT = 64  # Source: assumed
_SSID_LIMIT = 32
_PASSWORD_LIMIT = 64
_PORT_LIMIT = 65535
_NO_TRACE = {"ssid": "", "code": 0, "info": ""}


def set_key(device: Device, payload: Fields) -> dict[str, Any]:
    """Take an owner: key, user and servers. A plug that is at home already moves to the new servers at once.

    Source: assumed (at once: sources say "on reconnect or reboot").
    """
    asked = part(payload, "key")
    gateway = part(asked, "gateway")
    values = {
        items.KEY: text(asked, "key", limit=_KEY_LIMIT, default=""),
        items.USER_ID: _user_id(asked),
        items.SERVER: _host(gateway, "host"),
        items.PORT: number(gateway, "port", low=0, high=_PORT_LIMIT),
        items.SECOND_SERVER: _host(gateway, "secondHost", default=""),
        items.SECOND_PORT: number(gateway, "secondPort", low=0, high=_PORT_LIMIT, default=0),
    }
    for item, value in values.items():
        device.flash.write(item, value)
    if device.is_paired:
        device.orders.append(Order.RECONNECT)
    return {}


def set_wifi(device: Device, payload: Fields) -> dict[str, Any]:
    """Take a network and restart to join it."""
    asked = part(payload, "wifi")
    return _join(device, asked, _base64(asked, "password", _PASSWORD_LIMIT, default=""))


def set_encrypted_wifi(device: Device, payload: Fields) -> dict[str, Any]:
    """The same with the password encrypted; an open network has none.

    Source: protocol notes, 2.3.
    """
    asked = part(payload, "wifi")
    coded = text(asked, "password", limit=4 * _PASSWORD_LIMIT, default="")
    key = wifi_key(device.profile.model.type, device.uuid)
    clear = decrypt(coded, key).partition(b"\0")[0] if coded else b""  # the plug reads it as a text of C
    if len(clear) > _PASSWORD_LIMIT:
        raise Malformed(f"password is longer than {_PASSWORD_LIMIT} bytes.")
    return _join(device, asked, clear.decode("utf-8", "replace"))


def _join(device: Device, asked: Fields, password: str) -> dict[str, Any]:
    ssid = _base64(asked, "ssid", _SSID_LIMIT)
    if not ssid:
        raise Malformed("ssid is empty.")
    device.flash.write(items.SSID, ssid)
    device.flash.write(items.SSID_LENGTH, len(ssid.encode()))
    device.flash.write(items.WIFI_PASSWORD, password)
    device.flash.write(items.WIFI_PASSWORD_LENGTH, len(password.encode()))
    device.flash.write(items.STATE, 1)
    # A new network is a new pairing: if it cannot be joined, the plug must not be lost. Source: assumed
    device.flash.write(items.BIND, 0)
    device.orders.append(Order.REBOOT)
    return {}


def get_info(_device: Device, _payload: Fields) -> dict[str, Any]:
    """What other makers' homes must know to take it; nothing here.

    Source: capture:em06-fw2.3.8.
    """
    return {"info": {"homekit": {}, "matter": {}}}


def get_over_temp(_device: Device, _payload: Fields) -> dict[str, Any]:
    """What it does when it gets too hot: warn.

    Source: protocol notes, 5.8.
    """
    return {"overTemp": {"enable": 1, "type": 1}}


def get_wifi_list(device: Device, _payload: Fields) -> dict[str, Any]:
    """The networks in reach."""
    return {"wifiList": [_network(device, point) for point in device.air.scan]}


def get_trace(device: Device, _payload: Fields) -> dict[str, Any]:
    """How the last attempt to join a network ended; nothing while paired."""
    traces = [] if device.is_paired else [device.flash.read(item) for item in items.TRACES]
    newest = next((trace for trace in map(_decode_trace, traces) if trace), None)
    return {"trace": newest or dict(_NO_TRACE)}


def keep_trace(device: Device, *, ssid: str, code: int, info: str) -> None:
    """Remember how joining a network ended; the five newest are kept.

    Source: seed (five items); assumed (what stands in them, and the codes).
    """
    record = {
        "ssid": base64.b64encode(ssid.encode()).decode(),
        "bssid": "",
        "rssi": 0,
        "code": code,
        "info": info,
    }
    older = [device.flash.read(item) for item in items.TRACES[:-1]]
    for item, value in zip(items.TRACES, [msgspec.json.encode(record).decode(), *older], strict=True):
        device.flash.write(item, value)


def _host(gateway: Fields, name: str, default: str | None = None) -> str:
    """A host name or address.

    Raises:
        Malformed: it has characters that no host name has.
    """
    host = text(gateway, name, limit=_HOST_LIMIT, default=default)
    if not (host.isascii() and host.isprintable() and " " not in host):
        raise Malformed(f"{name} is no host name.")
    return host


def _user_id(asked: Fields) -> str:
    """The user id: digits in a text, or a number."""
    value = asked.get("userId", "")
    user_id = str(value) if type(value) is int else text(asked, "userId", limit=20, default="")
    if not (user_id == "" or (user_id.isascii() and user_id.isdigit() and len(user_id) <= 18)):
        raise Malformed("userId is not a number.")
    return user_id


def _base64(asked: Fields, name: str, limit: int, default: str | None = None) -> str:
    """A text that comes in Base64; bytes that are no UTF-8 are replaced, so that they can be shown.

    Raises:
        Malformed: not Base64, or too long.
    """
    coded = text(asked, name, limit=4 * limit, default=default)
    try:
        data = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"{name} is not Base64.") from error
    if len(data) > limit:
        raise Malformed(f"{name} is longer than {limit} bytes.")
    return data.decode("utf-8", "replace")


def _network(device: Device, point: AccessPoint) -> dict[str, Any]:
    return {
        "ssid": base64.b64encode(point.ssid.encode()).decode(),
        "bssid": point.bssid.replace(":", device.profile.bssid_separator),
        "signal": point.signal,
        "channel": point.channel,
        "encryption": point.encryption,
        "cipher": point.cipher,
    }


def _decode_trace(stored: str) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(stored, type=dict[str, Any]) if stored else None
    except msgspec.MsgspecError:
        return None
