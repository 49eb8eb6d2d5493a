"""When a plug came and went, over restarts and kills of the hub."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

PLACES = ("--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
WIFI = ("--ssid", "Home", "--password", "secret123", "--name", "kettle")

Run = Callable[..., Any]


def start(launch: Run, home: Path, mqtts: str = "127.0.0.1:0") -> tuple[Any, str]:
    hub = launch("hub", "run", "--home", str(home), "--mqtts", mqtts, *PLACES)
    return hub, hub.ready()["mqtts"]


def spans_of(ownplug: Run) -> list[tuple[str, str]]:
    told = ownplug("plugs", "history", "kettle")["spans"]
    ends = [datetime.fromisoformat(span["to"]) for span in told[1:]]
    assert ends == [datetime.fromisoformat(span["from"]) for span in told[:-1]]
    assert all(datetime.fromisoformat(span["from"]) <= end for span, end in zip(told[1:], ends, strict=True))
    assert told[0]["to"] is None
    return [(span["availability"], span["reason"]) for span in told]


@pytest.mark.slow
def test_a_restart_and_a_kill_are_told_as_what_they_were(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    hub, mqtts = start(launch, home)
    plug = launch("virtual", "run", "--seed", "7")
    ownplug("pair", f"http://{plug.ready()['http']}", *WIFI)
    assert spans_of(ownplug) == [("online", "")]
    hub.stop()
    hub, _ = start(launch, home, mqtts)
    eventually(lambda: spans_of(ownplug)[0] == ("online", ""))
    restarted = [("online", ""), ("unknown", "the hub was not running"), ("online", "")]
    assert spans_of(ownplug) == restarted  # and not that it went because the server did
    eventually(lambda: written(home) == 3)  # else a kill loses the last seconds, as it may
    hub.kill()
    start(launch, home, mqtts)
    eventually(lambda: spans_of(ownplug)[0] == ("online", ""))
    assert spans_of(ownplug) == [*restarted[:2], *restarted]
    plug.stop()
    eventually(lambda: spans_of(ownplug)[0][0] == "offline")
    assert spans_of(ownplug)[0][1]


@pytest.mark.slow
def test_a_restart_does_not_forget_since_when_a_plug_is_away(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    hub, mqtts = start(launch, home)
    plug = launch("virtual", "run", "--seed", "7")
    ownplug("pair", f"http://{plug.ready()['http']}", *WIFI)
    plug.stop()
    eventually(lambda: ownplug("plugs", "show", "kettle")["availability"] == "offline")
    went = ownplug("plugs", "show", "kettle")
    for _ in range(2):
        hub.stop()
        hub, _ = start(launch, home, mqtts)
        shown = ownplug("plugs", "show", "kettle")
        assert [shown[name] for name in ("availability", "since", "reason")] == [
            "unknown",
            went["since"],
            went["reason"],
        ]


def written(home: Path) -> int:
    """How many changes are on the disk."""
    with closing(sqlite3.connect(home / "hub.sqlite3")) as database:
        return len(database.execute("SELECT number FROM availability").fetchall())
