"""`Appliance.Control.*`: relay, meter, and leaving home.

Source: capture:mss310r-hw2.0.0-fw2.1.4 unless said otherwise.
"""

from __future__ import annotations

from typing import Any

from ownplug.core import units
from ownplug.core.errors import DeviceError
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.days import EnergyDays
from ownplug.virtual.firmware.device import Device, Order
from ownplug.virtual.firmware.fields import Fields, number, objects

_ALL_CHANNELS = 65535
_CHANNEL_LIMIT = 2**32 - 1


def get_toggle(device: Device, payload: Fields) -> dict[str, Any]:
    """The relay as an object; as a list for whoever asks for all channels.

    Source: protocol notes, 5.3 (the list).
    """
    asked = payload.get("togglex")
    if isinstance(asked, dict) and asked.get("channel") == _ALL_CHANNELS:
        return {"channel": _ALL_CHANNELS, "togglex": [device.relay_payload()]}
    return {"channel": 0, "togglex": device.relay_payload()}


def set_toggle(device: Device, payload: Fields) -> dict[str, Any]:
    """Switch; `touch` renews the date of the last change without one."""
    for asked in objects(payload, "togglex"):
        _refuse_channel(number(asked, "channel", low=0, high=_CHANNEL_LIMIT, default=0))
        on = number(asked, "onoff", low=0, high=1, default=int(device.relay.is_on)) == 1
        device.switch(on=on, touch=number(asked, "touch", low=0, high=1, default=0) == 1)
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
    today = device.zone.day(device.unix_s)
    return {
        "consumptionx": [
            {"date": record.day.isoformat(), "time": record.changed_at, "value": record.whole_wh}
            for record in EnergyDays(device.flash).listing(today)
        ]
    }


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


def _refuse_channel(channel: int) -> None:
    """This plug has one outlet. Source: assumed (what it says to others)."""
    if channel != 0:
        raise DeviceError(f"There is no channel {channel}.", device_code=ErrorCode.NOT_SUPPORTED)
