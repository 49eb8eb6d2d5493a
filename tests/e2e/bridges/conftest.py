"""A home with bridges: a hub whose settings are the test's, with a user who reads and writes what bridges do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from devtools.program import Program

PASSWORD = "correct horse"


class BridgedHome:
    """One hub that can be started anew with the same ports, and plugs that stay."""

    def __init__(self, launch: Callable[..., Program], ownplug: Callable[..., Any], folder: Path) -> None:
        self._launch = launch
        self._ownplug = ownplug
        self.folder = folder / "home"
        self.control = str(folder / "control")
        self.ready: dict[str, Any] = {}
        self.hub: Program | None = None

    def start(self, settings: str = "") -> None:
        """Run the hub; the second time with the same ports."""
        self.folder.mkdir(exist_ok=True)
        if settings:
            (self.folder / "ownplug.toml").write_text(settings, "utf-8")
        places = (
            "--mqtts",
            self.ready.get("mqtts", "127.0.0.1:0"),
            "--mqtt",
            self.ready.get("mqtt", "127.0.0.1:0"),
        )
        self.hub = self._launch(
            *("hub", "run", "--home", str(self.folder), "--advertise", "127.0.0.1", "--web", "127.0.0.1:0"),
            *places,
        )
        self.ready = self.hub.ready()

    def stop(self) -> None:
        """End the hub, in peace."""
        assert self.hub is not None
        self.hub.stop()

    def take_home(self, *names: str) -> list[dict[str, Any]]:
        """Run a virtual plug for each name, with something that uses 60 W, and take it home."""
        plugs = []
        for seed, name in enumerate(names, 1):
            control = f"{self.control}-{name}"
            plug = self._launch(
                *("virtual", "run", "--seed", str(seed), "--load", "60", "--control", control)
            ).ready()
            self._ownplug(
                "pair", f"http://{plug['http']}", "--ssid", "Home", "--password", "secret123", "--name", name
            )
            plugs.append({**plug, "control": control, "name": name})
        return plugs

    def status(self, plug: dict[str, Any]) -> dict[str, Any]:
        """What a virtual plug says of itself."""
        [status] = self._ownplug("virtual", "status", "--control", plug["control"])
        return dict(status)

    def is_on(self, plug: dict[str, Any]) -> bool:
        """Whether its relay is closed."""
        return bool(self.status(plug)["relays"]["0"])

    def add_user(self, name: str, *filters: str) -> None:
        """Add a user who may read and write there."""
        rights = [word for each in filters for word in ("--read", each, "--write", each)]
        command = [sys.executable, "-m", "ownplug", "user", "add", name, "--password-stdin", *rights]
        subprocess.run(
            [*command, "--home", str(self.folder)], input=PASSWORD, text=True, check=True, capture_output=True
        )

    @property
    def port(self) -> int:
        """Of its MQTT server, without TLS."""
        return int(self.ready["mqtt"].rpartition(":")[2])


@pytest.fixture
def home(launch: Callable[..., Program], ownplug: Callable[..., Any], tmp_path: Path) -> BridgedHome:
    """A home that is not running yet."""
    return BridgedHome(launch, ownplug, tmp_path)
