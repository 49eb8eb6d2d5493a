"""What the README promises, done as it says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from devtools.prose import blocks
from devtools.source import REPOSITORY

pytestmark = pytest.mark.e2e

_README = (REPOSITORY / "README.md").read_text("utf-8")
_ADDRESS = "http://192.168.1.50"
_KEY = "0123456789abcdef0123456789abcdef"


def test_the_example_in_python_switches_and_reads_a_plug(
    launch: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path
) -> None:
    [example] = [block.text for block in blocks(_README) if block.language == "python"]
    assert example.count(_ADDRESS) == example.count(_KEY) == 1
    launch(
        *("hub", "run", "--home", str(tmp_path / "home"), "--advertise", "127.0.0.1"),
        *("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0"),
    ).ready()
    plug = launch("virtual", "run", "--seed", "5").ready()
    address = f"http://{plug['http']}"
    ownplug("pair", address, "--ssid", "Home", "--password", "secret123", "--name", "kettle")
    ownplug("off", "kettle")
    key = ownplug("plugs", "show", "kettle", "--show-secrets")["key"]

    program = example.replace(_ADDRESS, address).replace(_KEY, key)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" W\n")
    assert ownplug("plugs", "show", "kettle")["relays"][0]["on"] is True


def test_the_demo_shows_what_the_readme_says_it_shows() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ownplug", "demo", "--once"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "3 plugs at home." in done.stdout
    shown = [line.split()[0] for line in done.stderr.splitlines() if " paired in " in line]
    promised = [
        line.split()[0]
        for block in blocks(_README)
        for line in block.text.splitlines()
        if " paired in " in line
    ]
    assert shown == promised


def test_the_second_terminal_of_the_readme_works_on_the_demo(
    launch: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path
) -> None:
    home = tmp_path / "demo"
    demo = launch("demo", "--home", str(home), "--json")
    assert [plug["name"] for plug in json.loads(demo.line(within_s=60))] == ["kettle", "lamp", "washer"]
    before = ownplug("plugs", "show", "kettle", home=home)["relays"][0]["on"]
    assert ownplug("toggle", "kettle", home=home)["on"] is not before
    assert ownplug("energy", "kettle", home=home)["reading"]["voltage_v"] > 0
