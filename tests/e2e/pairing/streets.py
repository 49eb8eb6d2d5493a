"""Two hubs and plugs that are at home at the first; commands that are killed."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
NAMED = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "localhost")
Run = Callable[..., Any]


class Street:
    """Two hubs, and plugs that are at home at the first."""

    def __init__(self, launch: Run, ownplug: Run, folder: Path, count: int) -> None:
        self._ownplug = ownplug
        self.folder = folder
        self.homes = {name: folder / name for name in ("a", "b")}
        self.ready = {
            name: launch("hub", "run", "--home", str(home), *PLACES).ready()
            for name, home in self.homes.items()
        }
        self.key = self.key_of("a")
        server = ("--mqtt", f"mqtts://{self.ready['a']['mqtts']}", "--key", self.key)
        control = str(folder / "control")
        fleet = launch(
            "virtual", "run", "--count", str(count), "--control", control,
            *server, "--user-id", self.ready["a"]["user_id"],
        )  # fmt: skip
        self.plugs = [fleet.ready() for _ in range(count)]
        self.control = control

    def online(self, name: str) -> set[str]:
        told = self._ownplug("plugs", "list", home=self.homes[name])
        return {plug["uuid"] for plug in told if plug["availability"] == "online"}

    def list_of_plugs(self, addresses: dict[str, str] | None = None) -> Path:
        rows = [
            f"{plug['uuid']},{self.key},{(addresses or {}).get(plug['uuid'], plug['http'])}"
            for plug in self.plugs
        ]
        file = self.folder / "plugs.csv"
        file.write_text("\n".join(["uuid,key,address", *rows]) + "\n")
        return file

    def addresses(self) -> list[str]:
        """Where each answers, for `--at`: from here all have the hub's own address."""
        return [word for plug in self.plugs for word in ("--at", f"{plug['uuid']}={plug['http']}")]

    def status(self) -> dict[str, dict[str, Any]]:
        return {told["uuid"]: told for told in self._ownplug("virtual", "status", "--control", self.control)}

    def key_of(self, name: str) -> str:
        """The key that plugs of this home have."""
        database = self.homes[name] / "hub.sqlite3"
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
            return str(opened.execute("SELECT key FROM home").fetchone()[0])


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def edges(status: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {uuid: told["relay_edges"] for uuid, told in status.items()}


def killed(command: tuple[str, ...], home: Path, after_s: float) -> bool:
    """Run a command and kill it, unless it ends sooner, which must be well; whether it was killed."""
    words = [sys.executable, "-m", "ownplug", *command, "--home", str(home)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said, _ = process.communicate(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    assert process.returncode == 0, said
    return False
