"""A plug that the hub knows is reset by its button and paired again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
AIR = '[[network]]\nssid = "Home"\npassword = "secret123"\n'

Run = Callable[..., Any]


def test_one_that_wants_encryption_and_is_at_home_says_whose_it_is(
    launch: Run, ownplug: Run, tmp_path: Path
) -> None:
    launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES).ready()
    plug = launch("virtual", "run", "--model", "mss110").ready()
    words = ("pair", f"http://{plug['http']}", "--ssid", "Home", "--password", "secret123")
    assert ownplug(*words, "--name", "lamp")["name"] == "lamp"
    assert ownplug(*words, status=1)["code"] == "wrong-key"


def test_a_name_that_is_taken_does_not_hide_that_the_plug_is_at_home(
    launch: Run, ownplug: Run, tmp_path: Path
) -> None:
    launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES).ready()
    words = ("--ssid", "Home", "--password", "secret123", "--name", "lamp")
    first, second = launch("virtual", "run").ready(), launch("virtual", "run").ready()
    ownplug("pair", f"http://{first['http']}", *words)
    told = ownplug("pair", f"http://{second['http']}", *words, status=1)
    assert told["code"] == "conflict"
    assert f"plug-{second['uuid'][-4:]} is at home" in told["message"]


def test_what_was_seen_of_its_former_life_is_not_taken_for_this_one(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    air, control = tmp_path / "air.toml", str(tmp_path / "control")
    air.write_text(AIR)
    launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES).ready()
    plug = launch("virtual", "run", "--air", str(air), "--control", control).ready()

    def pair(password: str, status: int = 0) -> Any:
        words = ("--ssid", "Home", "--password", password)
        return ownplug("pair", f"http://{plug['http']}", *words, status=status)

    def is_offline() -> bool:
        return bool(ownplug("plugs", "show", plug["uuid"])["availability"] == "offline")

    pair("secret123")
    ownplug("virtual", "press", "--seconds", "5", "--control", control)
    eventually(is_offline)
    assert pair("secret321", status=1)["code"] == "wifi-password"
    assert ownplug("plugs", "show", plug["uuid"])["uuid"] == plug["uuid"]  # it was known before
    assert pair("secret123")["availability"] == "online"
