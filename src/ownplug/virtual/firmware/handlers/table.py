"""Which handler answers which request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.fields import Fields
from ownplug.virtual.firmware.handlers import (
    clamps,
    config,
    control,
    debug,
    digest,
    encryption,
    older_rules,
    system,
)

Handler = Callable[[Device, Fields], dict[str, Any] | None]

REPLY_METHODS: Mapping[str, Method] = {
    Method.GET: Method.GETACK,
    Method.SET: Method.SETACK,
    Method.DELETE: Method.DELETEACK,
    Method.PUSH: Method.PUSH,
}
"""By what a request is answered; what is not here is no request."""

# `Control.Multiple` is answered where requests are taken apart.
# `System.Report` and `Control.Bind` are only ever spoken by the plug.
HANDLERS: Mapping[tuple[str, str], Handler] = {
    (ns.CONFIG_INFO, Method.GET): config.get_info,
    (ns.CONFIG_KEY, Method.SET): config.set_key,
    (ns.CONFIG_KEY, Method.PUSH): config.set_key,
    (ns.CONFIG_OVER_TEMP, Method.GET): config.get_over_temp,
    (ns.CONFIG_TRACE, Method.GET): config.get_trace,
    (ns.CONFIG_WIFI, Method.SET): config.set_wifi,
    (ns.CONFIG_WIFI_LIST, Method.GET): config.get_wifi_list,
    (ns.CONFIG_WIFI_X, Method.SET): config.set_encrypted_wifi,
    (ns.CONTROL_ALERT_CONFIG, Method.PUSH): clamps.push_alerts,
    (ns.CONTROL_CIRCUIT_FACTOR, Method.GET): clamps.get_factors,
    (ns.CONTROL_CONSUMPTION_CONFIG, Method.GET): control.get_meter_config,
    (ns.CONTROL_CONSUMPTION_CONFIG, Method.SET): control.set_meter_config,
    (ns.CONTROL_CONSUMPTION_CONFIG, Method.PUSH): control.push_meter_config,
    (ns.CONTROL_CONSUMPTION_H, Method.GET): clamps.get_hours,
    (ns.CONTROL_CONSUMPTION_X, Method.GET): control.get_consumption,
    (ns.CONTROL_ELECTRICITY, Method.GET): control.get_electricity,
    (ns.CONTROL_ELECTRICITY_X, Method.GET): clamps.get_electricity,
    (ns.CONTROL_SENSOR_HISTORY, Method.GET): clamps.get_minutes,
    (ns.CONTROL_TIMER, Method.DELETE): older_rules.delete_timer,
    (ns.CONTROL_TIMER, Method.GET): older_rules.get_timers,
    (ns.CONTROL_TIMER, Method.SET): older_rules.set_timers,
    (ns.CONTROL_TIMER_X, Method.DELETE): digest.delete_timer,
    (ns.CONTROL_TIMER_X, Method.GET): digest.get_timer,
    (ns.CONTROL_TIMER_X, Method.SET): digest.set_timer,
    (ns.CONTROL_TOGGLE, Method.GET): control.get_older_toggle,
    (ns.CONTROL_TOGGLE, Method.SET): control.set_older_toggle,
    (ns.CONTROL_TOGGLE_X, Method.GET): control.get_toggle,
    (ns.CONTROL_TOGGLE_X, Method.SET): control.set_toggle,
    (ns.CONTROL_TRIGGER, Method.DELETE): older_rules.delete_trigger,
    (ns.CONTROL_TRIGGER, Method.GET): older_rules.get_triggers,
    (ns.CONTROL_TRIGGER, Method.SET): older_rules.set_triggers,
    (ns.CONTROL_TRIGGER_X, Method.DELETE): digest.delete_trigger,
    (ns.CONTROL_TRIGGER_X, Method.GET): digest.get_trigger,
    (ns.CONTROL_TRIGGER_X, Method.SET): digest.set_trigger,
    (ns.CONTROL_UNBIND, Method.PUSH): control.push_unbind,
    (ns.CONTROL_UPGRADE, Method.SET): control.set_upgrade,
    (ns.DIGEST_TIMER_X, Method.GET): digest.get_timer_digest,
    (ns.DIGEST_TRIGGER_X, Method.GET): digest.get_trigger_digest,
    (ns.ENCRYPT_SUITE, Method.GET): encryption.get_suite,
    (ns.SYSTEM_ABILITY, Method.GET): system.get_ability,
    (ns.SYSTEM_ALL, Method.GET): system.get_all,
    (ns.SYSTEM_CLOCK, Method.PUSH): system.push_clock,
    (ns.SYSTEM_DEBUG, Method.GET): debug.get_debug,
    (ns.SYSTEM_DND_MODE, Method.GET): system.get_dnd_mode,
    (ns.SYSTEM_DND_MODE, Method.SET): system.set_dnd_mode,
    (ns.SYSTEM_FIRMWARE, Method.GET): system.get_firmware,
    (ns.SYSTEM_HARDWARE, Method.GET): system.get_hardware,
    (ns.SYSTEM_ONLINE, Method.GET): system.get_online,
    (ns.SYSTEM_POSITION, Method.GET): system.get_position,
    (ns.SYSTEM_POSITION, Method.SET): system.set_position,
    (ns.SYSTEM_RUNTIME, Method.GET): system.get_runtime,
    (ns.SYSTEM_TIME, Method.GET): system.get_time,
    (ns.SYSTEM_TIME, Method.SET): system.set_time,
}
