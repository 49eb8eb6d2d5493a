"""Plugs of every generation come home to the same hub and obey it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ownplug.virtual import find_profile, profile_names

pytestmark = pytest.mark.e2e

NETWORK = ("--ssid", "Home", "--password", "secret123", "--timeout", "60")


def test_each_model_is_paired_switched_and_told_apart(
    launch: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path
) -> None:
    places = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
    launch("hub", "run", "--home", str(tmp_path / "home"), *places).ready()
    plugs = {name: launch("virtual", "run", "--model", name).ready() for name in profile_names()}
    for name, told in plugs.items():
        paired = ownplug("pair", f"http://{told['http']}", *NETWORK, "--name", name)
        assert (paired["uuid"], paired["availability"]) == (told["uuid"], "online")
    shown = {plug["name"]: plug for plug in ownplug("plugs")}
    for name in plugs:
        profile = find_profile(name)
        assert [relay["channel"] for relay in shown[name]["relays"]] == list(profile.relays)
        has_meter = "Appliance.Control.Electricity" in profile.abilities
        energy = ownplug("energy", name, status=0 if has_meter else 3)
        assert ("no meter" in str(energy)) is not has_meter
        if profile.relays:
            last = profile.relays[-1]
            ownplug("off", name, "--channel", str(last))
            relays = ownplug("plugs", "show", name)["relays"]
            assert [relay["on"] for relay in relays] == [relay["channel"] != last for relay in relays]
        else:
            assert "no relay" in ownplug("off", name, status=3)["message"]
