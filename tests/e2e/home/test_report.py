"""A report of plugs that are online, gone, and without a meter."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
WIFI = ("--ssid", "Home", "--password", "secret123")

Run = Callable[..., Any]


def test_it_tells_of_every_plug(launch: Run, ownplug: Run, eventually: Run, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    launch("hub", "run", "--home", home, *PLACES).ready()
    running = {}
    for name, model in (("=kettle", "mss310"), ("lamp", "mss110"), ("gone", "mss310")):
        running[name] = launch("virtual", "run", "--model", model)
        ownplug("pair", f"http://{running[name].ready()['http']}", *WIFI, "--name", name)
    running["gone"].stop()
    eventually(lambda: ownplug("plugs", "show", "gone")["availability"] == "offline")
    rows = {row["name"]: row for row in ownplug("plugs", "report")}
    assert len({row["key"] for row in rows.values()}) == 1  # the home's
    assert rows["=kettle"]["firmware"] == "2.1.7"
    assert rows["=kettle"]["energy_today_wh"] == 0
    assert rows["lamp"]["energy_today_wh"] is None
    assert (rows["gone"]["availability"], rows["gone"]["power_w"]) == ("offline", None)
    printed = subprocess.run(
        [sys.executable, "-m", "ownplug", "plugs", "report", "--csv", "--home", home],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert [row["name"] for row in csv.DictReader(io.StringIO(printed))] == ["'=kettle", "lamp", "gone"]
