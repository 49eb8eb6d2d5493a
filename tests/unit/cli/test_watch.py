from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ownplug.cli.watch import render_event

AT = "2025-06-01T12:00:00Z"
HERE = datetime.fromisoformat(AT).astimezone().strftime("%H:%M:%S")
UPGRADE = {"event": "firmware-progress", "state": "", "percent": 0, "version": "", "failure": ""}
WHO = {"at": AT, "uuid": "u", "name": "kettle"}


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ({"event": "plug-online"}, "kettle  plug-online"),
        ({"event": "plug-offline", "reason": "it went"}, "kettle  plug-offline  it went"),
        ({"event": "relay-switched", "channel": 0, "on": False}, "kettle  relay-switched  off"),
        ({"event": "relay-switched", "channel": 2, "on": True}, "kettle  relay-switched  outlet 2 on"),
        (
            {"event": "power-read", "reading": {"power_w": 41.52, "voltage_v": 230, "current_a": 0.2}},
            "kettle  power-read  41.5 W, 230.0 V",
        ),
        (
            UPGRADE | {"state": "downloading", "percent": 40},
            "kettle  firmware-progress  the plug fetches the image, 40 %",
        ),
        (
            UPGRADE | {"state": "failed", "failure": "It said no."},
            "kettle  firmware-progress  the upgrade failed: It said no.",
        ),
        (
            {"event": "missed", "name": "", "count": 3},
            "missed  3 events were lost: this listener was too slow",
        ),
        ({"event": "of-a-newer-hub", "a": 1, "b": ["x"]}, 'kettle  of-a-newer-hub  a 1, b ["x"]'),
        ({"event": "plug-bound", "name": "a\x1b[2J\nb"}, r"a\x1b[2J\x0ab  plug-bound"),
    ],
)
def test_an_event_is_one_line(event: dict[str, Any], line: str) -> None:
    assert render_event(WHO | event) == f"{HERE}  {line}"


def test_an_event_of_no_known_shape_is_still_a_line() -> None:
    assert render_event({"event": "odd", "at": "yesterday"}) == "yesterday  odd"
