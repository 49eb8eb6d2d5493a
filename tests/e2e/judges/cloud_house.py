"""A home at a loopback address of its own, because programs of the vendor's cloud have the ports of MQTT built in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.judges.foreign import own_address

from ownplug.aio import SystemClock

EMAIL, PASSWORD = "ann@example.org", "correct horse"
EARLIER_DAY_WH = 1234
_RESULT = "found: "
_TRIES = 50


def earlier_day() -> str:
    """A day that is over wherever in the world it is midnight just now."""
    return (SystemClock().now().astimezone(UTC) - timedelta(days=2)).date().isoformat()


class CloudHouse:
    """A hub with the vendor's interface, with an account, and with plugs that stay when it restarts."""

    def __init__(self, launch: Callable[..., Any], ownplug: Callable[..., Any], folder: Path) -> None:
        self.plugs: dict[str, dict[str, Any]] = {}
        self.ready: dict[str, Any] = {}
        self._launch = launch
        self._ownplug = ownplug
        self._folder = folder
        self._hub: Any = None
        self.host = own_address(443, 2001)

    def start(self) -> None:
        """Run the hub; the second time at the same ports."""
        cloud = self.ready.get("cloud", f"https://{self.host}:0").removeprefix("https://")
        self._hub = self._launch(
            *("hub", "run", "--home", str(self._folder / "home"), "--advertise", self.host),
            *("--mqtts", self.ready.get("mqtts", f"{self.host}:0"), "--web", "127.0.0.1:0", "--cloud", cloud),
            *("--mqtts-also", f"{self.host}:443", "--mqtts-also", f"{self.host}:2001"),
        )
        self.ready = self._hub.ready()

    def restart(self) -> None:
        """End the hub in peace, and run it again until its plugs have come back."""
        self._hub.stop()
        self.start()
        for _ in range(_TRIES):
            if all(plug["availability"] == "online" for plug in self._ownplug("plugs")):
                return
        raise AssertionError("the plugs did not come back")

    def take_home(self, name: str, *, model: str = "mss310") -> None:
        """Run a plug that answers at port 80, with a heater and with a day in its memory, and take it home."""
        memory = self._folder / name
        self._remember_a_day(memory / "virtual" / "plug-00000.json")
        options = ("--model", model, "--http", f"{own_address(80)}:80", "--load", "2000")
        seed = str(len(self.plugs) + 1)
        plug = self._launch("virtual", "run", "--seed", seed, "--home", str(memory), *options).ready()
        wifi = ("--ssid", "Home", "--password", "secret123")
        self._ownplug("pair", f"http://{plug['http']}", *wifi, "--name", name)
        self.plugs[name] = {**plug, "lan_ip": plug["http"].removesuffix(":80")}

    def add_account(self) -> None:
        """Add the user with whose login programs sign in."""
        command = [sys.executable, "-m", "ownplug", "user", "add", EMAIL, "--password-stdin"]
        command += ["--home", str(self._folder / "home")]
        subprocess.run(command, input=PASSWORD, text=True, check=True, capture_output=True)

    def is_on(self, name: str) -> bool:
        """Whether the relay of a plug is closed; plug and hub must agree."""
        [status] = self._ownplug("virtual", "status", home=self._folder / name)
        shown = {plug["name"]: plug for plug in self._ownplug("plugs")}
        assert shown[name]["relays"][0]["on"] is status["relays"]["0"]
        return bool(status["relays"]["0"])

    def run(self, *command: str, orders: dict[str, Any], **environment: str) -> dict[str, Any]:
        """Run a program, do what it asks for meanwhile, and return what it found."""
        errors = self._folder / "errors.log"
        with (
            errors.open("wb") as stderr,
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                bufsize=1,
                env={"PATH": os.environ["PATH"], "HOME": "/nowhere", **environment},
            ) as process,
        ):
            try:
                return self._serve(process, orders)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{errors.read_text()}") from error
            finally:
                process.kill()

    def _serve(self, process: subprocess.Popen[str], orders: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(orders)}\n")
        said = []
        for line in process.stdout:
            if line.startswith("@"):
                self._do(line[1:].strip())
                process.stdin.write("\n")
            elif line.startswith(_RESULT):
                found: dict[str, Any] = json.loads(line.removeprefix(_RESULT))
                return found
            said.append(line)
        raise AssertionError(f"it found nothing: {''.join(said[-40:])}")

    def _do(self, what: str) -> None:
        """Do what a program wants, or look whether what it says is so."""
        match what.split():
            case ["restart"]:
                self.restart()
            case [("on" | "off") as state, name]:
                assert self.is_on(name) is (state == "on")
            case [("press" | "unplug" | "plug-in") as command, name]:
                self._ownplug("virtual", command, home=self._folder / name)
            case _:
                raise AssertionError(f"nobody knows how to do {what!r}")

    def _remember_a_day(self, memory: Path) -> None:
        day = datetime.fromisoformat(f"{earlier_day()}T12:00:00+00:00")
        record = f"{earlier_day()},{day.timestamp():.0f},{EARLIER_DAY_WH}.000000"
        memory.parent.mkdir(parents=True)
        memory.write_text(json.dumps({"format": 1, "settings": {"meross:dev.enr.data01": record}}), "utf-8")
