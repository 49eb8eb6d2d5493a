"""`Appliance.Control.*`: relay, meter, and leaving home.

Source: capture:mss310r-hw2.0.0-fw2.1.4 unless said otherwise.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ownplug.core import units
from ownplug.core.errors import DeviceError
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.days import DayRecord, EnergyDays
from ownplug.virtual.firmware.device import Device, ImageOrder, Order
from ownplug.virtual.firmware.fields import DAY_S, Fields, number, objects, part, text
from ownplug.virtual.firmware.relays import MASTER
from ownplug.virtual.profiles.profile import DayOrder, RelayReply

_ALL_CHANNELS = 65535
_CHANNEL_LIMIT = 2**32 - 1
_URL_LIMIT, _MD5_LENGTH = 256, 32  # Source: assumed


def get_toggle(device: Device, payload: Fields) -> dict[str, Any]:
    """A relay as an object; as a list for whoever asks for all channels, and from newer firmware.

    Source: protocol notes, 5.3 (the lists).
    """
    asked = payload.get("togglex")
    channel = asked.get("channel", MASTER) if isinstance(asked, dict) else MASTER
    if channel == _ALL_CHANNELS:
        return {"channel": _ALL_CHANNELS, "togglex": device.relays.payloads()}
    if device.profile.relay_reply is RelayReply.LIST:
        return {"channel": _CHANNEL_LIMIT, "togglex": device.relays.payloads()}
    channel = _own_channel(device, number({"channel": channel}, "channel", low=0, high=_CHANNEL_LIMIT))
    return {"channel": channel, "togglex": device.relays.payload(channel)}


def set_toggle(device: Device, payload: Fields) -> dict[str, Any]:
    """Switch; `touch` renews the date of the last change without one."""
    for asked in objects(payload, "togglex"):
        channel = number(asked, "channel", low=0, high=_CHANNEL_LIMIT, default=MASTER)
        _switch(device, _own_channel(device, channel), asked)
    return {}


def get_older_toggle(device: Device, _payload: Fields) -> dict[str, Any]:
    """The only relay, without a channel.

    Source: capture:mss210-hw1-fw1.1.12.
    """
    return {"toggle": device.relays.older_payload()}


def set_older_toggle(device: Device, payload: Fields) -> dict[str, Any]:
    """Switch; a channel beside it is ignored.

    Source: protocol notes, 5.3.
    """
    _switch(device, MASTER, part(payload, "toggle"))
    return {}


def get_electricity(device: Device, _payload: Fields) -> dict[str, Any]:
    """What flows now, in mA, tenths of a volt and mW."""
    flow = device.measure()
    reading: dict[str, Any] = {
        "channel": 0,
        "current": units.milliamperes(flow.current_a),
        "voltage": units.decivolts(flow.voltage_v),
        "power": units.milliwatts(flow.power_w),
    }
    if device.profile.electricity_has_config:
        reading["config"] = meter_config(device)
    return {"electricity": reading}


def get_consumption(device: Device, _payload: Fields) -> dict[str, Any]:
    """The energy of the last 30 days, in whole watt-hours."""
    if not device.clock.is_set:
        return {"consumptionx": []}
    device.count_energy()
    today, days = device.zone.day(device.unix_s), EnergyDays(device.flash)
    is_ring = device.profile.day_order is DayOrder.RING
    listed = days.ring(today) if is_ring else days.listing(today)
    if device.faults.shuffle:
        listed.sort(key=lambda record: hash((record.day.toordinal(), record.changed_at)))
    left_wh = _left_of_yesterday_wh(device, listed, today)
    return {
        "consumptionx": [
            {
                "date": record.day.isoformat(),
                "time": record.changed_at,
                "value": record.whole_wh + (left_wh if record.day == today else 0),
            }
            for record in listed
        ]
    }


def _left_of_yesterday_wh(device: Device, listed: list[DayRecord], today: date) -> int:
    """What a plug that is late to begin a new day still counts in it.

    Source: protocol notes, 5.5.
    """
    since_midnight_s = (device.unix_s + device.offset_s) % DAY_S
    if since_midnight_s >= device.faults.late_day:
        return 0
    yesterday = today - timedelta(days=1)
    return next((record.whole_wh for record in listed if record.day == yesterday), 0)


def get_meter_config(device: Device, _payload: Fields) -> dict[str, Any]:
    """The calibration."""
    return {"config": meter_config(device)}


def set_meter_config(_device: Device, _payload: Fields) -> dict[str, Any]:
    """Refused.

    Source: protocol notes, 5.6; assumed (the code).
    """
    raise DeviceError("The calibration cannot be set.", device_code=ErrorCode.NOT_SUPPORTED)


def push_meter_config(device: Device, _payload: Fields) -> dict[str, Any]:
    """The server's answer to the plug's own push; nothing to do."""
    return {"config": meter_config(device)}


def set_upgrade(device: Device, payload: Fields) -> dict[str, Any]:
    """Install another firmware; how it goes is pushed.

    Source: protocol notes, 5.11.
    """
    asked = part(payload, "upgrade")
    url, md5 = text(asked, "url", limit=_URL_LIMIT), text(asked, "md5", limit=_MD5_LENGTH, default="")
    device.image_order = ImageOrder(url=url, md5=md5)
    return {}


def push_unbind(device: Device, _payload: Fields) -> None:
    """Forget the owner; the connection drops without an answer.

    Source: protocol notes, 3.4.
    """
    device.orders.append(Order.FACTORY_RESET)


def meter_config(device: Device) -> dict[str, int]:
    """The two coefficients of the meter, times 100."""
    return {
        "voltageRatio": device.flash.number(items.VOLTAGE_RATIO),
        "electricityRatio": device.flash.number(items.CURRENT_RATIO),
    }


def _switch(device: Device, channel: int, asked: Fields) -> None:
    on = number(asked, "onoff", low=0, high=1, default=int(device.relays.is_on(channel))) == 1
    device.switch(on=on, channel=channel, touch=number(asked, "touch", low=0, high=1, default=0) == 1)


def _own_channel(device: Device, channel: int) -> int:
    """A channel that this plug has. Source: assumed (what it says to others)."""
    if channel not in device.profile.relays:
        raise DeviceError(f"There is no channel {channel}.", device_code=ErrorCode.NOT_SUPPORTED)
    return channel
