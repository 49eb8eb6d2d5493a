"""The hub as the time server of a home without internet; foreign programs ask it and read its page."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ntplib
import pytest

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
PAGE = Path(__file__).parents[3] / "docs" / "time.md"
WIFI = ("--ssid", "Home", "--password", "secret123")

Run = Callable[..., Any]


def port_of(ready: dict[str, Any]) -> int:
    return int(ready["ntp"].rpartition(":")[2])


def test_a_foreign_program_reads_the_time_from_the_hub(launch: Run, tmp_path: Path) -> None:
    ready = launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES, "--ntp", "127.0.0.1:0").ready()
    port = port_of(ready)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        for data in (b"", b"x", b"\xff" * 48, os.urandom(48), b"\x1b" + bytes(2000)):
            noise.sendto(data, ("127.0.0.1", port))
    for version in (1, 2, 3, 4):
        told = ntplib.NTPClient().request("127.0.0.1", port=port, version=version, timeout=10)
        assert abs(told.offset) < 1
        assert (told.leap, told.mode, told.version) == (0, 4, version)


def test_a_plug_that_waits_for_the_time_gets_it_there_and_comes_home(
    launch: Run, ownplug: Run, tmp_path: Path
) -> None:
    ready = launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES, "--ntp", "127.0.0.1:0").ready()
    air = tmp_path / "air.toml"
    air.write_text(
        f'ntp = "127.0.0.1:{port_of(ready)}"\n[[network]]\nssid = "Home"\npassword = "secret123"\n'
    )
    plug = launch("virtual", "run", "--model", "mss425e", "--air", str(air)).ready()
    paired = ownplug("pair", f"http://{plug['http']}", *WIFI)
    assert (paired["uuid"], paired["availability"]) == (plug["uuid"], "online")


def test_a_taken_port_is_named(ownplug: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        told = ownplug("hub", "run", *PLACES, "--ntp", f"127.0.0.1:{port}", status=1)
    assert told["message"] == f"Port {port} is taken by another program."
    assert "--ntp" in told["hint"]


def test_it_is_off_unless_asked_for(launch: Run, tmp_path: Path) -> None:
    assert launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES).ready()["ntp"] == ""


@pytest.mark.parametrize(
    ("language", "command", "package"),
    [
        ("dnsmasq", ["dnsmasq", "--test", "-C"], "dnsmasq-base"),
        ("unbound", ["unbound-checkconf"], "unbound"),
    ],
)
def test_the_settings_on_the_page_are_read_by_the_name_server_they_are_for(
    require_program: Run, tmp_path: Path, language: str, command: list[str], package: str
) -> None:
    program = require_program(command[0], f"apt-get install {package}")
    [settings] = re.findall(rf"```conf {language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    file = tmp_path / f"{language}.conf"
    file.write_text(settings)
    done = subprocess.run(
        [program, *command[1:], str(file)], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
