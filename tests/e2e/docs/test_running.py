"""The units that the page about running the hub shows: accepted by systemd's own check, and their hub runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from devtools.source import REPOSITORY

pytestmark = pytest.mark.e2e

PAGE = (REPOSITORY / "docs" / "running.md").read_text("utf-8")
SYSTEM, DROP_IN, USER = (
    "/etc/systemd/system/ownplug.service",
    "/etc/systemd/system/ownplug.service.d/ntp.conf",
    "~/.config/systemd/user/ownplug.service",
)
MOST_EXPOSED = 20  # tenths, as `systemd-analyze security` counts: below 2 it says OK
HOW_TO_GET_IT = "apt-get install systemd"
PROGRAMS = Path(sys.executable).parent
ANY_PORTS = {
    "OWNPLUG_BROKER_MQTTS": "127.0.0.1:0",
    "OWNPLUG_WEB_PORT": "0",
    "OWNPLUG_NETWORK_ADVERTISE": "127.0.0.1",
}


def files() -> dict[str, str]:
    """The files that the page shows, by the path that each begins with."""
    blocks = re.findall(r"^ *```ini\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)
    texts = [textwrap.dedent(block) for block in blocks]
    return {text.splitlines()[0].removeprefix("# "): text for text in texts}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where everything of the units lies in a test, with the program at the places that they name."""
    for place in ("opt/ownplug/bin", "user/.local/bin"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "ownplug").symlink_to(PROGRAMS / "ownplug")
    return tmp_path


def in_home(text: str, home: Path) -> str:
    """Text of a unit with its places below `home`."""
    return (
        text.replace("/opt/", f"{home}/opt/").replace("/var/lib/", f"{home}/").replace("%h/", f"{home}/user/")
    )


def write_units(home: Path, *paths: str) -> str:
    """Write files of the page into `home`; return where the unit is."""
    folder = home / "units"
    for path in paths:
        file = folder / Path(path).relative_to(Path(paths[0]).parent)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(in_home(files()[path], home))
    return str(folder / "ownplug.service")


def test_the_page_shows_these_files_and_no_others() -> None:
    assert list(files()) == [SYSTEM, DROP_IN, USER]


@pytest.mark.parametrize(
    ("manager", "paths"),
    [("--system", [SYSTEM]), ("--system", [SYSTEM, DROP_IN]), ("--user", [USER])],
    ids=["system", "with the time server", "user"],
)
def test_systemd_accepts_them(
    home: Path, require_program: Callable[[str, str], str], manager: str, paths: list[str]
) -> None:
    analyze = require_program("systemd-analyze", HOW_TO_GET_IT)
    environment = {**os.environ, "HOME": str(home / "user"), "XDG_RUNTIME_DIR": str(home)}
    done = subprocess.run(
        [analyze, manager, "verify", write_units(home, *paths)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_check_can_fail(home: Path, require_program: Callable[[str, str], str]) -> None:
    analyze = require_program("systemd-analyze", HOW_TO_GET_IT)
    unit = Path(write_units(home, SYSTEM))
    unit.write_text(unit.read_text().replace("ProtectHome=", "ProtectHouse="))
    done = subprocess.run(
        [analyze, "verify", str(unit)], capture_output=True, text=True, check=False, timeout=60
    )
    assert "ProtectHouse" in done.stderr


@pytest.mark.parametrize("paths", [[SYSTEM], [SYSTEM, DROP_IN]], ids=["system", "with the time server"])
def test_the_system_unit_is_as_closed_as_the_page_wants_it(
    home: Path, require_program: Callable[[str, str], str], paths: list[str]
) -> None:
    analyze = require_program("systemd-analyze", HOW_TO_GET_IT)
    judged = [analyze, "security", "--offline=yes", "--no-pager", f"--threshold={MOST_EXPOSED}"]
    done = subprocess.run(
        [*judged, write_units(home, *paths)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", [SYSTEM, USER], ids=["system", "user"])
def test_the_hub_that_they_start_says_at_once_how_to_get_in_and_ends_in_order(home: Path, path: str) -> None:
    [line] = re.findall(r"^ExecStart=(.*)$", in_home(files()[path], home), re.MULTILINE)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home / "user"), **ANY_PORTS}
    with subprocess.Popen(
        shlex.split(line), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as hub:
        assert hub.stdout is not None
        told = json.loads(hub.stdout.readline())
        assert "/welcome#" in told["setup"]
        with urllib.request.urlopen(f"{told['web']}/readyz", timeout=20) as answer:
            assert answer.status == 200
        hub.send_signal(signal.SIGTERM)
        assert hub.wait(timeout=20) == 0
    homes = {SYSTEM: home / "ownplug", USER: home / "user" / ".local" / "share" / "ownplug"}
    assert (homes[path] / "hub.sqlite3").is_file()
