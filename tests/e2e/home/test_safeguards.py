"""Safeguards with a whole hub and a virtual plug: a lock that programs try, a limit, a power cut, old commands."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ownplug.aio import SystemClock
from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.meross.facts import uptime_s_of
from ownplug.core.meross.login import app_login
from ownplug.core.meross.topics import app_reply_inbox, device_inbox
from ownplug.core.secret import Secret

pytestmark = pytest.mark.e2e

TOGGLE_X = "Appliance.Control.ToggleX"
OFF = {"togglex": {"channel": 0, "onoff": 0}}
ON = {"togglex": {"channel": 0, "onoff": 1}}


class House:
    """A hub with one virtual plug at home, called kettle, and somebody with mosquitto's programs and the home's key."""

    def __init__(
        self, launch: Callable[..., Any], ownplug: Callable[..., Any], require_program: Any, folder: Path
    ) -> None:
        self._launch, self.ownplug, self._folder = launch, ownplug, folder
        self._publish = require_program("mosquitto_pub", "apt-get install mosquitto-clients")
        self.control = folder / "plug.sock"
        self.ready: dict[str, Any] = {}
        self.hub = self.start_hub("127.0.0.1:0")
        self.plug = launch(
            *("virtual", "run", "--seed", "7", "--http", "127.0.0.1:0", "--load", "1500"),
            *("--control", str(self.control)),
        ).ready()
        ownplug(
            *("pair", f"http://{self.plug['http']}", "--ssid", "Home", "--password", "secret123"),
            *("--name", "kettle"),
        )

    def start_hub(self, mqtts: str) -> Any:
        """Start the hub; the plugs look for it where it was before."""
        hub = self._launch(
            *("hub", "run", "--home", str(self._folder / "home"), "--advertise", "127.0.0.1"),
            *("--mqtts", mqtts, "--mqtt", "127.0.0.1:0", "--web", "127.0.0.1:0", "--verbose"),
        )
        self.ready = hub.ready()
        return hub

    def is_on(self) -> bool:
        """Whether the plug's relay is on, as the plug itself shows it."""
        return bool(self.lab("status")[0]["relays"]["0"])

    def lab(self, what: str) -> Any:
        """Do something to the virtual plug itself: look at it, press its button, pull it out, put it back in."""
        return self.ownplug("virtual", what, "--control", str(self.control))

    def uptime_s(self) -> float:
        """How long the plug says that it is up."""
        told = self.ownplug("raw", "kettle", "Appliance.System.Debug")["payload"]["debug"]["system"]
        return uptime_s_of(told["sysUpTime"]) or 0.0

    def say(self, payload: dict[str, Any], *options: str, namespace: str = TOGGLE_X) -> None:
        """Tell the plug something by mosquitto_pub, as an app with the home's key does."""
        key = Secret(self.ownplug("plugs", "show", "kettle", "--show-secrets")["key"])
        user_id = self.ready["user_id"]
        login = app_login(user_id, key)
        sender = app_reply_inbox(user_id, "judge")
        maker = MessageMaker(key=key, sender=sender, new_id=lambda: "a" * 32)
        message = encode_message(
            maker.make(Method.SET, namespace, payload, now_s=SystemClock().now().timestamp())
        )
        host, _, port = self.ready["mqtt"].rpartition(":")
        command = [self._publish, "-h", host, "-p", port, "-u", login.username, "-P", login.password.reveal()]
        command += [
            "-i",
            "app:judge",
            "-t",
            device_inbox(self.plug["uuid"]),
            "-m",
            message.decode(),
            "-q",
            "1",
        ]
        subprocess.run([*command, *options], check=True, timeout=30)


@pytest.fixture
def house(
    launch: Callable[..., Any],
    ownplug: Callable[..., Any],
    require_program: Callable[[str, str], str],
    tmp_path: Path,
) -> House:
    return House(launch, ownplug, require_program, tmp_path)


def test_a_locked_plug_stays_on_whatever_programs_say(house: House, eventually: Callable[..., Any]) -> None:
    house.ownplug("on", "kettle")
    house.ownplug("plugs", "safeguard", "kettle", "--lock")
    assert house.ownplug("off", "kettle", status=1)["code"] == "locked"
    assert house.ownplug("toggle", "kettle", status=1)["code"] == "locked"
    raw = ("raw", "kettle", TOGGLE_X, "--method", "SET", "--payload", json.dumps(OFF))
    assert house.ownplug(*raw, status=1)["code"] == "locked"
    assert house.ownplug("timer", "add", "kettle", "off", "--at", "18:30", status=1)["code"] == "locked"
    assert house.ownplug("timer", "auto-off", "kettle", "1h", status=1)["code"] == "locked"
    house.ownplug("timer", "add", "kettle", "on", "--at", "18:30")
    inner = {"header": {"method": "SET", "namespace": TOGGLE_X}, "payload": OFF}
    house.say(OFF)
    house.say({"multiple": [inner]}, namespace="Appliance.Control.Multiple")
    house.say(ON)  # the last; when it has passed, the others would have, too
    eventually(lambda: house.hub.log.read_text().count("Refused: kettle is locked") >= 7)
    assert "asked by a program with the home's key" in house.hub.log.read_text()
    assert "asked by this machine's user" in house.hub.log.read_text()
    assert house.is_on()
    house.ownplug("plugs", "safeguard", "kettle", "--unlock")
    house.say(OFF)
    eventually(lambda: not house.is_on())


def test_a_plug_above_its_limit_is_switched_off_and_latched(
    house: House, eventually: Callable[..., Any]
) -> None:
    house.ownplug("on", "kettle")
    house.ownplug("plugs", "safeguard", "kettle", "--limit", "1000W/2s")
    eventually(lambda: not house.is_on())
    eventually(lambda: house.ownplug("plugs", "show", "kettle")["tripped"] is not None)
    assert house.ownplug("on", "kettle", status=1)["code"] == "locked"
    house.say(ON)
    house.lab("press")
    eventually(lambda: "asked by a program with the home's key" in house.hub.log.read_text())
    eventually(lambda: not house.is_on())
    house.ownplug("plugs", "safeguard", "kettle", "--limit", "3000W/2s")
    house.ownplug("plugs", "allow", "kettle")
    assert house.ownplug("on", "kettle")["on"] is True


@pytest.mark.parametrize("wanted", ["on", "off"])
def test_after_a_power_cut_it_is_what_the_owner_wants(
    house: House, eventually: Callable[..., Any], wanted: str
) -> None:
    house.ownplug("plugs", "safeguard", "kettle", "--after-power-loss", wanted)
    house.ownplug("off" if wanted == "on" else "on", "kettle")
    eventually(lambda: house.uptime_s() > 15)  # a restart within seconds could be a slow answer
    house.lab("unplug")
    eventually(lambda: house.ownplug("plugs", "show", "kettle")["availability"] == "offline")
    house.lab("plug-in")
    eventually(lambda: house.is_on() is (wanted == "on"))


def test_what_was_left_or_queued_for_a_plug_does_not_move_it_later(
    house: House, eventually: Callable[..., Any]
) -> None:
    house.ownplug("on", "kettle")
    house.lab("unplug")
    eventually(lambda: house.ownplug("plugs", "show", "kettle")["availability"] == "offline")
    house.say(OFF, "--retain")
    house.say(OFF)
    house.hub.kill()
    house.hub = house.start_hub(house.ready["mqtts"])
    house.lab("plug-in")
    eventually(lambda: house.ownplug("plugs", "show", "kettle")["availability"] == "online")
    eventually(lambda: house.ownplug("plugs", "show", "kettle")["bound"])
    assert house.is_on()
