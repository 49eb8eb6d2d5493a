from __future__ import annotations

from ownplug.core.shell import Level, LogLine, parse_log
from ownplug.virtual.firmware import logs


def test_a_line_names_its_origin() -> None:
    line = logs.NO_SERVER.render(274103, "event not init")
    assert line == (
        "[T: 274103 M: mrs_event C: warning F: mrs_iot_event_send_primary L: 116]: event not init"
    )
    told = parse_log(line)
    assert isinstance(told, LogLine)
    assert told.level is Level.WARNING
