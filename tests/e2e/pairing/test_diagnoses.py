"""Eleven ways in which pairing fails, each made to happen, and what `ownplug pair` says of it."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from tests.e2e.pairing.conftest import free_port

from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from tests.e2e.pairing.conftest import StartMosquitto

pytestmark = pytest.mark.e2e

KEY, USER_ID = "0123456789abcdef0123456789abcdef", "10001"
WIFI = ("--ssid", "Home", "--password", "secret123")
PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0")
OPEN = "allow_anonymous true"

# The networks around a plug.
AIR = {
    "other password": '[[network]]\nssid = "Home"\npassword = "another one"\n',
    "5 GHz only": '[[network]]\nssid = "Home"\npassword = "secret123"\nband_ghz = 5.0\n',
    "no internet": 'ntp = "127.0.0.1:{port}"\n[[network]]\nssid = "Home"\npassword = "secret123"\n',
}

Run = Callable[..., Any]
Case = Callable[[], dict[str, Any]]


@pytest.fixture
def fails(launch: Run, ownplug: Run, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Pair a virtual plug that is started with these options, and return the failure as JSON tells it."""
    lock = threading.Lock()

    def fail(
        *options: str, pair: tuple[str, ...] = (), air: str = "", home: Path | None = None
    ) -> dict[str, Any]:
        if air:
            with lock:
                file = tmp_path / f"air-{len(list(tmp_path.glob('air-*')))}.toml"
                file.write_text(AIR[air].format(port=free_port()))
            options = (*options, "--air", str(file))
        plug = launch("virtual", "run", *options).ready()
        told: dict[str, Any] = ownplug("pair", f"http://{plug['http']}", *WIFI, *pair, status=1, home=home)
        return told

    return fail


def foreign(port: int, *, key: str = KEY) -> tuple[str, ...]:
    return ("--mqtt", f"mqtts://127.0.0.1:{port}", "--key", key, "--user-id", USER_ID)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_eleven_ways_to_fail_and_the_name_of_each(
    launch: Run, ownplug: Run, fails: Run, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    home, named = tmp_path / "home", tmp_path / "named"
    launch("hub", "run", "--home", str(home), "--advertise", "127.0.0.1", *PLACES).ready()
    launch("hub", "run", "--home", str(named), "--advertise", "localhost", *PLACES).ready()
    hub = ownplug("plugs", home=home)
    assert hub == []
    web = launch("hub", "run", "--home", str(tmp_path / "other"), *PLACES, "--mqtt", "127.0.0.1:0").ready()
    plain = int(web["mqtt"].rpartition(":")[2])
    tls = int(web["mqtts"].rpartition(":")[2])
    cases: dict[str, Case] = {
        "wifi-password": lambda: fails(air="other password"),
        "wifi-absent": lambda: fails(air="5 GHz only"),
        "port-closed": lambda: fails(pair=foreign(free_port())),
        "tls-refused": lambda: fails("--fault", "tls"),
        "not-tls": lambda: fails(pair=foreign(plain)),
        "login-refused": lambda: fails(pair=foreign(tls)),
        "clock-unanswered": lambda: fails("--fault", "no-clock"),
        "bind-unanswered": lambda: fails("--fault", "no-bind", "--model", "mss310@6.1.12", "--speed", "10"),
        "name-unknown": lambda: fails("--fault", "dns", home=named),
        "wrong-key": lambda: fails("--mqtt", "mqtts://127.0.0.1:1", "--key", KEY, "--user-id", USER_ID),
        "no-time": lambda: fails("--model", "mss425e", air="no internet"),
    }
    told = _all_at_once(cases)
    tell("\n".join(_table("with our own hub", told)))
    assert {name: found["code"] for name, found in told.items()} == {name: name for name in cases}
    assert all(found["hint"] for found in told.values())
    assert ownplug("plugs", home=home) == ownplug("plugs", home=named) == []  # nothing half paired is left


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_same_with_mosquitto_where_nobody_answers_a_plug(
    launch: Run, fails: Run, mosquitto: StartMosquitto, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "ann", "secret"], check=True, timeout=60)
    silent, clock_only = mosquitto(OPEN), mosquitto(OPEN)
    cases: dict[str, Case] = {
        "wifi-password": lambda: fails(air="other password", pair=foreign(silent)),
        "wifi-absent": lambda: fails(air="5 GHz only", pair=foreign(silent)),
        "port-closed": lambda: fails(pair=foreign(free_port())),
        "tls-refused": lambda: fails(pair=foreign(mosquitto(OPEN, key="ecdsa"))),
        "not-tls": lambda: fails(pair=foreign(mosquitto(OPEN, tls=False))),
        "login-refused": lambda: fails(
            pair=foreign(mosquitto("allow_anonymous false", f"password_file {passwords}"))
        ),
        "clock-unanswered": lambda: fails(pair=foreign(silent)),
        "bind-unanswered": lambda: _with_clock(
            clock_only, lambda: fails("--model", "mss310@6.1.12", "--speed", "10", pair=foreign(clock_only))
        ),
        "name-unknown": lambda: fails(
            pair=("--mqtt", "mqtts://nowhere.invalid", "--key", KEY, "--user-id", USER_ID)
        ),
        "wrong-key": lambda: fails(
            "--mqtt", "mqtts://127.0.0.1:1", "--key", KEY, "--user-id", USER_ID, pair=foreign(silent)
        ),
        "no-time": lambda: fails("--model", "mss425e", air="no internet", pair=foreign(silent)),
    }
    told = _all_at_once(cases)
    tell("\n".join(_table("with mosquitto", told)))
    assert {name: found["code"] for name, found in told.items()} == {name: name for name in cases}
    assert "nobody answers there" in told["bind-unanswered"]["message"]
    assert "nobody answers there" in told["clock-unanswered"]["message"]
    assert "RSA" in told["tls-refused"]["message"]


def _all_at_once(cases: dict[str, Case]) -> dict[str, dict[str, Any]]:
    """Most of their time is a plug's or a person's patience."""
    with ThreadPoolExecutor(4) as pool:
        futures = {name: pool.submit(case) for name, case in cases.items()}
        return {name: future.result() for name, future in futures.items()}


def _table(title: str, told: dict[str, dict[str, Any]]) -> list[str]:
    lines = [f"Eleven ways to fail, {title}"]
    for name, found in told.items():
        lines += [f"{name:<17} {found['code']:<17} {found['message']}", f"{'':35} {found['hint']}"]
    return lines


def _with_clock(port: int, work: Case) -> dict[str, Any]:
    """Do it while somebody on that server tells plugs the time, and no more."""
    client: Any = paho.Client(CallbackAPIVersion.VERSION2, client_id="clock")

    def answer(client: Any, _: object, message: Any) -> None:
        header = json.loads(message.payload)["header"]
        if header["namespace"] != "Appliance.System.Clock":
            return
        uuid = message.topic.split("/")[2]
        maker = MessageMaker(key=Secret(KEY), sender=device_outbox(uuid), new_id=lambda: "ab" * 16)
        told = maker.make(
            Method.PUSH,
            "Appliance.System.Clock",
            {"clock": {"timestamp": 1_800_000_000}},
            now_s=1_800_000_000,
        )
        client.publish(device_inbox(uuid), encode_message(told), qos=1)

    client.on_message = answer
    client.tls_set(cert_reqs=0)
    client.tls_insecure_set(True)
    client.on_connect = lambda client, *_: client.subscribe("/appliance/+/publish", qos=1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        return work()
    finally:
        client.loop_stop()
        client.disconnect()
