"""A home whose hub is killed as by a power cut, and what its disk holds then."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ownplug.client import HubClient, find_hub
from ownplug.virtual import ask_control

BACK_WITHIN_S = 60.0
FILES = {
    "hub.lock",
    "hub.sqlite3",
    "hub.sqlite3-shm",
    "hub.sqlite3-wal",
    "ownplug.toml",
    "runtime.json",
    "tls",
    "token",
}


class Home:
    """A hub and its plugs, each a process; the hub is always at the same ports.

    Args:
        launch: starts a program of ours.
        folder: for all their files.
        plugs: how many.
    """

    def __init__(self, launch: Callable[..., Any], folder: Path, *, plugs: int) -> None:
        self.home = folder / "home"
        self.control = folder / "plugs.sock"
        self.ports = dict.fromkeys(("mqtts", "mqtt", "web"), "0")
        self._launch = launch
        self._plugs = plugs
        self._folder = folder
        self._hub: Any = None

    def start(self) -> None:
        """Start the hub, and wait until it is ready."""
        self._begin()
        ready = self._hub.ready()
        self.ports = {name: ready[name].rpartition(":")[2] for name in self.ports}

    async def start_and_kill(self, after_s: float) -> None:
        """Start the hub, and kill it before or after it is ready."""
        await asyncio.to_thread(self._begin)
        await asyncio.sleep(after_s)
        await self.kill()

    async def kill(self) -> None:
        """End the hub as a power cut would."""
        await asyncio.to_thread(self._hub.kill)

    def check_files(self) -> None:
        """Nothing on the disk is broken or left over; looked at in a copy, so that the hub mends its own files."""
        assert {file.name for file in self.home.iterdir()} <= FILES
        with self.copy() as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []

    @contextmanager
    def copy(self) -> Iterator[sqlite3.Connection]:
        """What the disk holds of the database after a kill."""
        copy = self._folder / "copy.sqlite3"
        for ending in ("", "-wal"):
            shutil.copy(self.home / f"hub.sqlite3{ending}", f"{copy}{ending}")
        with closing(sqlite3.connect(copy)) as database:
            yield database

    def start_plugs(self, key: str, user_id: str, *loads: str) -> None:
        """Put plugs in that were at home here before; they take the loads in turns."""
        server = ("--mqtt", f"mqtts://127.0.0.1:{self.ports['mqtts']}", "--key", key, "--user-id", user_id)
        options = ("--count", str(self._plugs), "--seed", "5", "--control", str(self.control))
        behind = [word for load in loads for word in ("--load", load)]
        fleet = self._launch("virtual", "run", *server, *options, *behind)
        for _ in range(self._plugs):
            fleet.ready()

    async def ask_plugs(self, what: str, plug: str = "") -> dict[str, dict[str, Any]]:
        """Do something to the plugs themselves; return how they are then, by uuid."""
        return {each["uuid"]: each for each in await ask_control(self.control, {"do": what, "plug": plug})}

    @asynccontextmanager
    async def client(self) -> AsyncIterator[HubClient]:
        """Somebody with this machine's token."""
        async with HubClient(find_hub(self.home)) as client:
            yield client

    async def all_at_home(self) -> None:
        """Wait until the hub says that all plugs are there, and of their relays what they say themselves."""
        said: dict[str, bool] = {}
        seen: dict[str, bool] = {}
        try:
            async with asyncio.timeout(BACK_WITHIN_S), self.client() as client:
                while len(said) < self._plugs or said != seen:
                    await asyncio.sleep(0.1)
                    shown = [plug for plug in await client.plugs() if is_at_home(plug)]
                    said = {plug["uuid"]: plug["relays"][0]["on"] for plug in shown}
                    seen = {
                        uuid: plug["relays"]["0"] for uuid, plug in (await self.ask_plugs("status")).items()
                    }
        except TimeoutError:
            pytest.fail(f"after {BACK_WITHIN_S:g} s the hub says {said}, the plugs {seen}")

    def _begin(self) -> None:
        places = [word for name, port in self.ports.items() for word in (f"--{name}", f"127.0.0.1:{port}")]
        self._hub = self._launch("hub", "run", "--home", str(self.home), "--advertise", "127.0.0.1", *places)


def is_at_home(plug: dict[str, Any]) -> bool:
    return plug["availability"] == "online" and plug["bound"] and bool(plug["relays"])
