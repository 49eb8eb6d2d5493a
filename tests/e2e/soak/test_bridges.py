"""Twenty plugs, all bridges on, and everybody switches at once: programs by each bridge, the API, and the buttons.

At the end each program knows of each plug what the plug itself says, and nothing moves or is said by itself any more.
`OWNPLUG_SOAK_MINUTES` says how long the long one lasts (default 10).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from tests.e2e.bridges.phone import ON as ON_CHARACTERISTIC
from tests.e2e.bridges.phone import Phone

from ownplug.client import HubClient, find_hub
from ownplug.core.errors import OwnplugError

MINUTES = float(os.environ.get("OWNPLUG_SOAK_MINUTES", "10"))
SECONDS_IN_CI = 10.0
SEED = int(os.environ.get("OWNPLUG_SOAK_SEED", "1"))
PLUGS = 20
USER, PASSWORD = "everybody", "correct horse"
PAUSE_S = 0.05  # between two moves of somebody
CALM_S = 8.0  # a reading comes meanwhile, and so would an echo
SETTINGS = (
    "".join(f"[{bridge}]\nenabled = true\n" for bridge in ("mqtt", "homie", "hass", "homekit")) + "port = 0\n"
)
ON = {"ON", "true"}


class Program:
    """A program at one bridge: knows of each plug what it was told, and writes what it wants.

    Args:
        port: of the hub's MQTT server.
        states: the filter of what it reads.
        uuid_of: which plug a topic is about; None for other topics.
        command: where it writes, by uuid.
        words: what it writes for off and on.
    """

    def __init__(
        self,
        port: int,
        states: str,
        uuid_of: Callable[[str], str | None],
        command: Callable[[str], str],
        words: tuple[str, str],
    ) -> None:
        self.known: dict[str, bool] = {}
        self.heard: Counter[str] = Counter()
        self._uuid_of, self._command, self._words = uuid_of, command, words
        self._client: Any = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(USER, PASSWORD)
        self._client.on_connect = lambda client, *_: client.subscribe(states, qos=1)
        self._client.on_message = lambda _c, _u, packet: self._hear(packet)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def switch(self, uuid: str, *, on: bool) -> None:
        """Want something."""
        self._client.publish(self._command(uuid), self._words[on], qos=1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_connect = self._client.on_message = None
        self._client = None  # its sockets go with it

    def _hear(self, packet: Any) -> None:
        uuid = self._uuid_of(packet.topic)
        if uuid:
            self.known[uuid] = packet.payload.decode() in ON
            self.heard[uuid] += 1


class AppleHome:
    """Two phones of a home: one writes, and one is told, for whoever writes is not.

    Args:
        home: the folder of the hub.
        code: by which the bridge is added.
        uuid_of: which plug an accessory is, by its serial number.
    """

    def __init__(self, home: Path, code: str, uuid_of: Callable[[str], str]) -> None:
        self._heard: Counter[str] = Counter()
        self._turn = threading.Lock()
        self._known: dict[str, bool] = {}
        self._writer, self._listener = Phone(home), Phone(home)
        self._listener("load", self._writer("pair", code))
        shown = [(uuid_of(plug.serial), plug) for plug in self._listener.plugs().values()]
        self._plugs = {uuid_of(plug.serial): plug for plug in self._writer.plugs().values()}
        self._places = {tuple(plug.place(ON_CHARACTERISTIC)): uuid for uuid, plug in shown}
        self._listener("listen", *map(list, self._places))
        for uuid, plug in shown:
            self._known[uuid] = bool(plug.read(ON_CHARACTERISTIC))

    @property
    def known(self) -> dict[str, bool]:
        with self._turn:
            for aid, iid, on in self._listener("events"):
                if (uuid := self._places.get((aid, iid))) is not None:
                    self._known[uuid] = bool(on)
                    self._heard[uuid] += 1
            return dict(self._known)

    @property
    def heard(self) -> Counter[str]:
        self._known = self.known
        return self._heard

    def switch(self, uuid: str, *, on: bool) -> None:
        """Want something, and wait until the plug has done it, or somebody else was there before."""
        self._plugs[uuid].switch(on=on)

    def close(self) -> None:
        self._writer.close()
        self._listener.close()


class Street:
    """A hub with all bridges, twenty plugs that are at home, and a program at each bridge."""

    def __init__(self, launch: Any, ownplug: Any, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        (self.home / "ownplug.toml").write_text(SETTINGS, "utf-8")
        places = ("--mqtts", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--web", "127.0.0.1:0")
        self.hub = launch("hub", "run", "--home", str(self.home), "--advertise", "127.0.0.1", *places)
        ready = self.hub.ready()
        self._ownplug = ownplug
        with_key = asyncio.run(self._home())
        self.control = str(folder / "control")
        fleet = launch(
            *("virtual", "run", "--count", str(PLUGS), "--control", self.control),
            *("--mqtt", f"mqtts://{ready['mqtts']}", "--key", with_key["key"], "--user-id", ready["user_id"]),
        )
        self.uuids = [fleet.ready()["uuid"] for _ in range(PLUGS)]
        command = [
            sys.executable,
            "-m",
            "ownplug",
            "user",
            "add",
            USER,
            "--password-stdin",
            "--home",
            str(self.home),
        ]
        rights = [
            word for prefix in ("ownplug/#", "homie/#") for word in ("--read", prefix, "--write", prefix)
        ]
        subprocess.run([*command, *rights], input=PASSWORD, text=True, check=True, capture_output=True)
        port = int(ready["mqtt"].rpartition(":")[2])
        by_mac = {uuid[-12:]: uuid for uuid in self.uuids}
        by_name = {f"plug-{uuid[-4:]}": uuid for uuid in self.uuids}
        self.programs: dict[str, Program | AppleHome] = {
            "HomeKit": self._apple_home(),
            "plain MQTT": Program(
                port,
                "ownplug/+/on",
                lambda topic: by_name.get(topic.split("/")[1]),
                lambda uuid: f"ownplug/plug-{uuid[-4:]}/set",
                ("OFF", "ON"),
            ),
            "Homie": Program(
                port,
                "homie/+/outlet/on",
                lambda topic: by_mac.get(topic.split("/")[1].removeprefix("ownplug-")),
                lambda uuid: f"homie/ownplug-{uuid[-12:]}/outlet/on/set",
                ("false", "true"),
            ),
            "Home Assistant's topics": Program(
                port,
                "ownplug/hass/+/on",
                lambda topic: topic.split("/")[2],
                lambda uuid: f"ownplug/hass/{uuid}/on/set",
                ("OFF", "ON"),
            ),
        }

    def _apple_home(self) -> AppleHome:
        kept = self.home / "homekit.json"
        for _ in range(600):
            if kept.exists() and len(json.loads(kept.read_text("utf-8"))["shapes"]) == PLUGS:
                break
            threading.Event().wait(0.1)
        by_mac = {uuid[-12:]: uuid for uuid in self.uuids}
        code = self._ownplug("bridge", "homekit")["setup_code"]
        return AppleHome(self.home, code, lambda serial: by_mac[serial.replace(":", "")])

    async def _home(self) -> dict[str, Any]:
        async with HubClient(find_hub(self.home)) as hub:
            return await hub.home(show_secrets=True)

    def relays(self) -> dict[str, bool]:
        """What the plugs say of themselves."""
        told = self._ownplug("virtual", "status", "--control", self.control)
        return {plug["uuid"]: bool(plug["relays"]["0"]) for plug in told}

    def edges(self) -> Counter[str]:
        """How often each relay has moved."""
        told = self._ownplug("virtual", "status", "--control", self.control)
        return Counter({plug["uuid"]: plug["relay_edges"] for plug in told})

    def hub_says(self) -> dict[str, bool]:
        return {plug["uuid"]: plug["relays"][0]["on"] for plug in self._ownplug("plugs") if plug["relays"]}

    def press(self, uuid: str) -> None:
        self._ownplug("virtual", "press", uuid, "--control", self.control)

    def close(self) -> None:
        for program in self.programs.values():
            program.close()


@pytest.fixture
def street(launch: Any, ownplug: Any, tmp_path: Path) -> Iterator[Street]:
    street = Street(launch, ownplug, tmp_path)
    yield street
    street.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(SECONDS_IN_CI, id="short", marks=[pytest.mark.e2e, pytest.mark.slow]),
        pytest.param(MINUTES * 60, id="long", marks=pytest.mark.soak),
    ],
)
def test_all_agree_at_the_end_and_nothing_echoes(
    street: Street, eventually: Callable[..., Any], tell: Callable[[str], None], seconds: float
) -> None:
    everybody = list(street.programs.values())
    eventually(lambda: all(len(program.known) == PLUGS for program in everybody), within_s=60.0)
    over = threading.Event()
    workers = [
        threading.Thread(target=_switch, args=(program, street.uuids, random.Random(SEED + number), over))
        for number, program in enumerate(everybody)
    ]
    for worker in workers:
        worker.start()
    moved = asyncio.run(_switch_by_api_and_button(street, seconds, random.Random(SEED)))
    over.set()
    for worker in workers:
        worker.join(30)

    def agree() -> bool:
        true = street.relays()
        return all(known == true for known in (street.hub_says(), *(program.known for program in everybody)))

    eventually(agree, within_s=60.0)
    before, heard = street.edges(), [program.heard.total() for program in everybody]
    threading.Event().wait(CALM_S)
    assert street.edges() == before  # no relay moves by itself
    assert [program.heard.total() for program in everybody] == heard  # and nothing is said about relays
    assert agree()
    tell(
        f"bridges: {PLUGS} plugs, {seconds:g} s, relays moved {before.total():,} times, {moved} times by API or button;"
        f" told {sum(heard):,} times by {len(everybody)} bridges; all agree"
    )


def _switch(
    program: Program | AppleHome, uuids: list[str], chance: random.Random, over: threading.Event
) -> None:
    while not over.wait(PAUSE_S):
        program.switch(chance.choice(uuids), on=chance.random() < 0.5)


async def _switch_by_api_and_button(street: Street, seconds: float, chance: random.Random) -> int:
    moved = 0
    loop = asyncio.get_running_loop()
    end_s = loop.time() + seconds
    async with HubClient(find_hub(street.home)) as hub:
        while loop.time() < end_s:
            uuid = chance.choice(street.uuids)
            if chance.random() < 0.1:
                await asyncio.to_thread(street.press, uuid)
            else:
                try:
                    await hub.switch(uuid, on=chance.random() < 0.5)
                except OwnplugError:  # it came too late, behind others: that is no fault
                    continue
            moved += 1
    return moved
