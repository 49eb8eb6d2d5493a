"""A foreign home for virtual plugs: Debian's mosquitto, and a program of ten lines that answers.

What is signed, posted and compared here is written out by hand: nothing of ours judges itself.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ownplug.aio import SystemClock
from ownplug.transport.certificates import ensure_certificates

USER_ID = "10001"
KEY = "0123456789abcdef0123456789abcdef"
ADMIN = ("judge", "judge-password")
READY_S = 20.0


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def make_message(method: str, namespace: str, payload: Any, *, key: str = KEY, sender: str = "test") -> bytes:
    message_id, timestamp = os.urandom(16).hex(), 1_700_000_000
    header = {
        "messageId": message_id,
        "namespace": f"Appliance.{namespace}",
        "method": method,
        "payloadVersion": 1,
        "from": sender,
        "timestamp": timestamp,
        "sign": md5(f"{message_id}{key}{timestamp}"),
    }
    return json.dumps({"header": header, "payload": payload}, separators=(",", ":")).encode()


def post(
    address: tuple[str, int], method: str, namespace: str, payload: Any = None, *, key: str = KEY
) -> Any:
    """One message by HTTP; None when the plug drops the connection."""
    connection = http.client.HTTPConnection(*address, timeout=READY_S)
    try:
        connection.request("POST", "/config", make_message(method, namespace, payload or {}, key=key))
        return json.loads(connection.getresponse().read())
    except http.client.RemoteDisconnected:
        return None
    finally:
        connection.close()


def pair(address: tuple[str, int], *ports: int, host: str = "127.0.0.1") -> None:
    """What the vendor's app does, for servers on this machine."""
    first, second = ports[0], ports[-1]
    gateway = {
        "host": host,
        "port": first,
        "secondHost": host,
        "secondPort": second,
        "redirect": 1,
    }
    assert post(address, "SET", "Config.Key", {"key": {"userId": USER_ID, "key": KEY, "gateway": gateway}})
    wifi = {"ssid": base64.b64encode(b"Home").decode(), "password": base64.b64encode(b"secret123").decode()}
    assert post(address, "SET", "Config.Wifi", {"wifi": wifi})["header"]["method"] == "SETACK"


class Answerer:
    """The smallest home there is: tells the time, acknowledges the bind, and remembers what was said."""

    def __init__(self, port: int, ca: Path, *, is_silent: bool = False) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._news = threading.Condition()
        self._is_silent = is_silent
        self._is_ready = threading.Event()
        self._client: Any = paho.Client(CallbackAPIVersion.VERSION2, client_id="judge")
        self._client.username_pw_set(*ADMIN)
        self._client.tls_set(ca_certs=str(ca))
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._is_ready.wait(READY_S)

    def stop(self) -> None:
        """Leave; paho gives its sockets back when the last reference to it has gone."""
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client.on_connect = self._client.on_subscribe = self._client.on_message = None
            self._client = None

    def send(
        self, uuid: str, method: str, namespace: str, payload: Any, *, sender: str = "/app/10001-t/subscribe"
    ) -> None:
        self._client.publish(
            f"/appliance/{uuid}/subscribe", make_message(method, namespace, payload, sender=sender), 1
        )

    def wait_for(self, found: Callable[[str, dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that fits, past or to come."""
        deadline = time.monotonic() + READY_S  # noqa: TID251 - a foreign program takes real time
        with self._news:
            while not (hits := [message for topic, message in self.heard if found(topic, message)]):
                assert self._news.wait(deadline - time.monotonic()), f"not among {self.heard}"  # noqa: TID251
        return hits[0]

    def _on_connect(self, *_: Any) -> None:
        self._client.subscribe([("/appliance/+/publish", 1), ("/app/#", 1)])

    def _on_subscribe(self, *_: Any) -> None:
        self._is_ready.set()

    def _on_message(self, _client: Any, _data: Any, packet: paho.MQTTMessage) -> None:
        message = json.loads(packet.payload)
        if not self._is_silent:
            self._answer(message)
        with self._news:
            self.heard.append((packet.topic, message))
            self._news.notify_all()

    def _answer(self, message: dict[str, Any]) -> None:
        uuid = message["header"]["from"].split("/")[2]
        match message["header"]["method"], message["header"]["namespace"]:
            case "PUSH", "Appliance.System.Clock":
                self.send(uuid, "PUSH", "System.Clock", {"clock": {"timestamp": 1_700_000_000}})
            case "SET", "Appliance.Control.Bind":
                self.send(uuid, "SETACK", "Control.Bind", {})


class Mosquitto:
    """One broker with TLS; logins by its dynamic security plugin."""

    def __init__(self, program: str, folder: Path, ca: Path, port: int) -> None:
        self._program = program
        self._folder = folder
        self.ca = ca
        self.port = port
        self.log = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [self._program, "-v", "-c", str(self._folder / "mosquitto.conf")]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_S  # noqa: TID251 - as above
        while not self._accepts():
            assert time.monotonic() < deadline, self.log.read_text()  # noqa: TID251
            assert self._process.poll() is None, self.log.read_text()
            threading.Event().wait(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(READY_S)
            self._process = None

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
async def make_mosquitto(
    require_program: Callable[[str, str], str], tmp_path: Path
) -> Callable[..., Mosquitto]:
    """Make a mosquitto that lets one plug in, by its MAC and only to its topics; without a MAC, everybody."""
    program = require_program("mosquitto", "apt-get install mosquitto")
    plugin = find_plugin()
    files = await ensure_certificates(tmp_path / "tls", ["127.0.0.1"], SystemClock())
    port = free_port()

    def make(mac: str = "", uuid: str = "") -> Mosquitto:
        (tmp_path / "security.json").write_text(json.dumps(security(mac, uuid)))
        rights = f"plugin {plugin}\nplugin_opt_config_file {tmp_path / 'security.json'}\n"
        (tmp_path / "mosquitto.conf").write_text(
            f"user {os.environ.get('USER', 'root')}\n"
            f"listener {port} 127.0.0.1\n"
            f"cafile {files.ca}\ncertfile {files.server}\nkeyfile {files.server_key}\n"
            "set_tcp_nodelay true\nmax_queued_messages 0\n"
            + (f"allow_anonymous false\nlog_type all\n{rights}" if mac else "allow_anonymous true\n")
        )
        return Mosquitto(program, tmp_path, files.ca, port)

    return make


def find_plugin() -> Path:
    plugin = next(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"), None)
    if plugin is None:
        pytest.skip("mosquitto's dynamic security plugin is missing: apt-get install mosquitto")
    return plugin


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def security(mac: str, uuid: str) -> dict[str, Any]:
    """Logins with literal topics: a password file cannot hold a user name with colons."""

    def login(name: str, password: str, role: str) -> dict[str, Any]:
        salt = os.urandom(12)
        digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
        coded = {"password": base64.b64encode(digest).decode(), "salt": base64.b64encode(salt).decode()}
        return {"username": name, "roles": [{"rolename": role}], "iterations": 101, **coded}

    def role(name: str, *rights: tuple[str, str]) -> dict[str, Any]:
        return {
            "rolename": name,
            "acls": [{"acltype": kind, "topic": topic, "allow": True} for kind, topic in rights],
        }

    plug_rights = (
        ("subscribeLiteral", f"/appliance/{uuid}/subscribe"),
        ("publishClientReceive", f"/appliance/{uuid}/subscribe"),
        ("publishClientSend", f"/appliance/{uuid}/publish"),
        ("publishClientSend", "/app/10001-t/subscribe"),
    )
    judge_rights = (("subscribePattern", "#"), ("publishClientReceive", "#"), ("publishClientSend", "#"))
    nothing = dict.fromkeys(("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe"), False)
    return {
        "defaultACLAccess": nothing,
        "clients": [login(mac, f"{USER_ID}_{md5(mac + KEY)}", "plug"), login(*ADMIN, "judge")],
        "roles": [role("plug", *plug_rights), role("judge", *judge_rights)],
    }


@pytest.fixture
def make_answerer() -> Iterator[Callable[..., Answerer]]:
    made: list[Answerer] = []

    def make(mosquitto: Mosquitto, **more: Any) -> Answerer:
        made.append(Answerer(mosquitto.port, mosquitto.ca, **more))
        return made[-1]

    yield make
    for answerer in made:
        answerer.stop()


@pytest.fixture(scope="session")
def ask() -> Callable[..., Any]:
    return post


@pytest.fixture(scope="session")
def pair_by_hand() -> Callable[..., None]:
    return pair
