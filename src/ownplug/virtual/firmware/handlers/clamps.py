"""What a meter with clamps and no relay tells: power, the last hours and the last minutes of each channel.

What is plugged in is at the first clamp; nothing flows through the others.

Source: capture:em06-fw2.3.8, protocol notes 5.4 and 5.5.
"""

from __future__ import annotations

from typing import Any

from ownplug.core.meter import Flow
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.fields import Fields, objects

_HOURS, _HOUR_S = 12, 3600
_MINUTES, _MINUTE_S = 60, 60
_CAPACITY = 16  # Source: capture; the meaning is not known
_ALL_CHANNELS = 65535
_J_PER_WH = 3600
_UNASKED = 3  # channels of `ConsumptionH` that are told to whoever names none


def get_electricity(device: Device, payload: Fields) -> dict[str, Any]:
    """What flows now, in mA, mV and mW; the key must be `electricity`, or the connection drops."""
    asked = [entry.get("channel") for entry in objects(payload, "electricity")]
    wanted = [clamp for clamp in device.profile.clamps if _ALL_CHANNELS in asked or clamp in asked]
    return {"electricity": [_reading(device, clamp) for clamp in wanted]}


def get_hours(device: Device, payload: Fields) -> dict[str, Any]:
    """Watt-hours of each of the last hours; for whoever names no channels of the first three."""
    named = payload.get("consumptionH")
    asked = (
        [entry.get("channel") for entry in named if isinstance(entry, dict)]
        if isinstance(named, list)
        else []
    )
    wanted = [clamp for clamp in device.profile.clamps if clamp in asked] or device.profile.clamps[:_UNASKED]
    return {"consumptionH": [_hours(device, clamp) for clamp in wanted]}


def get_minutes(device: Device, _payload: Fields) -> dict[str, Any]:
    """Power at each of the last minutes, in mW."""
    return {
        "history": [
            {"channel": clamp, "capacity": _CAPACITY, "value": _minutes(device, clamp)}
            for clamp in device.profile.clamps
        ]
    }


def get_factors(device: Device, _payload: Fields) -> dict[str, Any]:
    """The sign of each clamp: 1 where it is mounted as printed on it."""
    return {"circuitFactor": [{"channel": clamp, "factor": 1} for clamp in device.profile.clamps]}


def push_alerts(_device: Device, _payload: Fields) -> dict[str, Any]:
    """What it warns of: nothing."""
    return {}


def _reading(device: Device, clamp: int) -> dict[str, Any]:
    flow = _flow(device, clamp, device.now_s)
    apparent_w = flow.voltage_v * flow.current_a
    return {
        "channel": clamp,
        "current": round(flow.current_a * 1000),
        "voltage": round(flow.voltage_v * 1000),
        "power": round(flow.power_w * 1000),
        "mConsume": round(_energy_wh(device, clamp, 0.0, device.now_s)),
        "factor": flow.power_w / apparent_w if apparent_w else 0,
    }


def _hours(device: Device, clamp: int) -> dict[str, Any]:
    until_s = device.now_s
    data = []
    for hour in range(_HOURS):
        from_s, to_s = (until_s - (_HOURS - hour - step) * _HOUR_S for step in (0, 1))
        value = round(_energy_wh(device, clamp, max(from_s, 0.0), to_s))
        data.append({"timestamp": max(int(device.unix_s - (until_s - to_s)), 0), "value": value})
    return {"channel": clamp, "total": sum(entry["value"] for entry in data), "data": data}


def _minutes(device: Device, clamp: int) -> list[dict[str, Any]]:
    told = []
    for minute in range(_MINUTES):
        ago_s = (_MINUTES - 1 - minute) * _MINUTE_S
        power_w = _flow(device, clamp, device.now_s - ago_s).power_w
        told.append({"timestamp": max(int(device.unix_s - ago_s), 0), "power": round(power_w * 1000)})
    return told


def _flow(device: Device, clamp: int, at_s: float) -> Flow:
    flow = device.outlet.flow(at_s)
    return flow if clamp == device.profile.clamps[0] else Flow(voltage_v=flow.voltage_v)


def _energy_wh(device: Device, clamp: int, from_s: float, to_s: float) -> float:
    return device.outlet.energy_j(from_s, to_s) / _J_PER_WH if clamp == device.profile.clamps[0] else 0.0
