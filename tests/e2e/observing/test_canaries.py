"""Secrets are planted wherever there are some, and every fault is provoked: none may show where nobody asked for it."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.e2e.observing.canaries import leaks, writings

from ownplug.core.identity import Uuid
from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.meross.login import app_login, device_login
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.mqtt import Connect, Publish, QoS, Request, Subscribe, encode
from ownplug.core.secret import Secret

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SSID = "Canary Wi-Fi/Ähre+7Q"
WIFI_PASSWORD = "canary pass?w0rd&9Z"
USER = "canary.ann+7@canary.example"
USER_PASSWORD = "canary-user~P4ss word"
PASSPHRASE = "canary backup p4ssphrase"
LATITUDE, LONGITUDE = "48.137155", "11.576125"
BROKEN_UUID = "9" * 20 + "aabbccddeeff"
NO_CALENDAR_HAS = "0001-01-01T00:00:00+14:00"

Run = Callable[..., Any]


class House:
    """A hub that logs everything, a plug with a key of its own, and all that anybody ever answered."""

    def __init__(self, launch: Run, ownplug: Run, folder: Path) -> None:
        self.folder = folder
        self._launch = launch
        self.ownplug = ownplug
        self.seen: list[tuple[str, str]] = []  # where, and what it said
        self.setup_code = ""
        self.of_a_program = self.cookie = ""
        folder.mkdir()
        (folder / "ownplug.toml").write_text(f'[hub]\nposition = "{LATITUDE},{LONGITUDE}"\n')
        self.hub = self.start()

    def start(self) -> Any:
        self.hub = self._launch(
            *("hub", "run", "-vv", "--home", str(self.folder), "--advertise", "127.0.0.1"),
            *("--mqtts", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--web", "127.0.0.1:0"),
        )
        self.ready = self.hub.ready()
        self.token = (self.folder / "token").read_text().strip()
        self.setup_code = self.ready["setup"].partition("#")[2] or self.setup_code
        return self.hub

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> tuple[int, Any]:
        """Ask the API; every answer is remembered, problems too."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.ready["web"] + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, head, text = answer.status, str(answer.headers), answer.read().decode("latin-1")
        except urllib.error.HTTPError as error:
            status, head, text = error.code, str(error.headers), error.read().decode()
        # Who asks for secrets gets them; and who asks a plug in its own language gets what it says.
        if "show_secrets" not in path and not (path.endswith("/request") and status == 200):
            self.seen.append((f"{method} {path.split('?', maxsplit=1)[0]} {status}", head + text))
        return status, json.loads(text) if text.startswith(("{", "[")) else text

    def log(self) -> Iterator[tuple[str, str]]:
        for file in self.folder.parent.glob("program-*.log"):
            yield f"log {file.name}", file.read_text()

    def mqtt(self, *packets: Any) -> None:
        """Say something to the MQTT server without TLS, and wait until it has been dealt with."""
        host, _, port = self.ready["mqtt"].rpartition(":")
        with socket.create_connection((host, int(port)), timeout=20) as wire, suppress(OSError):
            wire.sendall(
                b"".join(packet if isinstance(packet, bytes) else encode(packet) for packet in packets)
            )
            wire.settimeout(1)
            while wire.recv(4096):
                pass


def canaries_of(house: House) -> dict[str, str]:
    """Every secret of the house, by what it is."""
    _, home = house.call("GET", "/api/v1/home?show_secrets=true")
    _, plug = house.call("GET", "/api/v1/plugs/kettle?show_secrets=true")
    assert home["key"] != plug["key"]
    return {
        "home key": home["key"],
        "plug key": plug["key"],
        "token": house.token,
        "token of a program": house.of_a_program,
        "cookie": house.cookie,
        "set-up code": house.setup_code,
        "passphrase": PASSPHRASE,
        "SSID": SSID,
        "Wi-Fi password": WIFI_PASSWORD,
        "user": USER,
        "user password": USER_PASSWORD,
        "latitude": LATITUDE,
        "longitude": LONGITUDE,
        "microdegrees": LATITUDE.replace(".", ""),
    }


def plant(house: House, launch: Run, eventually: Run) -> None:
    """Pair a plug through the API, add a user, and give the home another key than the plug has."""
    plug = launch("virtual", "run", "--seed", "7").ready()
    body = {"url": f"http://{plug['http']}", "ssid": SSID, "password": WIFI_PASSWORD, "name": "kettle"}
    _, pairing = house.call("POST", "/api/v1/pairings", body)
    place = f"/api/v1/pairings/{pairing['id']}"
    ended = eventually(lambda: (view := house.call("GET", place)[1])["state"] != "running" and view, 120)
    assert ended["state"] == "done", ended
    rights = {"read": ["canary/#"], "write": ["canary/#"]}
    assert house.call("POST", "/api/v1/users", {"name": USER, "password": USER_PASSWORD, **rights})[0] == 201
    _, made = house.call("POST", "/api/v1/tokens", {"name": "canary's program", "scope": "read"})
    house.of_a_program = made["token"]
    login = {"name": USER, "password": USER_PASSWORD}
    assert house.call("POST", "/api/v1/users", {**login, **rights, "scope": "read"})[0] == 201
    assert house.call("POST", "/api/v1/session", login)[0] == 200
    [said] = re.findall("set-cookie: [^=]*=([^;]*)", house.seen[-1][1])
    house.cookie = said
    assert house.call("POST", "/api/v1/backup", {"passphrase": PASSPHRASE})[0] == 200
    assert house.call("PUT", "/api/v1/home/key", {"key": "c0ffee" * 5 + "42"})[0] == 204
    assert house.call("PATCH", "/api/v1/plugs/kettle", {"room": "scullery-room"})[0] == 200


def provoke_the_api(house: House, canaries: dict[str, str]) -> None:
    """Send secrets to where they do not belong."""
    every = list(canaries.values())
    for secret in every:
        house.call("GET", "/api/v1/plugs", token=f"{quote(secret)}x")
        house.call("POST", "/api/v1/users", {"name": "ann", "password": secret, "read": secret})
        house.call("POST", "/api/v1/users", {"name": f" {secret}", "password": secret})
        house.call("POST", "/api/v1/users", {secret: secret})
        house.call("POST", "/api/v1/users", json.dumps({"password": secret}).encode()[:-1])
        house.call("POST", "/api/v1/session", {"name": secret, "password": secret})
        house.call("POST", "/api/v1/setup", {"code": secret, "name": secret, "password": "short"})
        house.call("PUT", "/api/v1/session/password", {"old": secret, "new": f"{secret}x"})
        house.call("POST", "/api/v1/tokens", {"name": f"{secret}/", "scope": secret})
        house.call("POST", "/api/v1/backup", {"passphrase": secret[:9]})
        house.call("PUT", "/api/v1/home/key", {"key": secret * 9})
        house.call("POST", "/api/v1/pairings", {"ssid": secret * 9, "password": [secret], "url": secret})
        house.call("POST", "/api/v1/pairings/look", {"url": "http://127.0.0.1:1", "more": secret})
        house.call("PUT", "/api/v1/plugs/kettle/relays/0", {"on": secret})
        house.call("PATCH", "/api/v1/plugs/kettle", {"name": secret * 20, "room": f"{secret}\x1b" * 20})
    config = {
        "Appliance.Config.Key": {"key": {"key": canaries["plug key"], "userId": 1}},
        "Appliance.Config.Trace": {"trace": {"ssid": SSID}},
        "Appliance.System.Position": {
            "position": {"latitude": int(canaries["microdegrees"]), "longitude": 11576125}
        },
        "Appliance.New.Thing": {"deep": [{"ssid": SSID, "password": WIFI_PASSWORD}], "note": every[:3]},
    }
    for namespace, payload in config.items():
        # What the plug does with it is its own affair: most of it is not answered.
        house.call(
            "POST",
            "/api/v1/plugs/kettle/request",
            {"method": "GET", "namespace": namespace, "payload": payload},
        )


def provoke_the_mqtt_server(house: House, canaries: dict[str, str]) -> None:
    """Sign in with what is no login, and say what may not be said."""
    _, home = house.call("GET", "/api/v1/home?show_secrets=true")
    _, plug = house.call("GET", "/api/v1/plugs/kettle")
    for secret in canaries.values():
        password = f"{secret}x".encode()
        house.mqtt(Connect(client_id="guess", username="ann", password=password))
        house.mqtt(Connect(client_id="guess", username=USER, password=password))
        house.mqtt(Connect(client_id=f"fmware:{plug['uuid']}_x", username=plug["mac"], password=password))
        house.mqtt(b"\x10\x7f" + secret.encode())
    payload = " ".join(canaries.values()).encode()
    said = [Publish(topic=topic, payload=payload, qos=QoS.AT_MOST_ONCE) for topic in ("canary/a", "not/mine")]
    house.mqtt(Connect(client_id="ann", username=USER, password=USER_PASSWORD.encode()), *said)
    maker = MessageMaker(key=Secret("no key"), sender="/x", new_id=lambda: "1" * 32)
    unsigned = maker.make(Method.PUSH, "Appliance.Some.Thing", {"note": payload.decode()}, now_s=1)
    login = app_login(home["user_id"], Secret(home["key"]))
    messages = [
        Publish(topic=device_inbox(plug["uuid"]), payload=data, qos=QoS.AT_MOST_ONCE)
        for data in (payload, encode_message(unsigned))
    ]
    app = Connect(client_id="app", username=login.username, password=login.password.reveal().encode())
    house.mqtt(app, *messages)


def speak_for_the_plug(house: House, launch: Run, eventually: Run, canaries: dict[str, str]) -> None:
    """Come as a plug that puts secrets into what it says: well signed, badly signed, and no message at all."""
    _, home = house.call("GET", "/api/v1/home?show_secrets=true")
    uuid = "1" * 20 + "34298f00c0de"
    login = device_login(Uuid(uuid).mac, home["user_id"], Secret(home["key"]))
    note = " ".join(canaries.values())
    known = " ".join(canaries[name] for name in ("home key", "plug key", "token"))  # wherever they stand
    maker = MessageMaker(key=Secret(home["key"]), sender=device_outbox(uuid), new_id=lambda: "2" * 32)
    wrong = MessageMaker(key=Secret("wrong"), sender=device_outbox(uuid), new_id=lambda: "3" * 32)
    payloads: list[bytes] = [
        note.encode(),
        b'{"header": {"messageId": "' + canaries["home key"].encode(),
        encode_message(wrong.make(Method.PUSH, "Appliance.Some.Thing", {"note": note}, now_s=1)),
        encode_message(
            maker.make(Method.PUSH, "Appliance.Some.Thing", {"key": note, "wifi": {"ssid": SSID}}, now_s=1)
        ),
        encode_message(maker.make(Method.PUSH, "Appliance.Control.ToggleX", {"togglex": known}, now_s=1)),
        encode_message(
            maker.make(
                Method.PUSH, "Appliance.System.Clock", {"clock": {"timestamp": [known, {known: 1}]}}, now_s=1
            )
        ),
    ]
    filters = (Request(topic_filter=device_inbox(uuid), qos=QoS.AT_MOST_ONCE),)
    house.mqtt(
        Connect(
            client_id=f"fmware:{uuid}_x", username=login.username, password=login.password.reveal().encode()
        ),
        Subscribe(packet_id=1, requests=filters),
        *(Publish(topic=device_outbox(uuid), payload=data, qos=QoS.AT_MOST_ONCE) for data in payloads),
    )
    eventually(lambda: house.call("GET", f"/api/v1/plugs/{uuid}")[1]["availability"] == "offline")


def fail_in_a_route(house: House, eventually: Run) -> None:
    """Have the database hold what no program of ours writes, so that a route fails with an error of Python's own."""
    house.hub.stop()
    with closing(sqlite3.connect(house.folder / "hub.sqlite3")) as database, database:
        database.execute(
            "INSERT INTO plug (uuid, name, registered_at, key) VALUES (?, 'broken', ?, ?)",
            (BROKEN_UUID, NO_CALENDAR_HAS, "ab" * 16),
        )
    house.start()
    status, problem = house.call("GET", f"/api/v1/plugs/{BROKEN_UUID}")
    assert (status, problem["detail"]) == (500, "The hub failed at this.")
    eventually(lambda: "Traceback" in house.hub.log.read_text())


def ask_everything(house: House) -> None:
    """Call every GET of the API's own description, without asking for secrets."""
    _, described = house.call("GET", "/api/v1/openapi.json")
    _, plugs = house.call("GET", "/api/v1/plugs")
    _, pairings = house.call("GET", "/api/v1/pairings")
    ids = [pairing["id"] for pairing in pairings["pairings"]] or ["none"]
    asked = 0
    for path, methods in described["paths"].items():
        for plug in plugs["plugs"] if "{plug}" in path else [{"uuid": ""}]:
            if "get" in methods:
                house.call("GET", path.replace("{plug}", plug["uuid"]).replace("{pairing}", ids[0]))
                asked += 1
    assert asked > 10
    for plug in plugs["plugs"]:
        house.call("GET", f"/api/v1/plugs/{plug['uuid']}/messages?limit=400")


def found(house: House, canaries: dict[str, str], events: str) -> list[str]:
    """Where which secret stands that may not stand there."""
    places = [*house.seen, *house.log(), ("events", events)]
    names = {(name, where) for where, text in places for name in leaks(canaries, text)}
    return sorted(f"{name} in {where}" for name, where in names if (name, where) not in ALLOWED)


ALLOWED = {
    ("user", "GET /api/v1/users 200"),  # whoever lists the users wants their names
    ("user", "POST /api/v1/session 200"),
    ("cookie", "POST /api/v1/session 200"),
    ("token of a program", "POST /api/v1/tokens 201"),
}


def test_no_secret_leaves_the_house(launch: Run, ownplug: Run, eventually: Run, tmp_path: Path) -> None:
    house = House(launch, ownplug, tmp_path / "home")
    watching = launch("watch", "--json", "--home", str(house.folder))
    plant(house, launch, eventually)
    canaries = canaries_of(house)
    provoke_the_api(house, canaries)
    provoke_the_mqtt_server(house, canaries)
    speak_for_the_plug(house, launch, eventually, canaries)
    ask_everything(house)  # pairings and messages are in memory
    fail_in_a_route(house, eventually)
    house.call("DELETE", f"/api/v1/plugs/{BROKEN_UUID}")
    ask_everything(house)
    watching.stop()
    events = "".join(watching.rest())
    assert '"power-read"' in events
    leaked = found(house, canaries, events)
    assert not leaked, "\n".join(leaked)
    report = tmp_path / "report.json"
    house.ownplug("hub", "diagnostics", "--out", str(report), home=house.folder)
    check_report(report.read_text(), house, canaries)


def check_report(text: str, house: House, canaries: dict[str, str]) -> None:
    """Hold the promise that it may be published: not even names and addresses are in it."""
    _, plugs = house.call("GET", "/api/v1/plugs")
    _, home = house.call("GET", "/api/v1/home?show_secrets=true")
    private = {"user id": home["user_id"], "folder": str(house.folder), "address": "127.0.0.1"}
    for number, plug in enumerate(plugs["plugs"]):
        told = {name: plug[name] for name in ("uuid", "mac", "name", "room") if plug[name]}
        private |= {f"{name} {number}": value for name, value in told.items()}
        private[f"MAC digits {number}"] = plug["mac"].replace(":", "")
    assert "scullery-room" in private.values()
    assert list(leaks({**canaries, **private}, text)) == []
    report = json.loads(text)
    assert [plug["plug"] for plug in report["plugs"]] == ["plug-1", "plug-2"]
    assert [plug["room"] for plug in report["plugs"]] == ["room-1", ""]
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", report["versions"]["ownplug"])


def test_the_search_finds_what_was_not_hidden() -> None:
    secrets = {"wifi": WIFI_PASSWORD, "ssid": SSID}
    for writing in writings(WIFI_PASSWORD):
        assert list(leaks(secrets, f'{{"said": "{writing}"}}')) == ["wifi"]
    assert list(leaks(secrets, json.dumps({"said": SSID}))) == ["ssid"]
    assert list(leaks(secrets, "nothing")) == []
