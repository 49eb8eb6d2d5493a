"""A disk that takes nothing makes a hub not ready, and room makes it ready again; without anybody's help."""

from __future__ import annotations

import json
import resource
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files of others have no limit here"),
]

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")

Run = Callable[..., Any]


def readiness(url: str) -> tuple[int, str]:
    """Ask without a login; status, and what the answer calls it."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=20) as answer:
            return answer.status, json.load(answer)["status"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["code"]


def failed_writes(url: str, token: str) -> float:
    request = urllib.request.Request(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    return float(
        next(line for line in lines if line.startswith("ownplug_database_writes_failed_total ")).split()[1]
    )


def test_a_disk_that_takes_nothing(launch: Run, ownplug: Run, eventually: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    hub = launch("hub", "run", "--home", str(home), *PLACES)
    url, token = hub.ready()["web"], (home / "token").read_text().strip()
    assert readiness(url) == (200, "ready")
    assert failed_writes(url, token) == 0
    # Its files may not be longer than nothing, so they take nothing at all.
    resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    eventually(lambda: readiness(url) == (503, "database-not-writable"))
    assert failed_writes(url, token) > 0
    with urllib.request.urlopen(f"{url}/healthz", timeout=20) as answer:
        assert answer.status == 200  # it lives
    resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    eventually(lambda: readiness(url) == (200, "ready"))
    assert "Traceback" not in hub.log.read_text()
