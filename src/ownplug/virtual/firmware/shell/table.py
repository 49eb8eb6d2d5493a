"""Which handler carries out which command."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ownplug.virtual.firmware.shell import about, deeds, radio, settings, state
from ownplug.virtual.firmware.shell.answer import Handler

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "ip": about.interfaces,
        "stat": about.statistics,
        "ver": about.versions,
        "reboot": deeds.reboot,
        "meross hw": about.hardware,
        "meross fw": about.firmware,
        "meross net": about.network,
        "meross task": about.tasks,
        "meross mem": about.memory,
        "meross time": state.time,
        "meross sun": state.sun,
        "meross e2p": about.identity,
        "meross ping": radio.ping,
        "meross power": state.power,
        "meross scan": radio.scan,
        "meross switch": deeds.switch,
        "meross led": deeds.light,
        "meross crash": deeds.crash,
        "meross fac": deeds.factory_mode,
        "meross test": deeds.test,
        "meross iot status": state.home,
        "meross iot unbind": deeds.unbind,
        "meross iot upgrade": deeds.upgrade,
        "meross iot rule": state.rules,
        "meross iot log": deeds.log_messages,
        "meross iot dbg": state.debug,
        "config read": settings.read,
        "config write": settings.write,
        "config reset": settings.reset,
        "config show": settings.show,
    }
)
"""Every command that is no menu."""
