"""`schemathesis` from PyPI, unmodified, as a judge of the API: is each answer of a real hub as its description says?

What it sends and what it looks at is in `schemathesis.toml`, with a reason for each thing that it does not look at.
That the hub calls nobody but a virtual plug is in `schemathesis_hooks.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ownplug.client import HubAddress, HubClient
from ownplug.core.secret import Secret

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(500)]

PLACE = Path(__file__).parent
SCHEMATHESIS = Path(__file__).parents[3] / ".venv" / "judges" / "schemathesis-4.32.5" / "bin" / "schemathesis"
# They take away what the others need, so they are judged last.
ENDING = ("change_plug", "change_key", "forget_plug")
RULES = 3  # timers and auto-offs, of which the judge may remove some


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A hub that is judged: two plugs at home, and one to be paired."""

    url: str
    token: str
    folder: Path  # the judge's
    stranger: str


@pytest.fixture
async def judged(launch: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path) -> Judged:
    home, folder = tmp_path / "home", tmp_path / "judge"
    home.mkdir()
    folder.mkdir()
    # A plug is silent when it is sent what it does not understand; five seconds of waiting each time prove no more.
    (home / "ownplug.toml").write_text("[hub]\nrequest_timeout_s = 0.5\n")
    ready = launch(
        *("hub", "run", "--home", str(home), "--advertise", "127.0.0.1"),
        *("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0"),
    ).ready()
    kettle, lamp, stranger = (launch("virtual", "run", "--seed", seed).ready() for seed in ("31", "32", "33"))
    for plug, name in ((kettle, "kettle"), (lamp, "lamp")):
        address = f"http://{plug['http']}"
        ownplug("pair", address, "--ssid", "Home", "--password", "secret123", "--name", name)
    token = (home / "token").read_text().strip()
    async with HubClient(HubAddress(url=ready["web"], token=Secret(token))) as hub:
        rules = [await hub.timers.add("kettle", {"at": "06:05", "turns": "on"}) for _ in range(RULES)]
        rules += [await hub.auto_offs.add("kettle", {"after_s": 60}) for _ in range(RULES)]
        _write_words(folder / "rules.txt", [rule["id"] for rule in rules])
        _write_words(folder / "plugs.txt", ["kettle", lamp["uuid"], (await hub.plug("lamp"))["mac"]])
    shutil.copy(PLACE / "schemathesis.toml", folder)
    return Judged(url=ready["web"], token=token, folder=folder, stranger=f"http://{stranger['http']}")


async def test_every_answer_is_as_the_description_says(judged: Judged) -> None:
    if not SCHEMATHESIS.exists():
        pytest.skip(f"schemathesis is not installed: make {SCHEMATHESIS.relative_to(Path.cwd())}")
    first = run_judge(judged, *(f"--exclude-operation-id={name}" for name in ENDING))
    last = run_judge(judged, *(f"--include-operation-id={name}" for name in ENDING))
    answered = first | last
    async with HubClient(HubAddress(url=judged.url, token=Secret(judged.token))) as hub:
        assert await hub.home()  # it has survived
    assert {status for status in answered if status >= 500} <= {502, 503, 504}
    # It was not turned away at the door: all of these were seen, and found as described.
    assert {200, 201, 202, 204, 400, 401, 403, 404, 409, 412, 504} <= answered


def run_judge(judged: Judged, *arguments: str) -> set[int]:
    """Let the judge work; return the status codes that it was answered with."""
    report = judged.folder / "report.har"
    done = subprocess.run(
        [
            *(str(SCHEMATHESIS), "--config-file", "schemathesis.toml", "run", *arguments),
            *("--header", f"Authorization: Bearer {judged.token}", "--no-color", "--warnings", "off"),
            *("--report", "har", "--report-har-path", str(report), f"{judged.url}/api/v1/openapi.json"),
        ],
        cwd=judged.folder,
        env={**os.environ, "PYTHONPATH": str(PLACE), "JUDGED_PLUG_URL": judged.stranger},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {entry["response"]["status"] for entry in json.loads(report.read_text())["log"]["entries"]}


def _write_words(file: Path, words: list[str]) -> None:
    file.write_text("".join(f'"{word}"\n' for word in words))
