"""`meross-iot` from PyPI controls a virtual plug: through our server, and on the local network."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

PROGRAM = Path(__file__).with_name("meross_iot_program.py")
RESULT = "found: "
# meross-iot knows no port but 80, so each plug on the local network has an address of its own.
CLEAR_PLUG, ENCRYPTED_PLUG = "127.0.0.2", "127.0.0.3"

# From 0.4.7 on the library sends a plug that wants no encryption only the message id instead of the message, and
# falls back to MQTT. 0.4.6.2, which wants an older paho-mqtt, is the last whose LAN mode speaks to such plugs.
OLDER_PYTHON = Path(__file__).parents[3] / ".venv" / "judges" / "meross-iot-0.4.6.2" / "bin" / "python"


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
    _skip_without_port_80(ENCRYPTED_PLUG)
    found, log = run_program(*at_home(f"{ENCRYPTED_PLUG}:80", model="mss110"), by_lan=True)
    assert found["lan_ip"] == ENCRYPTED_PLUG
    assert (found["off"], found["on"]) == (False, True)
    assert "Retrying with MQTT" not in log


def test_on_the_local_network(at_home: Callable[..., Any]) -> None:
    if not OLDER_PYTHON.exists():
        pytest.skip(f"meross-iot 0.4.6.2 is not installed: make {OLDER_PYTHON.relative_to(Path.cwd())}")
    _skip_without_port_80(CLEAR_PLUG)
    found, log = run_program(*at_home(f"{CLEAR_PLUG}:80"), python=str(OLDER_PYTHON), by_lan=True)
    assert found["lan_ip"] == CLEAR_PLUG
    assert (found["off"], found["on"]) == (False, True)
    assert found["power_w"] > 0
    assert "Retrying with MQTT" not in log  # it really went by LAN


def _skip_without_port_80(address: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, 80))
        except OSError:
            pytest.skip(f"may not listen on {address}:80: run as root, or allow low ports by sysctl")
