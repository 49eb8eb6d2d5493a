"""What other tasks print while a person works: lines that mean nothing, of the kinds that the page shows.

Source: seed (the kinds, most of the lines), assumed (how often each comes, and that these come at any time).
"""

from __future__ import annotations

from ownplug.core.shell import Level
from ownplug.virtual.firmware.device import Below, Device
from ownplug.virtual.firmware.logs import Origin

_LOGS = (
    (Origin(module="mrs_timer", function="mrs_timer_nvdm_load_rules", line=556), "load 0 rules"),
    (Origin(module="mrs_atf", function="mrs_autooff_nvdm_load_rules", line=712), "load 0 rules"),
    (Origin(module="mrs_http", function="mrs_http_handle_event", line=33), "httpd status = 1"),
    (Origin(module="wifi", function="wifi_event_handler", line=204, level=Level.ERROR), "event not handled"),
)
_CALLS = (0xD2, 0xD5)


class Chatter:
    """Makes lines of other tasks.

    Args:
        device: whose tasks.
        below: chance.
    """

    def __init__(self, device: Device, below: Below) -> None:
        self._device = device
        self._below = below

    def line(self, at_s: float) -> str:
        """One line, said when the clock that tells the device the time shows `at_s`."""
        drawn = self._below(len(_LOGS) + len(_CALLS))
        if drawn >= len(_LOGS):
            return self._device.call_driver(_CALLS[drawn - len(_LOGS)])
        origin, message = _LOGS[drawn]
        ahead_ms = int(1000 * (at_s - self._device.now_s))
        return origin.render(self._device.uptime_ms + ahead_ms, message)
