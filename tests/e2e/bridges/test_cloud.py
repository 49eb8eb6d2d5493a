"""The vendor's HTTP interface by hand: who sees what, who is sent away, and any bytes."""

from __future__ import annotations

import base64
import http.client
import json
import random
import socket
import ssl
import subprocess
import sys
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from devtools.program import Program

from ownplug.core.meross.cloud import sign_call
from ownplug.core.meross.login import Login, app_login
from ownplug.core.mqtt import Connect, encode
from ownplug.core.secret import Secret

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ANN, BEA, READER = "ann@example.org", "bea@example.org", "reader@example.org"
PASSWORD = "correct horse"
DIGEST = md5(PASSWORD.encode()).hexdigest()
NONCE, TIMESTAMP = "ABCDEFGHIJKLMNOP", "1541642325000"
ACCEPTED, REFUSED = b"\x20\x02\x00\x00", b"\x20\x02\x00\x04"  # CONNACK: bad user name or password
_SIGN = sign_call("e30=", timestamp="1", nonce="n")
SIGNED = json.dumps({"params": "e30=", "sign": _SIGN, "timestamp": 1, "nonce": "n"}).encode()


class Caller:
    """Calls the interface as programs do."""

    def __init__(self, url: str, ca: str) -> None:
        self.host, _, port = url.removeprefix("https://").rpartition(":")
        self.port = int(port)
        self._tls = ssl.create_default_context(cafile=ca)

    def send(
        self, path: str, body: bytes, *, method: str = "POST", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send any bytes; return status and body."""
        connection = http.client.HTTPSConnection(self.host, self.port, context=self._tls, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def say(self, data: bytes, *, waits: bool = True) -> bytes:
        """Say something that need not be HTTP; return what comes back, or hang up without waiting."""
        with (
            socket.create_connection((self.host, self.port), timeout=30) as wire,
            self._tls.wrap_socket(wire, server_hostname=self.host) as tls,
        ):
            tls.sendall(data)
            return tls.recv(4096) if waits else b""

    def asks_mqtt(self, address: str, login: Login) -> bytes:
        """Sign in at the MQTT server; return its answer."""
        password = login.password.reveal().encode()
        host, _, port = address.rpartition(":")
        with (
            socket.create_connection((host, int(port)), timeout=30) as wire,
            self._tls.wrap_socket(wire, server_hostname=host) as tls,
        ):
            tls.sendall(encode(Connect(client_id="app:1", username=login.username, password=password)))
            return tls.recv(4)

    def call(
        self, path: str, params: dict[str, Any], *, token: str = "", form: bool = False
    ) -> dict[str, Any]:
        """Make a signed call and return the answer."""
        text = base64.b64encode(json.dumps(params).encode()).decode()
        fields = {
            "params": text,
            "sign": sign_call(text, timestamp=TIMESTAMP, nonce=NONCE),
            "timestamp": TIMESTAMP,
            "nonce": NONCE,
        }
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        body = urlencode(fields) if form else json.dumps(fields)
        headers = {"Content-Type": kind, "Authorization": f"Basic {token}"}
        status, answer = self.send(path, body.encode(), headers=headers)
        assert status == 200
        told: dict[str, Any] = json.loads(answer)
        assert {"apiStatus", "sysStatus", "info", "timeStamp", "data"} <= told.keys()
        if told["apiStatus"]:
            assert told["data"] == {}
        return told

    def sign_in(self, email: str, password: str = DIGEST, *, encryption: int = 1) -> dict[str, Any]:
        return self.call("/v1/Auth/signIn", {"email": email, "password": password, "encryption": encryption})

    def listed(self, token: str) -> set[str]:
        return {each["devName"] for each in self.call("/v1/Device/devList", {}, token=token)["data"]}


class Town:
    """A hub with the interface, three plugs, and three users."""

    def __init__(self, launch: Any, ownplug: Any, folder: Path) -> None:
        self.launch, self.ownplug, self.folder = launch, ownplug, folder / "home"
        self.hub = self.start()
        self.ready = self.hub.ready()
        for seed, name in enumerate(("kettle", "lamp", "safe"), 1):
            plug = launch("virtual", "run", "--seed", str(seed)).ready()
            own = ["--key-per-plug"] if name == "safe" else []
            wifi = ("--ssid", "Home", "--password", "secret123")
            ownplug("pair", f"http://{plug['http']}", *wifi, "--name", name, *own)
        for name, *rights in ((ANN,), (BEA, "--app-plug", "lamp"), (READER, "--scope", "read")):
            self.user("add", name, *rights)
        self.caller = Caller(self.ready["cloud"], self.ready["ca"])

    def start(self, cloud: str = "127.0.0.1:0") -> Program:
        program: Program = self.launch(
            *("hub", "run", "--home", str(self.folder), "--advertise", "127.0.0.1"),
            *("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--cloud", cloud),
        )
        return program

    def user(self, *words: str, password: str = PASSWORD) -> None:
        command = [
            sys.executable,
            "-m",
            "ownplug",
            "user",
            *words,
            "--password-stdin",
            "--home",
            str(self.folder),
        ]
        subprocess.run(command, input=password, text=True, check=True, capture_output=True)


@pytest.fixture
def town(launch: Any, ownplug: Any, tmp_path: Path) -> Town:
    return Town(launch, ownplug, tmp_path)


def test_who_sees_what_and_who_is_sent_away(town: Town) -> None:
    caller = town.caller
    handed = caller.sign_in(ANN)["data"]
    key = town.ownplug("plugs", "show", "kettle", "--show-secrets")["key"]
    assert {**handed, "token": ""} == {
        "token": "",
        "key": key,
        "userid": town.ready["user_id"],
        "email": ANN,
        "domain": town.ready["cloud"],
        "mqttDomain": "127.0.0.1",
        "mfaLockExpire": 0,
    }
    ann, bea = handed["token"], caller.sign_in(BEA)["data"]["token"]
    assert caller.listed(ann) == {"kettle", "lamp"}  # the third has a key of its own
    assert caller.listed(bea) == {"lamp"}
    log = Path(town.hub.log).read_text("utf-8")
    assert log.count("do not see safe: it has a key of its own") == 1
    record = caller.call("/v1/Device/devList", {}, token=bea)["data"][0]
    assert (record["domain"], record["onlineStatus"], record["channels"]) == ("127.0.0.1", 1, [{}])
    assert caller.call("/v1/Device/devInfo", {"uuid": record["uuid"]}, token=bea)["data"] == record
    kettle = next(each for each in caller.call("/v1/Device/devList", {}, token=ann)["data"] if each != record)
    assert caller.call("/v1/Device/devInfo", {"uuid": kettle["uuid"]}, token=bea)["apiStatus"] == 20106

    assert caller.sign_in(READER)["apiStatus"] == 1043  # the key would let it switch
    assert caller.sign_in(ANN, PASSWORD, encryption=0)["apiStatus"] == 0
    assert caller.call("/v1/Auth/Login", {"email": ANN, "password": PASSWORD}, form=True)["apiStatus"] == 0
    for email, password, status in (
        (ANN, "0" * 32, 1004),
        ("nobody@example.org", DIGEST, 1004),
        (ANN, PASSWORD, 1006),
        (ANN, "", 1001),
        ("", DIGEST, 1000),
    ):
        assert caller.sign_in(email, password)["apiStatus"] == status
    assert caller.call("/v1/Auth/signUp", {"email": "eve@example.org"})["apiStatus"] == 1043

    for path, data in (
        ("/v1/log/user", {}),
        ("/v1/Hub/getSubDevices", []),
        ("/v1/Device/latestVersion", {}),
        ("/v1/Device/devExtraInfo", {}),
        ("/user/v1/baseInfo", {"userid": town.ready["user_id"], "email": ANN, "nickname": ""}),
    ):
        assert caller.call(path, {"uuid": kettle["uuid"]}, token=ann)["data"] == data
        assert caller.call(path, {}, token="0" * 64)["apiStatus"] == 1200
        assert caller.call(path, {})["apiStatus"] == 1022

    town.ownplug("user", "change", BEA, "--every-app-plug")
    assert caller.listed(bea) == {"kettle", "lamp"}
    assert caller.call("/v1/Profile/Logout", {}, token=bea)["apiStatus"] == 0
    assert caller.call("/v1/Device/devList", {}, token=bea)["apiStatus"] == 1200  # the same call again
    town.user("add", ANN, password="another horse")
    assert caller.call("/v1/Device/devList", {}, token=ann)["apiStatus"] == 1200
    third = caller.sign_in(ANN, md5(b"another horse").hexdigest())["data"]["token"]
    assert caller.call("/v1/Profile/logout", {}, token=third, form=True)["apiStatus"] == 0


def test_a_token_opens_one_door_and_guessing_takes_ever_longer(town: Town) -> None:
    caller = town.caller
    token = caller.sign_in(ANN)["data"]["token"]
    web_port = int(town.ready["web"].rpartition(":")[2])
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"ownplug-{web_port}={token}"}):
        page = http.client.HTTPConnection("127.0.0.1", web_port, timeout=20)
        page.request("GET", "/api/v1/plugs", headers=headers)
        assert page.getresponse().status == 401
        page.close()
    page = http.client.HTTPConnection("127.0.0.1", web_port, timeout=20)
    body = json.dumps({"name": ANN, "password": PASSWORD})
    origin = {"Content-Type": "application/json", "Origin": town.ready["web"]}
    page.request("POST", "/api/v1/session", body=body, headers=origin)
    response = page.getresponse()
    cookie = str(response.getheader("set-cookie")).partition("=")[2].partition(";")[0]
    page.close()
    assert response.status in {200, 201}
    assert caller.call("/v1/Device/devList", {}, token=cookie)["apiStatus"] == 1200

    answers = [caller.sign_in(ANN, "0" * 32)["apiStatus"] for _ in range(8)]
    assert answers[0] == 1004
    assert answers[-1] == 1028
    assert caller.listed(token) == {"kettle", "lamp"}  # who is in, stays in


def test_any_bytes_get_a_clear_answer_and_nothing_leaks(town: Town) -> None:
    caller = town.caller
    token, key = (caller.sign_in(ANN)["data"][field] for field in ("token", "key"))
    chance = random.Random(1)
    bodies = [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"params":' + b"[" * 60_000,
        b'{"params": NaN}',
        b"\xff\xfe\x00",
        b"params=%ff&sign=&timestamp=1&nonce=1",
        b"&".join([b"a=1"] * 1000),
        SIGNED[:-1] + b', "params": "e30K"}',
        SIGNED + SIGNED,
        b"params=e30=&params=e30K&sign=" + _SIGN.encode() + b"&timestamp=1&nonce=n",
        b"\x1f\x8b\x08\x00" + SIGNED,
        json.dumps({"params": "e30=", "sign": "0" * 32, "timestamp": 1, "nonce": "n"}).encode(),
        *(chance.randbytes(chance.randrange(2000)) for _ in range(200)),
    ]
    for body in bodies:
        status, answer = caller.send("/v1/Device/devList", body, headers={"Authorization": f"Basic {token}"})
        assert status == 200
        assert json.loads(answer)["apiStatus"] in {1023, 20101}
        assert json.loads(answer)["data"] == {}
    assert caller.send("/v1/Device/devList", b"x" * 70_000)[0] == 413
    assert caller.send("/v1/Device/devList", b"x", headers={"Content-Encoding": "gzip"})[0] == 200
    assert caller.send("/v1/Device/devList", b"", method="GET")[0] == 405
    for path in ("/", "/v1/Device", "/v1/Device/devList/", "/../etc/passwd", "/api/v1/plugs"):
        status, answer = caller.send(path, b"{}")
        assert (status, json.loads(answer)["apiStatus"]) == (404, 20106)
    for authorization in (
        "",
        "Basic",
        "Basic ",
        "Bearer x",
        "Basic \xff",
        f"Basic {token} {token}",
        "x" * 4000,
    ):
        _, answer = caller.send("/v1/Device/devList", SIGNED, headers={"Authorization": authorization})
        assert json.loads(answer)["apiStatus"] in {1022, 1200}
    say_what_is_no_http(caller, token)
    assert caller.listed(token) == {"kettle", "lamp"}

    log = Path(town.hub.log).read_text("utf-8")
    assert "Traceback" not in log
    for secret in (token, key, PASSWORD, DIGEST):
        assert secret not in log


def say_what_is_no_http(caller: Caller, token: str) -> None:
    """Say it with a token in it, which is as good as a password."""
    head = f"POST /v1/Device/devList HTTP/1.1\r\nHost: hub\r\nAuthorization: Basic {token}"
    for broken in (
        f"{head}\0\r\n\r\n",
        f"{head}{'x' * 10_000}\r\n\r\n",
        f"{head}\r\nContent-Length: -1\r\n\r\n",
        f"{head}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{token}",
        f"{head}\r\nTransfer-Encoding: chunked\r\n\r\n{token}\r\n",
        f"GET /{token} {token}\r\n\r\n",
        f"{token}\r\n\r\n",
    ):
        assert caller.say(broken.encode()).startswith(b"HTTP/1.0 400 ")
    for cut in (head, f"{head}\r\nContent-Length: 100\r\n\r\n{token}"):
        caller.say(cut.encode(), waits=False)


def test_app_logins_can_be_switched_off_for_the_home(town: Town) -> None:
    caller = town.caller
    handed = caller.sign_in(ANN)["data"]
    token, login = handed["token"], app_login(handed["userid"], Secret(handed["key"]))
    assert caller.asks_mqtt(town.ready["mqtts"], login) == ACCEPTED
    town.hub.stop()
    (town.folder / "ownplug.toml").write_text("[hub]\napp_logins = false\n", "utf-8")
    town.hub = town.start(f"127.0.0.1:{caller.port}")
    ready = town.hub.ready()
    assert caller.call("/v1/Device/devList", {}, token=token)["apiStatus"] == 1200
    assert caller.asks_mqtt(ready["mqtts"], login) == REFUSED
    assert caller.sign_in(ANN)["apiStatus"] == 1043
    town.hub.stop()
    (town.folder / "ownplug.toml").write_text("", "utf-8")
    town.hub = town.start(f"127.0.0.1:{caller.port}")
    town.hub.ready()
    again = caller.sign_in(ANN)["data"]["token"]
    assert caller.listed(again) == {"kettle", "lamp"}
