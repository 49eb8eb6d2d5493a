"""Where in the firmware the lines of its log come from.

Source: seed where the page shows the line, else assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.shell import Level, LogLine, render_log


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A place in the firmware that logs."""

    module: str
    function: str
    line: int
    level: Level = Level.INFO

    def render(self, time_ms: int, message: str) -> str:
        """The line as the console shows it."""
        return render_log(
            LogLine(
                time_ms=time_ms,
                module=self.module,
                level=self.level,
                function=self.function,
                line=self.line,
                message=message,
            )
        )


FACTORY_RESET = Origin(module="mrs_main", function="mrs_main_proc", line=172)
NO_SERVER = Origin(module="mrs_event", function="mrs_iot_event_send_primary", line=116, level=Level.WARNING)
PING_SENT = Origin(module="ping", function="ping_send", line=194)
PING_HEARD = Origin(module="ping", function="ping_recv", line=256)
# Source: assumed, from here on.
FACTORY_MODE = Origin(module="mrs_main", function="mrs_main_proc", line=103)
PING_LOST = Origin(module="ping", function="ping_recv", line=270, level=Level.WARNING)
WIFI_JOINED = Origin(module="mrs_main", function="mrs_main_wifi_connected_handler", line=51)
WIFI_REFUSED = Origin(
    module="mrs_main", function="mrs_main_wifi_connected_handler", line=66, level=Level.WARNING
)
SERVER_TRIED = Origin(module="mrs_iot", function="mrs_iot_connect", line=212)
SERVER_READY = Origin(module="mrs_iot", function="mrs_iot_connect", line=247)
SERVER_LOST = Origin(module="mrs_iot", function="mrs_iot_disconnect", line=281, level=Level.WARNING)
AT_HOME = Origin(module="mrs_iot", function="mrs_iot_online", line=305)
MESSAGE = Origin(module="mrs_proto", function="mrs_protocol_dump", line=88)
UPGRADE = Origin(module="mrs_ota", function="mrs_ota_download", line=118)
UPGRADE_FAILED = Origin(module="mrs_ota", function="mrs_ota_download", line=141, level=Level.ERROR)
TIMER = Origin(module="mrs_timer", function="mrs_timer_proc", line=402)
AUTO_OFF = Origin(module="mrs_atf", function="mrs_autooff_proc", line=518)
