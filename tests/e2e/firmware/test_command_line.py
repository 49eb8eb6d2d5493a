"""The whole way as its user goes it: commands and nothing else."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

pytestmark = pytest.mark.e2e

Launch = Callable[..., Any]
Command = Callable[..., Any]
FOR = ("--model", "mss310", "--hardware", "2.0.0", "--virtual")
PATIENCE_S = 60


@pytest.fixture
def new(ownplug: Command, tmp_path: Path) -> str:
    """A file with an image for a virtual plug."""
    file = tmp_path / "new.bin"
    ownplug("virtual", "image", "mss310@2.1.17", str(file))
    return str(file)


@pytest.fixture
def at_home(launch: Launch, ownplug: Command, tmp_path: Path) -> None:
    """A hub, and a plug called kettle that was paired with it."""
    hub = ("hub", "run", "--home", str(tmp_path / "home"), "--advertise", "127.0.0.1")
    launch(*hub, "--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0").ready()
    plug = launch("virtual", "run", "--seed", "31", "--home", str(tmp_path / "home")).ready()
    wifi = ("--ssid", "Home", "--password", "secret123")
    ownplug("pair", f"http://{plug['http']}", *wifi, "--name", "kettle")


@pytest.mark.usefixtures("at_home")
def test_a_script_upgrades_a_plug_and_is_told_why_it_cannot(
    ownplug: Command, new: str, tmp_path: Path
) -> None:
    upgrade = ("firmware", "upgrade", "kettle", new)
    before = ownplug("firmware", "show", "kettle")
    assert (before["version"], before["upgrade"]) == ("2.1.7", None)

    refused = ownplug(*upgrade, *FOR, status=2)
    assert "--yes" in refused["hint"]
    assert "power cut may leave it dead" in refused["message"]
    other = ownplug(*upgrade, "--model", "mss210", "--hardware", "2.0.0", "--virtual", "--yes", status=2)
    assert "is for mss310" in other["message"]
    assert "MD5" in ownplug(*upgrade, *FOR, "--yes", "--md5", "0" * 32, status=2)["message"]
    for content, says in ((b"no image", "no firmware image"), (bytes(4 * 1024 * 1024 + 1), "has more than")):
        (tmp_path / "other.bin").write_bytes(content)
        other = ownplug("firmware", "upgrade", "kettle", str(tmp_path / "other.bin"), *FOR, "--yes", status=2)
        assert says in other["message"]
    missing = str(tmp_path / "none.bin")
    assert (
        "cannot be read"
        in ownplug("firmware", "upgrade", "kettle", missing, *FOR, "--yes", status=2)["message"]
    )
    assert ownplug("firmware", "upgrade", "teapot", new, *FOR, "--yes", status=1)["code"] == "not-found"

    md5 = hashlib.md5(Path(new).read_bytes()).hexdigest()
    after = ownplug(*upgrade, *FOR, "--md5", md5, "--yes")
    assert (after["version"], after["upgrade"]["state"]) == ("2.1.17", "done")
    shown = ownplug("plugs", "show", "kettle")
    assert (shown["firmware"], shown["availability"]) == ("2.1.17", "online")
    assert ownplug(*upgrade, *FOR, "--yes", status=1)["code"] == "conflict"


@pytest.mark.usefixtures("at_home")
def test_a_person_types_the_name_and_sees_how_it_goes(new: str, ownplug: Command, tmp_path: Path) -> None:
    command = ["-m", "ownplug", "firmware", "upgrade", "kettle", new, *FOR, "--home", str(tmp_path / "home")]

    def run(typed: str) -> tuple[str, int]:
        person = pexpect.spawn(
            sys.executable, command, timeout=PATIENCE_S, encoding="utf-8", dimensions=(24, 200)
        )
        person.expect_exact("Type kettle to do it")
        said = person.before or ""
        person.sendline(typed)
        person.expect(pexpect.EOF)
        said += person.before or ""
        person.close()
        return said, person.exitstatus or 0

    said, status = run("yes")
    assert (status, "nothing was sent" in said) == (2, True)
    assert ownplug("firmware", "show", "kettle")["upgrade"] is None
    said, status = run("kettle")
    assert status == 0
    assert "This replaces firmware 2.1.7 of kettle (mss310, hardware 2.0.0)" in said
    assert "power cut may leave it dead" in said
    assert "kettle: the plug has the image and writes it" in said
    assert "kettle has firmware 2.1.17 now." in said


@pytest.mark.usefixtures("at_home")
def test_what_the_plug_refuses_is_its_exit_status(ownplug: Command, new: str) -> None:
    ownplug("virtual", "fault", "broken-download=0.1")
    refused = ownplug("firmware", "upgrade", "kettle", new, *FOR, "--yes", status=3)
    assert refused["code"] == "refused"
    assert "could not fetch the image" in refused["message"]
    failed = ownplug("firmware", "show", "kettle")
    assert (failed["version"], failed["upgrade"]["state"]) == ("2.1.7", "failed")
    assert ownplug("toggle", "kettle")["channel"] == 0
