"""A laboratory in memory: one plug, of which the hub notes what was done to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ownplug.aio import Broadcast, Subscription
from ownplug.core.errors import NotFound
from ownplug.web import (
    LabFault,
    LabLamp,
    LabLoad,
    LabMessage,
    LabModel,
    LabPlugView,
    LabRelay,
    LabWish,
)

UUID = "1706223411101036000134298f1a2b3c"
MAC = UUID[-12:]
NOON = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)


class MemoryLab:
    """Fits `ownplug.web.LabDoor`."""

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls
        self.crossing: Broadcast[LabMessage] = Broadcast()
        self.view = LabPlugView(
            id=MAC,
            number=1,
            uuid=UUID,
            mac="34:29:8f:1a:2b:3c",
            name="Bench\x1b[2J",
            model="mss310@2.1.7",
            state="online",
            plugged_in=True,
            lamp=LabLamp(words="green", colours=["green"], manner="steady"),
            relays=[LabRelay(channel=0, on=True)],
            power_w=59.8,
            voltage_v=229.8,
            current_a=0.26,
            load="60",
            faults=["loss=0.2"],
            url="http://127.0.0.1:4711",
            tty="/home/lab/plug-1.tty",
            server="127.0.0.1:8883",
            has_home=True,
            taking_home="done",
            pairing="ab12",
        )

    def models(self) -> list[LabModel]:
        return [LabModel(name="mss310@2.1.7", about="A plug.", hardware="2.0.0", channels=[0])]

    def faults(self) -> list[LabFault]:
        return [
            LabFault(name="loss", about="It loses.", takes_value=True, lowest=0.0, highest=1.0, usual=0.1)
        ]

    def loads(self) -> list[LabLoad]:
        return [LabLoad(name="motor:WATTS", about="A motor.")]

    async def start(self, wish: LabWish) -> list[LabPlugView]:
        self._calls.append(f"start {wish.count} {wish.model} {wish.load} {wish.name} {wish.take_home}")
        return [self.view]

    def all(self) -> list[LabPlugView]:
        return [self.view]

    def get(self, id_: str) -> LabPlugView:
        if not self.view.uuid.endswith(id_):
            raise NotFound(f"No plug is called {id_!r}.")
        return self.view

    def take_home(self, id_: str) -> LabPlugView:
        return self._noted(f"take home {id_}")

    async def throw_away(self, id_: str) -> None:
        self._calls.append(f"throw away {id_}")

    def press(self, id_: str, held_s: float) -> LabPlugView:
        return self._noted(f"press {id_} {held_s}")

    async def set_load(self, id_: str, load: str) -> LabPlugView:
        return self._noted(f"load {id_} {load}")

    def set_faults(self, id_: str, faults: list[str]) -> LabPlugView:
        return self._noted(f"faults {id_} {faults}")

    def unplug(self, id_: str) -> LabPlugView:
        return self._noted(f"unplug {id_}")

    async def plug_in(self, id_: str) -> LabPlugView:
        return self._noted(f"plug in {id_}")

    async def reboot(self, id_: str) -> LabPlugView:
        return self._noted(f"reboot {id_}")

    @contextmanager
    def wires(self, id_: str) -> Iterator[Subscription[LabMessage]]:
        self.get(id_)
        with self.crossing.subscribe(limit=3) as unread:
            yield unread

    def say(self, line: str) -> None:
        """Let a line come from the plug's console."""
        self.crossing.publish(
            LabMessage(
                at=NOON,
                wire="serial",
                direction="from-plug",
                method="",
                namespace="",
                payload=None,
                line=line,
            )
        )

    def rename(self, name: str) -> None:
        """Let the plug be another."""
        self.view = replace(self.view, name=name)

    def _noted(self, call: str) -> LabPlugView:
        self._calls.append(call)
        return self.view


_PLUG = {
    "id": MAC,
    "number": 1,
    "uuid": UUID,
    "mac": "34:29:8f:1a:2b:3c",
    "name": "Bench\x1b[2J",
    "model": "mss310@2.1.7",
    "state": "online",
    "plugged_in": True,
    "lamp": {"words": "green", "colours": ["green"], "manner": "steady"},
    "relays": [{"channel": 0, "on": True}],
    "power_w": 59.8,
    "voltage_v": 229.8,
    "current_a": 0.26,
    "load": "60",
    "faults": ["loss=0.2"],
    "url": "http://127.0.0.1:4711",
    "tty": "/home/lab/plug-1.tty",
    "server": "127.0.0.1:8883",
    "home": "this-hub",
    "taking_home": "done",
    "pairing": "ab12",
}
_FAULT = {
    "name": "loss",
    "about": "It loses.",
    "takes_value": True,
    "lowest": 0.0,
    "highest": 1.0,
    "usual": 0.1,
}
_MODEL = {"name": "mss310@2.1.7", "about": "A plug.", "hardware": "2.0.0", "channels": [0]}
_STARTED = {"model": "mss210", "load": "motor:800", "name": "saw", "count": 2, "take_home": True}
_HERE = f"/api/v1/lab/plugs/{MAC}"

LAB_ROUTES: list[tuple[str, str, Any, int, Any, list[str]]] = [
    ("GET", "/api/v1/lab/models", None, 200, {"models": [_MODEL]}, []),
    ("GET", "/api/v1/lab/faults", None, 200, {"faults": [_FAULT]}, []),
    (
        "GET",
        "/api/v1/lab/loads",
        None,
        200,
        {"loads": [{"name": "motor:WATTS", "about": "A motor."}]},
        [],
    ),
    (
        "POST",
        "/api/v1/lab/plugs",
        _STARTED,
        201,
        {"plugs": [_PLUG]},
        ["start 2 mss210 motor:800 saw True"],
    ),
    ("POST", "/api/v1/lab/plugs", {}, 201, {"plugs": [_PLUG]}, ["start 1 mss310 60  False"]),
    ("GET", "/api/v1/lab/plugs", None, 200, {"plugs": [_PLUG]}, []),
    ("GET", _HERE, None, 200, _PLUG, []),
    ("DELETE", _HERE, None, 204, None, [f"throw away {MAC}"]),
    ("DELETE", f"{_HERE}?forget=true", None, 204, None, [f"throw away {MAC}", f"forget {UUID}"]),
    ("POST", f"{_HERE}/take-home", None, 202, _PLUG, [f"take home {MAC}"]),
    ("POST", f"{_HERE}/press", {"seconds": 5}, 200, _PLUG, [f"press {MAC} 5.0"]),
    ("PUT", f"{_HERE}/load", {"load": "washer"}, 200, _PLUG, [f"load {MAC} washer"]),
    ("PUT", f"{_HERE}/faults", {"faults": ["loss=0.2"]}, 200, _PLUG, [f"faults {MAC} ['loss=0.2']"]),
    ("POST", f"{_HERE}/unplug", None, 200, _PLUG, [f"unplug {MAC}"]),
    ("POST", f"{_HERE}/plug-in", None, 200, _PLUG, [f"plug in {MAC}"]),
    ("POST", f"{_HERE}/reboot", None, 200, _PLUG, [f"reboot {MAC}"]),
]
"""Method, path, what is sent, status, what comes back, what the hub was told to change."""
