"""Minutes of trouble: the hub is killed and started at random, and the plugs come back each time.

`OWNPLUG_SOAK_MINUTES` says how long (default 3).
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.soak

MINUTES = float(os.environ.get("OWNPLUG_SOAK_MINUTES", "3"))
PLUGS = 3


def test_plugs_come_back_after_every_kill_and_no_relay_moves(
    launch: Callable[..., Any], ownplug: Callable[..., Any], eventually: Callable[..., Any], tmp_path: Path
) -> None:
    chance = random.Random(1)
    home = str(tmp_path / "home")
    fixed = ["hub", "run", "--home", home, "--advertise", "127.0.0.1", "--web", "127.0.0.1:0"]
    hub = launch(*fixed, "--mqtts", "127.0.0.1:0")
    port = hub.ready()["mqtts"].rpartition(":")[2]
    fleet = launch("virtual", "run", "--count", str(PLUGS), "--seed", "5")
    for number in range(PLUGS):
        address = f"http://{fleet.ready()['http']}"
        ownplug("pair", address, "--ssid", "Home", "--password", "secret123", "--name", f"plug {number}")
    ownplug("off", "plug 1")

    def states() -> dict[str, Any]:
        return {
            plug["name"]: plug["relays"]
            for plug in ownplug("plugs")
            if plug["availability"] == "online" and plug["relays"]
        }

    before = eventually(lambda: states() if len(states()) == PLUGS else None)
    kills = 0
    deadline = time.monotonic() + MINUTES * 60  # noqa: TID251 - a soak is measured by the wall
    while time.monotonic() < deadline:  # noqa: TID251
        time.sleep(chance.uniform(0, 10))
        hub.kill()
        kills += 1
        time.sleep(chance.uniform(0, 8))
        hub = launch(*fixed, "--mqtts", f"127.0.0.1:{port}")
        hub.ready()
        after = eventually(lambda: states() if len(states()) == PLUGS else None, within_s=60)
        assert after == before, f"after {kills} kills"
    assert kills > 0
