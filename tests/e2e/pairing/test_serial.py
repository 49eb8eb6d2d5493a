"""Pairing by the serial console of a board, where its Wi-Fi cannot be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ownplug.aio import SystemClock
from ownplug.app.means import Means
from ownplug.app.pairing_desk import PairingDesk
from ownplug.client import find_hub
from ownplug.console import open as open_console
from ownplug.core.errors import Conflict
from ownplug.core.secret import Secret
from ownplug.web import PairingWish

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
Run = Callable[..., Any]


@pytest.fixture
def tty(launch: Run, tmp_path: Path) -> Path:
    """A hub runs, and this is where the console of the plug may be put."""
    launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES).ready()
    return tmp_path / "plug.tty"


@pytest.mark.parametrize("chatter", [(), ("--fault", "chatter=20")])
def test_a_plug_is_paired_by_its_console_and_proven(
    launch: Run, ownplug: Run, tty: Path, chatter: tuple[str, ...]
) -> None:
    plug = launch("virtual", "run", "--tty", str(tty), *chatter).ready()
    wifi = ("--ssid", "Home-é", "--password", "secret123")
    paired = ownplug("pair", "--serial", str(tty), *wifi, "--name", "kettle")
    assert (paired["uuid"], paired["name"], paired["availability"]) == (plug["uuid"], "kettle", "online")
    assert ownplug("off", "kettle")["on"] is False


def test_what_goes_wrong_the_console_tells_too(launch: Run, ownplug: Run, tty: Path, tmp_path: Path) -> None:
    air = tmp_path / "air.toml"
    air.write_text('[[network]]\nssid = "Home"\npassword = "another one"\n')
    launch("virtual", "run", "--tty", str(tty), "--air", str(air)).ready()
    for ssid, code in (("Home", "wifi-password"), ("Nowhere", "wifi-absent")):
        told = ownplug("pair", "--serial", str(tty), "--ssid", ssid, "--password", "secret123", status=1)
        assert told["code"] == code
    assert ownplug("plugs") == []


def test_what_the_console_cannot_be_sent_is_refused_before_anything_is_written(
    launch: Run, ownplug: Run, tty: Path
) -> None:
    plug = launch("virtual", "run", "--tty", str(tty)).ready()
    told = ownplug("pair", "--serial", str(tty), "--ssid", "My Net", "--password", "secret123", status=2)
    assert "Ssid" in told["message"]
    assert "pair http://10.10.10.1" in told["hint"]
    found = ownplug("doctor", "key", f"http://{plug['http']}")
    assert "pairing mode" in found["findings"][1]["seen"]


def test_it_does_not_go_with_other_ways(ownplug: Run) -> None:
    told = ownplug("pair", "--serial", "/dev/null", "--ssid", "Home", "--password", "", "--join", status=2)
    assert "leave --mqtt and --join out" in told["message"]


async def test_a_hub_that_has_serial_ports_pairs_by_them_too(launch: Run, tty: Path, tmp_path: Path) -> None:
    plug = launch("virtual", "run", "--tty", str(tty)).ready()
    means = Means(SystemClock())
    means.serve_through(find_hub(tmp_path / "home"))
    wish = PairingWish(
        url="http://10.10.10.1",
        ssid="Home",
        password=Secret("secret123"),
        name="kettle",
        switches=True,
        timeout_s=60.0,
        port=str(tty),
    )
    async with PairingDesk(means, open_console=open_console) as desk:
        view = desk.begin(wish)
        assert (view.port, view.url) == (str(tty), "")
        with pytest.raises(Conflict):
            desk.begin(wish)
        while view.state == "running":  # noqa: ASYNC110 - the desk tells nobody
            await asyncio.sleep(0.1)
        assert (view.state, view.uuid, view.failure) == ("done", plug["uuid"], None)
        assert {stage.state for stage in view.stages} == {"done"}
