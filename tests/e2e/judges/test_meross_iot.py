"""`meross-iot` from PyPI controls a virtual plug: through our server, and on the local network."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.judges.foreign import own_address, require_older_meross_iot

pytestmark = pytest.mark.e2e

PROGRAM = Path(__file__).with_name("meross_iot_program.py")
RESULT = "found: "


def run_program(
    home: dict[str, Any], plug: dict[str, Any], *, python: str = sys.executable, by_lan: bool = False
) -> tuple[dict[str, Any], str]:
    host, _, port = home["mqtts"].rpartition(":")
    orders = {
        "host": host,
        "port": int(port),
        "ca": home["ca"],
        "user_id": home["user_id"],
        "key": home["key"],
        "uuid": plug["uuid"],
        "by_lan": by_lan,
    }
    done = subprocess.run(
        [python, str(PROGRAM)],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Its library logs on stdout, too.
    [result] = [line for line in done.stdout.splitlines() if line.startswith(RESULT)]
    found: dict[str, Any] = json.loads(result.removeprefix(RESULT))
    return found, done.stdout + done.stderr


@pytest.fixture
def at_home(
    launch: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path
) -> Callable[..., tuple[dict[str, Any], dict[str, Any]]]:
    """Start a hub, take a virtual plug that answers at `http` home, and tell both."""

    def start(http: str, model: str = "mss310") -> tuple[dict[str, Any], dict[str, Any]]:
        ready = launch(
            *("hub", "run", "--home", str(tmp_path / "home"), "--advertise", "127.0.0.1"),
            *("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0"),
        ).ready()
        plug = launch("virtual", "run", "--seed", "21", "--http", http, "--model", model).ready()
        ownplug(
            "pair", f"http://{plug['http']}", "--ssid", "Home", "--password", "secret123", "--name", "kettle"
        )
        key = ownplug("plugs", "show", "kettle", "--show-secrets")["key"]
        return {**ready, "key": key}, plug

    return start


def test_through_our_server(at_home: Callable[..., Any], ownplug: Callable[..., Any]) -> None:
    found, log = run_program(*at_home("127.0.0.1:0"))
    assert found["mixins"] == ["ToggleXMixin", "ElectricityMixin", "ConsumptionXMixin", "SystemDndMixin"]
    assert (found["off"], found["on"]) == (False, True)
    assert found["power_w"] > 0
    assert 100 < found["voltage_v"] < 260
    assert found["dnd"] == "DND_ENABLED"
    assert found["pushes"][:2] == [0, 1], log
    [plug] = ownplug("plugs")
    assert plug["relays"][0]["on"] is True  # the hub saw it too


def test_a_plug_that_wants_its_bodies_encrypted_on_the_local_network(at_home: Callable[..., Any]) -> None:
    address = own_address(80)
    found, log = run_program(*at_home(f"{address}:80", model="mss110"), by_lan=True)
    assert found["lan_ip"] == address
    assert (found["off"], found["on"]) == (False, True)
    assert "Retrying with MQTT" not in log


def test_on_the_local_network(at_home: Callable[..., Any]) -> None:
    python, address = require_older_meross_iot(), own_address(80)
    found, log = run_program(*at_home(f"{address}:80"), python=python, by_lan=True)
    assert found["lan_ip"] == address
    assert (found["off"], found["on"]) == (False, True)
    assert found["power_w"] > 0
    assert "Retrying with MQTT" not in log  # it really went by LAN
