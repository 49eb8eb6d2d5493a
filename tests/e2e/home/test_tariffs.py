"""Tariffs by the command line of a real hub: they hold after a restart, and prices follow the owner's clocks."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
PLAIN = {**os.environ, "NO_COLOR": "1", "TERM": "dumb"}

Run = Callable[..., Any]


def start(launch: Run, home: Path) -> Any:
    home.mkdir(exist_ok=True)
    (home / "ownplug.toml").write_text('[hub]\ntimezone = "Europe/Berlin"\n')
    hub = launch("hub", "run", "--json", "--home", str(home), *PLACES)
    hub.ready()
    return hub


def prices(home: Path, begin: str, end: str) -> list[float | None]:
    """What the API tells of the hours between two moments."""
    url = json.loads((home / "runtime.json").read_text())["web"]
    query = urlencode({"from": begin, "to": end})
    token = (home / "token").read_text().strip()
    request = Request(f"{url}/api/v1/tariffs/prices?{query}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=30) as answer:
        return [each["price_per_kwh"] for each in json.load(answer)["prices"]]


def night(begins: str) -> tuple[str, ...]:
    hours = ("--night-from", "22:00", "--night-to", "02:30")
    return ("set", "day-night", "--day", "0.3", "--night", "0.1", *hours, "--from", begins)


def test_what_energy_costs_is_set_shown_replaced_and_removed(
    launch: Run, ownplug: Run, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    hub = start(launch, home)
    assert ownplug("tariff", "list") == {"currency": None, "tariffs": [], "prices": None}
    assert "currency" in ownplug("tariff", "set", "flat", "0.25", "--from", "2026-01-01", status=2)["message"]
    ownplug("tariff", "set", "flat", "0.25", "--from", "2026-01-01", "--currency", "EUR")
    ownplug("tariff", *night("2026-10-25"))
    table = tmp_path / "prices.csv"
    table.write_text("start;price\n2026-10-26T00:00;0,1\n2026-10-26T00:30;-0,05\n")
    found = ownplug("tariff", "import", str(table), "--from", "2026-10-26")
    assert [each["rate"]["kind"] for each in found["tariffs"]] == ["flat", "day-night", "hourly"]
    assert found["prices"] == {"from": "2026-10-25T23:00:00Z", "to": "2026-10-26T00:00:00Z", "count": 2}
    assert ownplug("tariff", "list") == found

    before = prices(home, "2026-10-24T23:00:00+02:00", "2026-10-26T02:00:00+01:00")
    last_hours = [0.1, 0.1, 0.025, None]
    assert before == [0.25, 0.1, 0.1, 0.2, 0.2, *[0.3] * 19, *last_hours]  # 02:00 comes twice
    hub.kill()
    start(launch, home)
    assert ownplug("tariff", "list") == found
    assert prices(home, "2026-10-24T23:00:00+02:00", "2026-10-26T02:00:00+01:00") == before

    ownplug("tariff", "remove", "2026-10-25")
    found = ownplug("tariff", "set", "hourly", "--from", "2026-01-01")
    assert [(each["from"], each["rate"]["kind"]) for each in found["tariffs"]] == [
        ("2026-01-01", "hourly"),
        ("2026-10-26", "hourly"),
    ]
    assert ownplug("tariff", "remove", "2026-10-25", status=1)["code"] == "not-found"


def test_a_table_with_a_mistake_changes_nothing(launch: Run, ownplug: Run, tmp_path: Path) -> None:
    start(launch, tmp_path / "home")
    table = tmp_path / "prices.csv"
    table.write_text("start,price\n2026-10-25T01:00,0.1\n2026-10-25T02:00,0.2\n")
    wished = ("tariff", "import", str(table), "--currency", "EUR", "--from", "2026-01-01")
    failure = ownplug(*wished, status=2)
    assert (failure["code"], failure["message"][:7]) == ("usage", "Line 3:")
    assert "offset" in failure["hint"]
    table.write_text("start,price\n\x1b[2J,0.1\n")
    assert ownplug(*wished, status=2)["message"] == "Line 2: '\\x1b[2J' is no date and time."
    table.write_bytes(b"x" * 5_000_001)
    assert "5 MB" in ownplug(*wished, status=2)["message"]
    assert "cannot be read" in ownplug("tariff", "import", str(tmp_path / "none.csv"), status=2)["message"]
    assert ownplug("tariff", "list") == {"currency": None, "tariffs": [], "prices": None}


def test_a_person_sees_a_table_and_what_is_missing(launch: Run, ownplug: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    start(launch, home)
    assert shown(home, "list") == ["No tariffs yet. Set one with `ownplug tariff set flat`."]
    ownplug("tariff", "set", "flat", "0.3", "--from", "2025-01-01", "--currency", "EUR")
    ownplug("tariff", *night("2026-01-01"))
    assert shown(home, "set", "hourly", "--from", "2026-07-01") == [
        "FROM        EUR/kWh",
        "2025-01-01  0.30",
        "2026-01-01  0.30 by day, 0.10 from 22:00 to 02:30",
        "2026-07-01  by the hour",
        "No prices by the hour are known yet: `ownplug tariff import` takes them over.",
    ]


def shown(home: Path, *arguments: str) -> list[str]:
    """What `ownplug tariff …` says on a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ownplug", "tariff", *arguments, "--home", str(home)]
    subprocess.run(
        command,
        stdout=theirs,
        stderr=theirs,
        timeout=60,
        check=True,
        env=PLAIN,
    )
    os.close(theirs)
    with os.fdopen(ours, "rb") as terminal:
        return [line.rstrip() for line in terminal.read1().decode().splitlines()]
