"""A hub and virtual plugs in processes of their own, as the page finds them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devtools.program import Program
from ownplug.virtual import ask_control

_LOOPBACK = "127.0.0.1"
_TRIES = 100
_ROOT = Path(__file__).parents[1]


class House:
    """A hub, its home, and what was started beside it.

    Args:
        folder: for the home and the logs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self._programs: list[Program] = []
        self._plugs: Program | None = None
        self.hub: Program
        self.ready: dict[str, Any] = {}
        self._port = 0

    @property
    def web(self) -> str:
        """Where the page is."""
        return str(self.ready["web"])

    @property
    def setup(self) -> str:
        """The link for the first account."""
        return str(self.ready["setup"])

    def start_hub(self, *options: str) -> None:
        """Start the hub, or start it again where it was."""
        where = f"{_LOOPBACK}:{self._port}"
        mqtts = self.ready.get("mqtts", f"{_LOOPBACK}:0")
        self.hub = self.launch(
            *("--home", str(self.home), "hub", "run", "--mqtts", mqtts, "--web", where),
            *("--advertise", _LOOPBACK, *options),
        )
        self.ready = self.hub.ready()
        self._port = urlsplit(self.web).port or 0

    def launch(self, *arguments: str) -> Program:
        """Start a program of ours, which ends with the house."""
        program = Program(list(arguments), self.folder / f"program-{len(self._programs)}.log")
        self._programs.append(program)
        return program

    def run(self, *arguments: str, text: str | None = None) -> Any:
        """Run a command in the home and return what it said as JSON."""
        command = [sys.executable, "-m", "ownplug", *arguments, "--json", "--home", str(self.home)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise AssertionError(f"{command}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def add_plugs(
        self, names: list[str], *options: str, loads: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Put virtual plugs in that are at home already, and call them so; return what each said of itself."""
        each = [word for load in loads or ["60"] for word in ("--load", load)]
        control = self.folder / "plugs.sock"
        self._plugs = self.launch(
            *self._at_home("virtual", "run", "--count", str(len(names)), *each, "--seed", "7"),
            *("--control", str(control), *options),
        )
        told = [self._plugs.ready() for _ in names]
        for plug, name in zip(told, names, strict=True):
            self._named(plug["uuid"], name)
        return told

    def fill(self, days: int) -> None:
        """Let the plugs have lived for so many days; the hub is stopped meanwhile."""
        self.hub.stop()
        command = [sys.executable, "-m", "devtools.page_home", str(self.home), "--days", str(days)]
        subprocess.run(command, cwd=_ROOT, check=True, timeout=300)
        self.start_hub()

    def settle(self, count: int) -> None:
        """Wait until so many plugs are at home and have told their power."""
        for _ in range(_TRIES * 3):
            plugs = self.api("/plugs")["plugs"]
            if (
                sum(plug["availability"] == "online" and plug["reading"] is not None for plug in plugs)
                >= count
            ):
                return
            threading.Event().wait(0.1)
        raise AssertionError(f"not all of {count} plugs came home")

    def add_crowd(self, count: int) -> None:
        """Put that many more virtual plugs in, which keep the names that the hub gives them."""
        crowd = self.launch(*self._at_home("virtual", "run", "--count", str(count), "--seed", "8"))
        for _ in range(count):
            crowd.ready()

    def press(self, plug: str) -> None:
        """Press the button of a virtual plug, without the time that starting a program takes."""
        deed = {"do": "press", "plug": plug}

        # In a thread: the browser's driver has a loop of its own in this one.
        thread = threading.Thread(target=lambda: asyncio.run(ask_control(self.folder / "plugs.sock", deed)))
        thread.start()
        thread.join()

    def hand(self, deed: str, *arguments: str) -> Any:
        """Do something to the virtual plugs, as a hand would: `press`, `unplug`, `fault`."""
        return self.run("virtual", deed, *arguments, "--control", str(self.folder / "plugs.sock"))

    def close(self) -> None:
        """End everything."""
        for program in reversed(self._programs):
            program.stop()

    def api(self, path: str) -> Any:
        """Ask the hub's API, as this machine's user."""
        token = (self.home / "token").read_text().strip()
        url = f"{self.web}/api/v1{path}"
        request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310 - loopback
            return json.load(reply)

    def _at_home(self, *command: str) -> tuple[str, ...]:
        key = str(self.api("/home?show_secrets=true")["key"])
        server = f"mqtts://{self.ready['mqtts']}"
        return (*command, "--mqtt", server, "--key", key, "--user-id", str(self.ready["user_id"]))

    def _named(self, uuid: str, name: str) -> None:
        for _ in range(_TRIES):
            if any(plug["uuid"] == uuid for plug in self.api("/plugs")["plugs"]):
                break
            threading.Event().wait(0.1)
        self.run("plugs", "rename", uuid, name)
