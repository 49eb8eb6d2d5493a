"""Commands that tell how the plug is: clock, sun, meter, home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from ownplug.core import units
from ownplug.core.secret import Secret
from ownplug.core.shell.replies import (
    Debug,
    HistoryDay,
    IotStatus,
    Power,
    ReportTime,
    Rules,
    StoredRule,
    Sun,
    TimeInfo,
)
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.calendar import c_time
from ownplug.virtual.firmware.days import DayRecord, EnergyDays
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.firmware.handlers import system
from ownplug.virtual.firmware.handlers.debug import get_debug
from ownplug.virtual.firmware.shell.answer import Answer, Context

_MICRO = 1_000_000
_LINK_QUALITY, _LINK_STATE = 0xD5, 0xD2  # calls of the driver. Source: seed; assumed (the names)
_REPORT_TIMES = tuple(ReportTime(index=index, minute=0) for index in range(3))  # Source: seed


def time(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross time`."""
    device = context.device
    return Answer(
        reply=TimeInfo(
            local_time=c_time(device.unix_s + device.offset_s),
            offset_s=device.offset_s,
            unix_s=int(device.unix_s),
            uptime_s=int(device.clock.uptime(device.now_s)),
        )
    )


def sun(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross sun`; midnight twice where the sun neither rises nor sets (assumed)."""
    device = context.device
    sunrise_min, sunset_min = system.sun_today(device) or (0, 0)
    return Answer(
        reply=Sun(
            latitude=Decimal(device.flash.number(items.LATITUDE)) / _MICRO,
            longitude=Decimal(device.flash.number(items.LONGITUDE)) / _MICRO,
            offset_s=device.offset_s,
            sunrise_min=sunrise_min,
            sunset_min=sunset_min,
        )
    )


def power(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross power`: energy of today, of yesterday, and of today again.

    Source: assumed (which is which; the pulse unit in millijoules, the highest current since the start).
    """
    device = context.device
    flow, metering, days = device.measure(), device.metering, _days(device)
    today = device.zone.day(device.unix_s)
    wh_of = {record.day: record.whole_wh for record in days}
    return Answer(
        reply=Power(
            energy_current=wh_of.get(today, 0),
            energy_last=wh_of.get(today - timedelta(days=1), 0),
            energy_now=wh_of.get(today, 0),
            power_mw=units.milliwatts(flow.power_w),
            voltage_dv=units.decivolts(flow.voltage_v),
            voltage_ratio=device.flash.number(items.VOLTAGE_RATIO),
            current_ma=units.milliamperes(flow.current_a),
            current_ratio=device.flash.number(items.CURRENT_RATIO),
            pulse_unit=round(metering.pulse_j * 1000),
            max_current_ma=units.milliamperes(metering.highest_current_a),
            report_status="todo",
            report_times=_REPORT_TIMES,
            history=tuple(
                HistoryDay(index=index, day=record.day.isoformat(), energy_wh=record.whole_wh)
                for index, record in enumerate(days)
            ),
        )
    )


def home(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross iot status`."""
    network, flash = context.device.network, context.device.flash
    return Answer(
        reply=IotStatus(
            wifi="connected" if network.access_point else "disconnect",
            iot="online" if network.is_connected else "offline",
            primary_host=flash.read(items.SERVER),
            primary_port=flash.number(items.PORT),
            secondary_host=flash.read(items.SECOND_SERVER),
            secondary_port=flash.number(items.SECOND_PORT),
            user_id=flash.read(items.USER_ID),
            user_key=Secret(flash.read(items.KEY)),
            bind_id=flash.read(items.BIND_ID),
        )
    )


def rules(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross iot rule`."""
    flash = context.device.flash
    return Answer(reply=Rules(timers=_stored(flash, items.TIMERS), autooffs=_stored(flash, items.TRIGGERS)))


def debug(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross iot dbg`: the same as `System.Debug`."""
    parts = get_debug(context.device, {})["debug"]
    return Answer(reply=Debug(parts=parts), driver=((0, _LINK_QUALITY), (0, _LINK_STATE)))


def _days(device: Device) -> list[DayRecord]:
    """The days that the plug remembers; none before it knows which day it is."""
    if not device.clock.is_set:
        return []
    return EnergyDays(device.flash).listing(device.zone.day(device.unix_s))


def _stored(flash: Flash, slots: Sequence[str]) -> tuple[StoredRule, ...]:
    texts = (flash.read(slot) for slot in slots)
    return tuple(StoredRule(index=index, text=text) for index, text in enumerate(texts) if text)
