"""What the hub tells of itself, over a real socket and by commands."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ownplug.cli.main import run
from ownplug.hub import Obstacle

if TYPE_CHECKING:
    from tests.e2e.web.conftest import Ask, Home, MemoryHub

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _no_other_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OWNPLUG_HOME", "OWNPLUG_HUB", "OWNPLUG_TOKEN", "OWNPLUG_KEY"):
        monkeypatch.delenv(variable, raising=False)


Judge = Callable[[bytes], bytes]


@pytest.fixture
def complaints(require_program: Callable[[str, str], str]) -> Judge:
    """What Prometheus's own tool says against some metrics."""
    promtool = require_program("promtool", "apt-get install prometheus")

    def check(metrics: bytes) -> bytes:
        command = [promtool, "check", "metrics"]
        checked = subprocess.run(command, input=metrics, capture_output=True, check=False)
        return checked.stdout + checked.stderr

    return check


def test_the_judge_can_complain(complaints: Judge) -> None:
    assert b"no help text" in complaints(b"# TYPE ownplug_x gauge\nownplug_x 1\n")


async def test_prometheus_finds_nothing_to_complain_about(ask: Ask, complaints: Judge) -> None:
    answer = await ask("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert b'ownplug_plug_power_watts{name="kettle",' in answer.body
    assert await asyncio.to_thread(complaints, answer.body) == b""


@pytest.mark.parametrize("obstacle", Obstacle)
async def test_a_hub_that_cannot_work_says_why_and_no_more(
    ask: Ask, hub: MemoryHub, obstacle: Obstacle
) -> None:
    hub.observing.hub_obstacle = obstacle
    answer = await ask("GET", "/readyz", headers={"Authorization": ""})
    assert (answer.status, answer.json()["code"]) == (503, obstacle.value)
    assert answer.headers["content-type"] == "application/problem+json"
    hub.observing.hub_obstacle = None
    assert (await ask("GET", "/readyz")).status == 200


def test_the_history_of_a_plug_is_shown(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plugs", "history", "kettle", "--home", str(home.folder)]) == 0
    assert capsys.readouterr().out == (
        "FROM                  TO                    STATE    REASON\n"
        "2025-06-01T12:01:00Z  now                   online   -\n"
        "2025-06-01T12:00:00Z  2025-06-01T12:01:00Z  offline  no\\x1b[2J\n"
    )
    assert run(["plugs", "history", "kettle", "--limit", "1", "--home", str(home.folder)]) == 0
    assert capsys.readouterr().err == "\nThere is more: add --before 2.\n"
    assert run(["plugs", "history", "kettle", "--before", "2", "--json", "--home", str(home.folder)]) == 0
    assert [span["availability"] for span in json.loads(capsys.readouterr().out)["spans"]] == ["offline"]
    assert run(["plugs", "history", "kettle", "--before", "1", "--home", str(home.folder)]) == 0
    assert capsys.readouterr().err == "Nothing is known.\n"


def test_a_report_is_printed_or_written(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["hub", "diagnostics", "--home", str(home.folder)]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    told = json.loads(printed)
    file = tmp_path / "report.json"
    assert run(["hub", "diagnostics", "--out", str(file), "--home", str(home.folder)]) == 0
    assert capsys.readouterr().out == f"The report is in {file}. Look at it before you publish it.\n"
    assert json.loads(file.read_text("utf-8")) == told
    assert run(["hub", "diagnostics", "--json", "--home", str(home.folder)]) == 0
    assert json.loads(capsys.readouterr().out) == told


def test_a_report_that_cannot_be_written_says_so(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    file = home.folder / "none" / "report.json"
    assert run(["hub", "diagnostics", "--out", str(file), "--json", "--home", str(home.folder)]) == 1
    assert json.loads(capsys.readouterr().out)["hint"] == "Choose another --out."


@pytest.mark.slow
async def test_a_scrape_of_ten_thousand_plugs_holds_up_nobody(ask: Ask, hub: MemoryHub) -> None:
    hub.observing.plug_count = 10_000
    answered_meanwhile = 0

    async def others() -> None:
        nonlocal answered_meanwhile
        while True:
            assert (await ask("GET", "/healthz")).status == 200
            answered_meanwhile += 1

    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(others())
        answer = await ask("GET", "/metrics")
        asking.cancel()
    assert answer.body.count(b"ownplug_plug_online{") == 10_000
    assert answered_meanwhile >= 5  # one or two, if the loop itself rendered
