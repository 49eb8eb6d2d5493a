"""Debian's mosquitto with the file that we export: takes the plug in, and keeps everybody to what is theirs."""

from __future__ import annotations

import hashlib
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.secret import Secret

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
WIFI = ("--ssid", "Home", "--password", "secret123")
READY_S = 20.0
PAGE = Path(__file__).parents[3] / "docs" / "mosquitto.md"

Run = Callable[..., Any]


class Program:
    """A foreign program at the server: what it was told, and what it heard."""

    def __init__(self, port: int, username: str, password: str, client_id: str) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.connected: list[Any] = []
        self.granted: list[Any] = []
        self._news = threading.Condition()
        self.client: Any = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id)
        self.client.username_pw_set(username, password)
        self.client.tls_set(cert_reqs=ssl.CERT_NONE)
        self.client.tls_insecure_set(True)
        self.client.on_connect = lambda _c, _u, _f, reason, _p: self._note(self.connected, reason)
        self.client.on_subscribe = lambda _c, _u, _m, reasons, _p: self._note(self.granted, reasons[0])
        self.client.on_message = lambda _c, _u, packet: self._note(
            self.heard, (packet.topic, json.loads(packet.payload))
        )
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.wait(lambda: self.connected)

    def wait(self, look: Callable[[], Any]) -> Any:
        with self._news:
            assert self._news.wait_for(look, READY_S), self.heard
            return look()

    def subscribe(self, topic: str) -> bool:
        """Whether it may."""
        before = len(self.granted)
        self.client.subscribe(topic, qos=1)
        self.wait(lambda: len(self.granted) > before)
        return not self.granted[-1].is_failure

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_connect = self.client.on_subscribe = self.client.on_message = None

    def _note(self, where: list[Any], what: Any) -> None:
        with self._news:
            where.append(what)
            self._news.notify_all()


@contextmanager
def program(*arguments: Any) -> Iterator[Program]:
    made = Program(*arguments)
    try:
        yield made
    finally:
        made.leave()


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def lines_of_the_page(file: Path, plugin: Path) -> list[str]:
    """What the page tells to write into mosquitto.conf, but for what this test's server has of its own."""
    block = re.search(r"```text\n(listener.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    own = ("listener", "certfile", "keyfile", "plugin")
    kept = [line for line in block[1].splitlines() if not line.startswith(own)]
    return [*kept, f"plugin {plugin}", f"plugin_opt_config_file {file}"]


def test_mosquitto_takes_plugs_in_by_it_and_keeps_each_to_its_own(
    launch: Run, ownplug: Run, mosquitto: Callable[..., int], eventually: Run, tmp_path: Path
) -> None:
    plugin = next(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"), None)
    if plugin is None:
        pytest.skip("mosquitto's dynamic security plugin is missing: apt-get install mosquitto")
    home = str(tmp_path / "home")
    user_id = launch("hub", "run", "--home", home, *PLACES).ready()["user_id"]
    control = str(tmp_path / "control")
    kettle, lamp = (
        launch("virtual", "run", "--control", control).ready(),
        launch("virtual", "run", "--seed", "2").ready(),
    )
    for name, plug in (("kettle", kettle), ("lamp", lamp)):
        ownplug("pair", f"http://{plug['http']}", *WIFI, "--name", name)
    file = tmp_path / "dynamic-security.json"
    assert ownplug("broker", "export", "mosquitto", str(file), "--plug", "kettle")["plugs"] == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert ownplug("broker", "export", "mosquitto", str(file), status=2)["code"] == "usage"
    port = mosquitto(*lines_of_the_page(file, plugin))

    key = ownplug("plugs", "show", "kettle", "--show-secrets")["key"]
    inbox, outbox = f"/appliance/{kettle['uuid']}/subscribe", f"/appliance/{kettle['uuid']}/publish"

    def login(mac: str) -> tuple[str, str]:
        return mac, f"{user_id}_{md5(mac + key)}"

    with program(port, user_id, md5(user_id + key), f"app:{'0' * 32}") as app:
        answer_as_home(app, key)
        assert app.subscribe("/appliance/+/publish")
        assert app.subscribe(f"/app/{user_id}-judge/subscribe")
        gateway = {
            "host": "127.0.0.1",
            "port": port,
            "secondHost": "127.0.0.1",
            "secondPort": port,
            "redirect": 1,
        }
        payload = {"key": {"userId": user_id, "key": key, "gateway": gateway}}
        ownplug("raw", "kettle", "Appliance.Config.Key", "--method", "SET", "--payload", json.dumps(payload))
        app.wait(lambda: any(m["header"]["namespace"] == "Appliance.Control.Bind" for _, m in app.heard))
        eventually(lambda: ownplug("virtual", "status", "--control", control)[0]["state"] == "online")

        answers = f"/app/{user_id}-judge/subscribe"
        send(app, kettle["uuid"], key, Method.GET, "Appliance.System.All", {}, sender=answers)
        topic, reply = app.wait(
            lambda: next((each for each in app.heard if each[1]["header"]["method"] == "GETACK"), None)
        )
        assert topic == answers
        assert reply["payload"]["all"]["system"]["online"]["status"] == 1

        with program(port, *login(lamp["mac"]), f"fmware:{lamp['uuid']}_{'b' * 16}") as stranger:
            assert stranger.connected[0].is_failure  # not in the file
        with program(port, kettle["mac"], "wrong", f"fmware:{kettle['uuid']}_{'c' * 16}") as wrong:
            assert wrong.connected[0].is_failure
        # By 3.1.1: in 3.1 a server cannot say that it refuses a filter.
        with program(port, *login(kettle["mac"]), f"fmware:{kettle['uuid']}_{'d' * 16}") as same:
            foreign = f"/appliance/{lamp['uuid']}/"
            assert not any(map(same.subscribe, (f"{foreign}subscribe", "/appliance/+/subscribe", "#")))
            assert same.subscribe(inbox)
            before = len(app.heard)
            for where in (f"{foreign}publish", outbox):
                same.client.publish(
                    where, json.dumps({"where": where, "header": {"namespace": "", "method": ""}}), qos=1
                )
            app.wait(lambda: len(app.heard) > before)
            assert [m["where"] for _, m in app.heard if "where" in m] == [outbox]


def answer_as_home(app: Program, key: str) -> None:
    """Tell plugs the time and acknowledge their bind, as little as a home can do."""
    note = app.client.on_message

    def answer(client: Any, data: Any, packet: Any) -> None:
        note(client, data, packet)
        header = json.loads(packet.payload)["header"]
        uuid = packet.topic.split("/")[2]
        match header["method"], header["namespace"]:
            case "PUSH", "Appliance.System.Clock":
                send(
                    app, uuid, key, Method.PUSH, header["namespace"], {"clock": {"timestamp": 1_800_000_000}}
                )
            case "SET", "Appliance.Control.Bind":
                send(app, uuid, key, Method.SETACK, header["namespace"], {})

    app.client.on_message = answer


def send(
    app: Program,
    uuid: str,
    key: str,
    method: Method,
    namespace: str,
    payload: object,
    *,
    sender: str = "/app/1/subscribe",
) -> None:
    maker = MessageMaker(key=Secret(key), sender=sender, new_id=lambda: "ab" * 16)
    message = maker.make(method, namespace, payload, now_s=1_800_000_000)
    app.client.publish(f"/appliance/{uuid}/subscribe", encode_message(message), qos=1)
