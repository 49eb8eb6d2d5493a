"""Programs written for the vendor's cloud, unmodified, with ours as their cloud: all that they do to a plug."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.judged]

HERE = Path(__file__).parent
MODULES = HERE.parents[2] / ".venv" / "judges" / "node" / "node_modules"
EMAIL, PASSWORD = "ann@example.org", "correct horse"
RESULT = "found: "
WORKS = "signed in, found, switched, readings, days, light, pushes, gone and back; by MQTT and LAN"


class Cloud:
    """A hub with the vendor's interface at an address of its own, a plug, and an account."""

    def __init__(self, launch: Any, ownplug: Any, folder: Path, host: str, mqtt_port: int) -> None:
        _skip_unless_free(host, mqtt_port)
        home = folder / "home"
        self.ready = launch(
            *("hub", "run", "--home", str(home), "--advertise", host, "--mqtts", f"{host}:0"),
            *("--web", "127.0.0.1:0", "--cloud", f"{host}:0", "--mqtts-also", f"{host}:{mqtt_port}"),
        ).ready()
        self.control = str(folder / "control")
        http = f"{host}:80" if _is_free(host, 80) else f"{host}:0"
        plug = ("virtual", "run", "--load", "60", "--http", http, "--control", self.control)
        self.plug = launch(*plug).ready()
        self._ownplug = ownplug
        ownplug(
            "pair",
            f"http://{self.plug['http']}",
            "--ssid",
            "Home",
            "--password",
            "secret123",
            "--name",
            "kettle",
        )
        command = [
            sys.executable,
            "-m",
            "ownplug",
            "user",
            "add",
            EMAIL,
            "--password-stdin",
            "--home",
            str(home),
        ]
        subprocess.run(command, input=PASSWORD, text=True, check=True, capture_output=True)

    def do(self, what: str) -> None:
        """Do to the plug what the program wants, or look whether it did what the program said."""
        if what in {"is it on?", "is it off?"}:
            assert self.is_on() is (what == "is it on?")
            assert self._ownplug("plugs")[0]["relays"][0]["on"] is self.is_on()  # the hub saw it, too
            return
        command = {"press its button": "press", "unplug it": "unplug", "plug it in": "plug-in"}[what]
        self._ownplug("virtual", command, "--control", self.control)

    def is_on(self) -> bool:
        [status] = self._ownplug("virtual", "status", "--control", self.control)
        return bool(status["relays"]["0"])

    def run(self, *command: str, orders: dict[str, Any] | None = None, **environment: str) -> dict[str, Any]:
        """Run a program and do what it wants, until it says what it found."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={"PATH": os.environ["PATH"], "HOME": "/nowhere", **environment},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if orders:
                process.stdin.write(f"{json.dumps(orders)}\n")
            for line in process.stdout:
                if line.startswith("@"):
                    self.do(line[1:].strip())
                    process.stdin.write("\n")
                if line.startswith(RESULT):
                    found: dict[str, Any] = json.loads(line.removeprefix(RESULT))
                    return found
            _, errors = process.communicate(timeout=20)
            raise AssertionError(f"it said nothing at the end: {errors}")
        finally:
            process.kill()
            process.communicate(timeout=20)


def test_meross_iot(launch: Any, ownplug: Any, tmp_path: Path, judged: Callable[..., None]) -> None:
    cloud = Cloud(launch, ownplug, tmp_path, "127.0.0.21", 443)
    orders = {"url": cloud.ready["cloud"], "email": EMAIL, "password": PASSWORD, "name": "kettle"}
    program = str(HERE / "cloud_meross_iot_program.py")
    found = cloud.run(sys.executable, program, orders=orders, SSL_CERT_FILE=cloud.ready["ca"])
    assert found["wrong_password"] == found["unknown_account"] == "Invalid username/Password combination"
    assert found["creds"]["domain"] == cloud.ready["cloud"]
    assert found["creds"]["mqtt_domain"] == "127.0.0.21"
    assert found["creds"]["user_id"] == cloud.ready["user_id"]
    assert found["listed"] == [[cloud.plug["uuid"], "kettle", "ONLINE"]]
    assert (found["off"], found["on"], found["dnd"]) == (False, True, "DND_ENABLED")
    assert found["power_w"] > 50
    assert 100 < found["voltage_v"] < 260
    assert isinstance(found["days"], list)
    assert (found["pushed"], found["went"], found["came"]) == (True, True, True)
    assert found["listed_again"] == 1
    assert found["after_logout"] == "TokenExpiredException"
    if cloud.plug["http"].endswith(":80"):
        assert found["lan_ip"] == "127.0.0.21"
        assert cloud.is_on()
    judged("Programs of the vendor's cloud", WORKS, "meross-iot", version("meross_iot"))


def test_meross_cloud(
    launch: Any, ownplug: Any, tmp_path: Path, require_program: Any, judged: Callable[..., None]
) -> None:
    node = require_program("node", "apt-get install nodejs npm, then: make test")
    if not (MODULES / "meross-cloud").is_dir():
        pytest.skip("npm's meross-cloud is not installed: make test does it where npm is there")
    cloud = Cloud(launch, ownplug, tmp_path, "127.0.0.22", 2001)
    orders = {
        "domain": cloud.ready["cloud"].removeprefix("https://"),
        "email": EMAIL,
        "password": PASSWORD,
        "uuid": cloud.plug["uuid"],
        "http": cloud.plug["http"],
    }
    found = cloud.run(
        node,
        str(HERE / "cloud_meross_cloud_program.js"),
        json.dumps(orders),
        NODE_PATH=str(MODULES),
        NODE_NO_WARNINGS="1",
        NODE_EXTRA_CA_CERTS=cloud.ready["ca"],
    )
    wrong = "1004 (Wrong email or password) - Wrong email or password"
    assert found["wrongPassword"] == found["unknownAccount"] == wrong
    assert (found["count"], found["off"], found["on"], found["dnd"]) == (1, 0, 1, 1)
    assert found["electricity"]["power"] > 50_000
    assert isinstance(found["consumption"], list)
    assert (found["pushed"], found["went"], found["came"]) == (True, True, True)
    assert found["byLan"] == 1
    assert found["again"] == 1
    assert "Token" in found["afterLogout"]
    package = json.loads((MODULES / "meross-cloud" / "package.json").read_text("utf-8"))
    judged("Programs of the vendor's cloud", WORKS, "meross-cloud", package["version"])


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _skip_unless_free(host: str, port: int) -> None:
    if not _is_free(host, port):
        pytest.skip(
            f"may not listen on {host}:{port}, which the program has built in: run as root, or by sysctl"
        )
