"""A real Home Assistant finds a home's plugs by itself, shows them and switches them.

What it shows is asked of Home Assistant, what a plug does of the virtual plug itself. Nothing is told to Home Assistant
but where the MQTT server is, a name and a password: what a person types into its form.
"""

from __future__ import annotations

import json
import math
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.bridges.conftest import PASSWORD, BridgedHome
from tests.e2e.bridges.home_assistant import HOW_TO_GET_IT, INSTALLED, HomeAssistant
from tests.unit.bridges.hass.plugs import FEATURES

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.judged, pytest.mark.timeout(400)]

SETTINGS = "[hass]\nenabled = true\n"
USER = "homeassistant"
NAME = "<b>{{ 7 * 7 }} Kettle 🫖"
READS = ("homeassistant/#", "ownplug/hass/#")
Start = Callable[[], HomeAssistant]


@pytest.fixture
def home_assistant(tmp_path: Path) -> Iterator[Start]:
    """Start a Home Assistant with the configuration that the one before has left."""
    if not INSTALLED.exists():
        pytest.skip(HOW_TO_GET_IT)
    config = tmp_path / "home-assistant"
    config.mkdir()
    started: list[HomeAssistant] = []

    def start() -> HomeAssistant:
        started.append(HomeAssistant(config))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def connect(house: HomeAssistant, port: int) -> str:
    told = house.ask("connect", broker="127.0.0.1", port=port, username=USER, password=PASSWORD)
    return str(told["type"])


def id_of(plug: dict[str, Any]) -> str:
    return f"ownplug_{plug['uuid']}"


class Shown:
    """One plug as Home Assistant shows it."""

    def __init__(self, house: HomeAssistant, plug: dict[str, Any]) -> None:
        self._house = house
        self.id = id_of(plug)

    def device(self) -> dict[str, Any]:
        return self._house.device(self.id) or {}

    def entity(self, feature_id: str) -> dict[str, Any]:
        entity: dict[str, Any] = self.device().get("entities", {}).get(f"{self.id}_{feature_id}", {})
        return entity

    def state(self, feature_id: str) -> str | None:
        return self.entity(feature_id).get("state")

    def number(self, feature_id: str) -> float:
        state = self.state(feature_id)
        return math.nan if state in {None, "unknown", "unavailable"} else float(state or "")

    def states(self) -> set[str | None]:
        return {entity["state"] for entity in self.device().get("entities", {}).values()}

    def call(self, domain: str, service: str, feature_id: str) -> None:
        self._house.call(domain, service, entity_id=self.entity(feature_id)["entity_id"])


def test_plugs_appear_are_switched_and_outlive_both_sides(
    home: BridgedHome,
    home_assistant: Start,
    ownplug: Any,
    eventually: Any,
    print_table: Callable[..., None],
    judged: Any,
) -> None:
    home.start(SETTINGS)
    kettle, lamp = home.take_home("kettle", "lamp")
    ownplug("plugs", "room", "kettle", "Kitchen")
    ownplug("plugs", "rename", "kettle", NAME)
    home.add_user(USER, *READS)
    house = home_assistant()
    assert connect(house, home.port) == "create_entry"
    shown, other = Shown(house, kettle), Shown(house, lamp)

    eventually(lambda: shown.state("on") == "on" and shown.number("power") > 50)
    device = shown.device()
    assert device["name"] == NAME
    assert (device["manufacturer"], device["model"], device["area"]) == ("Meross", "mss310", "Kitchen")
    assert device["connections"] == [["mac", kettle["mac"].lower()]]
    assert device["sw_version"] == "2.1.7"
    assert set(device["entities"]) == {f"{shown.id}_{feature.id}" for feature in FEATURES}
    print_table(f"Home Assistant {house.version}", entities_of(device), heading="entity | class | unit")
    assert shown.entity("on")["attributes"]["friendly_name"] == device["name"]  # it is the plug
    energy = shown.entity("energy")["attributes"]
    assert (energy["device_class"], energy["state_class"]) == ("energy", "total_increasing")
    assert energy["unit_of_measurement"] == "kWh"
    assert shown.entity("firmware")["attributes"]["installed_version"] == "2.1.7"
    assert shown.entity("light")["category"] == "config"

    shown.call("switch", "turn_off", "on")
    eventually(lambda: not home.is_on(kettle))
    eventually(lambda: shown.state("on") == "off")
    assert home.is_on(lamp)
    shown.call("switch", "turn_on", "on")
    eventually(lambda: home.is_on(kettle) and shown.state("on") == "on")
    shown.call("switch", "turn_off", "light")
    eventually(lambda: shown.state("light") == "off")
    shown.call("button", "press", "identify")
    ownplug("virtual", "press", "--control", kettle["control"])
    eventually(lambda: shown.state("on") == "off")

    ownplug("plugs", "rename", "lamp", "Leselampe")
    eventually(lambda: other.device()["name"] == "Leselampe")
    ownplug("virtual", "unplug", "--control", lamp["control"])
    eventually(lambda: other.states() == {"unavailable"})
    assert shown.state("on") == "off"

    assert house.complaints == []  # from here on it says that the server was away
    home.stop()
    eventually(lambda: shown.states() == {"unavailable"})
    home.start()
    eventually(lambda: shown.state("on") == "off")
    assert other.state("on") == "unavailable"

    house.stop()
    again = home_assistant()
    assert connect(again, home.port) == "known"
    shown, other = Shown(again, kettle), Shown(again, lamp)
    eventually(lambda: shown.state("on") == "off" and shown.device()["area"] == "Kitchen")
    ownplug("plugs", "forget", "Leselampe", "--yes")
    eventually(lambda: other.device() == {})
    assert shown.device()
    assert again.complaints == []
    judged(
        "Home Assistant, by MQTT discovery",
        "found, switched, readings, energy, light, identify, gone and back; wrong commands refused",
        "homeassistant",
        house.version,
    )


def entities_of(device: dict[str, Any]) -> list[str]:
    return [
        " | ".join(
            (
                entity["entity_id"].partition(".")[0],
                str(entity["attributes"].get("device_class", "")),
                str(entity["attributes"].get("unit_of_measurement", "")),
            )
        )
        for entity in device["entities"].values()
    ]


@pytest.mark.parametrize("retain", [False, True])
def test_only_what_home_assistant_writes_moves_anything(
    home: BridgedHome, home_assistant: Start, eventually: Any, retain: bool
) -> None:
    home.start(SETTINGS)
    [kettle] = home.take_home("kettle")
    home.add_user(USER, *READS)
    house = home_assistant()
    connect(house, home.port)
    shown = Shown(house, kettle)
    eventually(lambda: shown.state("on") == "on")
    place = f"ownplug/hass/{kettle['uuid']}"
    wrong = ["off", "OFF ", "TOGGLE", "0", '{"state":"OFF"}', "PRESS", ""]
    for payload in wrong:
        house.call("mqtt", "publish", topic=f"{place}/on/set", payload=payload, retain=retain)
    house.call("mqtt", "publish", topic=f"{place}/power/set", payload="OFF", retain=retain)
    house.call("mqtt", "publish", topic=f"{place}/identify/set", payload="OFF", retain=retain)
    shown.call("switch", "turn_off", "light")  # comes after them
    eventually(lambda: shown.state("light") == "off")
    assert home.is_on(kettle)
    assert home.hub is not None
    # Once a minute for each topic, so that nobody fills the log.
    assert home.hub.log.read_text().count("which does not take that") == 3


def test_what_was_kept_for_us_while_we_were_away_moves_nothing(
    home: BridgedHome, home_assistant: Start, eventually: Any, require_program: Callable[[str, str], str]
) -> None:
    writer = require_program("mosquitto_pub", "apt-get install mosquitto-clients")
    home.start(SETTINGS)
    [kettle] = home.take_home("kettle")
    home.add_user(USER, *READS)
    house = home_assistant()
    connect(house, home.port)
    shown = Shown(house, kettle)
    eventually(lambda: shown.state("on") == "on")
    (home.folder / "ownplug.toml").write_text("", "utf-8")
    home.stop()
    home.start()
    topic = f"ownplug/hass/{kettle['uuid']}/on/set"
    login = ["-h", "127.0.0.1", "-p", str(home.port), "-u", USER, "-P", PASSWORD]
    subprocess.run([writer, *login, "-t", topic, "-m", "OFF", "-r", "-q", "1"], check=True, timeout=30)
    home.stop()
    home.start(SETTINGS)
    eventually(lambda: shown.state("on") == "on")
    shown.call("switch", "turn_off", "light")
    eventually(lambda: shown.state("light") == "off")
    assert home.is_on(kettle)


def test_a_plug_that_was_forgotten_while_the_bridge_was_off_is_taken_back(
    home: BridgedHome, home_assistant: Start, ownplug: Any, eventually: Any
) -> None:
    home.start(SETTINGS)
    kettle, lamp = home.take_home("kettle", "lamp")
    home.add_user(USER, *READS)
    house = home_assistant()
    connect(house, home.port)
    shown, other = Shown(house, kettle), Shown(house, lamp)
    eventually(lambda: shown.state("on") == "on" and other.state("on") == "on")
    (home.folder / "ownplug.toml").write_text("", "utf-8")
    home.stop()
    home.start()
    ownplug("virtual", "unplug", "--control", lamp["control"])
    ownplug("plugs", "forget", "lamp", "--yes")
    home.stop()
    home.start(SETTINGS)
    eventually(lambda: other.device() == {})
    eventually(lambda: shown.state("on") == "on")


WRONG: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda told: told.pop("origin"), "required key not provided"),
    (lambda told: told.pop("device"), "required key not provided"),
    (lambda told: told["device"].update(identifiers=[], connections=[]), "at least one identif"),
    (lambda told: told["device"].update(configuration_url="kettle"), "configuration_url"),
    (lambda told: told["components"]["on"].pop("unique_id"), "unique_id"),
    (lambda told: told["components"]["on"].update(command_topic="a/#"), "command_topic"),
    (lambda told: told["components"]["power"].update(platform="plug"), "value must be one of"),
    (lambda told: told["components"]["power"].update(unit_of_measurement="kWh"), "unit of measurement"),
    (lambda told: told["components"]["energy"].update(state_class="counter"), "state_class"),
]


def test_the_judge_refuses_what_is_wrong(
    home: BridgedHome, home_assistant: Start, eventually: Any, require_program: Callable[[str, str], str]
) -> None:
    reader = require_program("mosquitto_sub", "apt-get install mosquitto-clients")
    home.start(SETTINGS)
    [kettle] = home.take_home("kettle")
    home.add_user(USER, *READS)
    house = home_assistant()
    connect(house, home.port)
    eventually(lambda: Shown(house, kettle).state("on") == "on")
    login = ["-h", "127.0.0.1", "-p", str(home.port), "-u", USER, "-P", PASSWORD]
    topic = f"homeassistant/device/{id_of(kettle)}/config"
    right = subprocess.run(
        [reader, *login, "-t", topic, "-C", "1"], check=True, capture_output=True, timeout=30
    ).stdout.replace(id_of(kettle).encode(), b"somebody")
    for number, (spoil, complaint) in enumerate(WRONG):
        told = json.loads(right.replace(b"somebody", f"wrong_{number}".encode()))
        spoil(told)
        place = f"homeassistant/device/wrong_{number}/config"
        house.call("mqtt", "publish", topic=place, payload=json.dumps(told), qos=1)
        eventually(lambda: house.ask("look") and house.complaints)
        assert any(complaint in line for line in house.complaints), (complaint, house.complaints)
        house.complaints.clear()
    assert house.complaints == []


def test_at_a_server_that_runs_already_and_forgets_all_when_it_is_started_anew(
    home: BridgedHome,
    home_assistant: Start,
    eventually: Any,
    require_program: Callable[[str, str], str],
    tmp_path: Path,
) -> None:
    program = require_program("mosquitto", "apt-get install mosquitto")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    mosquitto = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        home.start(f'{SETTINGS}[bridges]\nserver = "mqtt://127.0.0.1:{port}"\n')
        [kettle] = home.take_home("kettle")
        house = home_assistant()
        assert house.ask("connect", broker="127.0.0.1", port=port)["type"] == "create_entry"
        shown = Shown(house, kettle)
        eventually(lambda: shown.state("on") == "on")
        assert home.hub is not None
        home.hub.kill()
        eventually(lambda: shown.states() == {"unavailable"})  # by the last will
        home.start()
        eventually(lambda: shown.state("on") == "on")
        mosquitto.terminate()
        mosquitto.wait(timeout=20)
        eventually(lambda: shown.states() == {"unavailable"})
        mosquitto = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)
        eventually(lambda: shown.state("on") == "on", 60)
        shown.call("switch", "turn_off", "on")
        eventually(lambda: not home.is_on(kettle))
    finally:
        mosquitto.terminate()
        mosquitto.wait(timeout=20)
