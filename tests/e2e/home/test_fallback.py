"""A plug that lost its server is switched by its own HTTP, where the owner allowed that."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

PLUG = "127.0.0.1:80"  # real plugs know no other port


@pytest.mark.parametrize("allowed", [True, False])
def test_by_plain_http_only_where_the_owner_allowed_it(
    allowed: bool,
    launch: Callable[..., Any],
    ownplug: Callable[..., Any],
    eventually: Callable[..., Any],
    tmp_path: Path,
) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", 80))
        except OSError:
            pytest.skip("may not listen on port 80: run as root, or allow low ports by sysctl")
    home = tmp_path / "home"
    home.mkdir()
    (home / "ownplug.toml").write_text(f"[hub]\nhttp_fallback = {str(allowed).lower()}\n")
    launch(
        *("hub", "run", "--home", str(home), "--advertise", "127.0.0.1"),
        *("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0"),
    ).ready()
    plug = launch("virtual", "run", "--seed", "41", "--http", PLUG).ready()
    ownplug("pair", f"http://{plug['http']}", "--ssid", "Home", "--password", "secret123", "--name", "kettle")
    shown = ownplug("plugs", "show", "kettle", "--show-secrets")

    # Send it to a server that does not exist: its MQTT ends, its HTTP goes on.
    nowhere = {"host": "127.0.0.1", "port": 1, "secondHost": "127.0.0.1", "secondPort": 1}
    user_id = json.loads((home / "runtime.json").read_text())["user_id"]
    key = {"key": {"userId": user_id, "key": shown["key"], "gateway": nowhere}}
    ownplug("raw", "kettle", "Appliance.Config.Key", "--method", "SET", "--payload", json.dumps(key))
    eventually(lambda: ownplug("plugs", "show", "kettle")["availability"] == "offline")

    if allowed:
        assert ownplug("off", "kettle")["on"] is False
        shown = ownplug("plugs", "show", "kettle")
        assert (shown["relays"][0]["on"], shown["availability"]) == (False, "offline")
    else:
        assert ownplug("off", "kettle", status=4)["code"] == "unreachable"
