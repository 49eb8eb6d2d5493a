"""What `ownplug doctor` says of servers, keys and plugs that are well, and of those that are not."""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.pairing.conftest import free_port

if TYPE_CHECKING:
    from tests.e2e.pairing.conftest import StartMosquitto

pytestmark = pytest.mark.e2e

KEY, USER_ID = "0123456789abcdef0123456789abcdef", "10001"
OPEN = "allow_anonymous true"
WIFI = ("--ssid", "Home", "--password", "secret123")

Run = Callable[..., Any]


def health(told: dict[str, Any]) -> dict[str, str]:
    return {finding["about"]: finding["health"] for finding in told["findings"]}


@pytest.fixture
def web() -> Iterator[int]:
    """A web server that is no plug, and remembers what it was asked."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    _Page.asked = 0
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


class _Page(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        type(self).asked += 1
        body = b"<html>not a plug</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Say nothing."""


@pytest.mark.parametrize(
    ("lines", "options", "sentence"),
    [
        ((OPEN,), {}, "Plugs can speak TLS with it."),
        ((OPEN,), {"key": "ecdsa"}, "Its certificate has no RSA key"),
        ((OPEN, "tls_version tlsv1.3"), {}, "It speaks TLS 1.3 only"),
        ((OPEN,), {"tls": False}, "It speaks MQTT without TLS"),
    ],
)
def test_tls_tells_which_part_of_it_is_in_the_way(
    mosquitto: StartMosquitto, ownplug: Run, lines: tuple[str, ...], options: dict[str, Any], sentence: str
) -> None:
    port = mosquitto(*lines, **options)
    is_good = sentence.startswith("Plugs can")
    told = ownplug("doctor", "tls", f"127.0.0.1:{port}", status=0 if is_good else 1)
    assert told["healthy"] is is_good
    assert sentence in told["findings"][0]["seen"]
    assert bool(told["findings"][0]["remedy"]) is not is_good


def test_tls_tells_whether_the_ciphers_of_the_oldest_plugs_are_taken(
    mosquitto: StartMosquitto, ownplug: Run
) -> None:
    about = "ciphers of the oldest plugs (AES128-SHA)"
    usual = mosquitto(OPEN)
    assert health(ownplug("doctor", "tls", f"127.0.0.1:{usual}"))[about] == "good"
    strict = mosquitto(OPEN, "ciphers ECDHE-RSA-AES256-GCM-SHA384")
    assert health(ownplug("doctor", "tls", f"127.0.0.1:{strict}"))[about] == "unknown"


def test_tls_knows_a_web_server_and_an_empty_port(ownplug: Run, web: int) -> None:
    assert "a web server" in ownplug("doctor", "tls", f"127.0.0.1:{web}", status=1)["findings"][0]["seen"]
    assert "refused" in ownplug("doctor", "tls", f"127.0.0.1:{free_port()}", status=1)["findings"][0]["seen"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Name a server, or --listen"),
        (("127.0.0.1:1", "--listen", "127.0.0.1:2"), "Name a server, or --listen"),
        (("127.0.0.1",), "is not HOST:PORT"),
        (("127.0.0.1:70000",), "is not HOST:PORT"),
    ],
)
def test_tls_refuses_what_is_no_question(ownplug: Run, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in ownplug("doctor", "tls", *arguments, status=2)["message"]


@pytest.mark.parametrize(
    ("options", "healthy"),
    [
        (("-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"), {"the usual listener (--mqtts)": "good"}),
        (
            ("-tls1_1", "-cipher", "AES128-SHA:@SECLEVEL=0"),
            {"the usual listener (--mqtts)": "bad", "the legacy listener (--mqtts-legacy)": "good"},
        ),
    ],
)
def test_tls_in_the_place_of_a_server_reads_what_a_client_offers(
    launch: Run,
    require_program: Run,
    eventually: Run,
    options: tuple[str, ...],
    healthy: dict[str, str],
) -> None:
    openssl = require_program("openssl", "apt-get install openssl")
    port = free_port()
    doctor = launch("doctor", "tls", "--listen", f"127.0.0.1:{port}", "--json")

    def say_hello() -> bool:
        subprocess.run(
            [openssl, "s_client", "-connect", f"127.0.0.1:{port}", *options],
            input=b"",
            capture_output=True,
            timeout=30,
            check=False,
        )
        return doctor.process.poll() is not None

    eventually(say_hello)
    told = json.loads(doctor.line())
    found = health(told)
    assert {name: found[name] for name in healthy} == healthy
    assert "AES128-SHA" in str(told)


@pytest.mark.parametrize(
    ("key", "options", "sentence"),
    [
        (KEY, ("--key", "wrong", "--key", KEY), "the key given fits"),
        ("meross", (), "the default of a known pairing program fits"),
        (KEY, ("--key", "wrong"), "none of the 3 that were tried"),
    ],
)
def test_key_tells_which_one_fits(
    launch: Run, ownplug: Run, key: str, options: tuple[str, ...], sentence: str
) -> None:
    home = ("--mqtt", "mqtts://127.0.0.1:1", "--key", key, "--user-id", USER_ID)
    plug = launch("virtual", "run", *home).ready()
    told = ownplug("doctor", "key", f"http://{plug['http']}", *options, status=1 if "none" in sentence else 0)
    assert sentence in told["findings"][1]["seen"]
    assert plug["uuid"] in told["findings"][0]["seen"]
    assert key not in str(told).replace(sentence, "")


def test_key_of_a_plug_that_wants_encryption_and_of_one_in_pairing_mode(launch: Run, ownplug: Run) -> None:
    home = ("--mqtt", "mqtts://127.0.0.1:1", "--key", KEY, "--user-id", USER_ID)
    plug = launch("virtual", "run", "--model", "mss110", *home).ready()
    told = ownplug("doctor", "key", f"http://{plug['http']}", "--key", KEY)
    assert told["findings"][1]["seen"] == "the key given fits"
    plug = launch("virtual", "run").ready()
    assert "pairing mode" in ownplug("doctor", "key", f"http://{plug['http']}")["findings"][1]["seen"]


def test_no_key_is_tried_on_what_is_no_plug(ownplug: Run, web: int) -> None:
    told = ownplug("doctor", "key", f"http://127.0.0.1:{web}", "--key", KEY, status=1)
    assert "is no Meross plug" in told["message"]
    assert _Page.asked == 1


def test_broker_of_ours_is_a_place_to_live_and_of_a_bare_mosquitto_not(
    launch: Run, ownplug: Run, mosquitto: StartMosquitto, tmp_path: Path
) -> None:
    places = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
    launch("hub", "run", "--home", str(tmp_path / "home"), *places).ready()
    told = ownplug("doctor", "broker")
    assert set(health(told).values()) == {"good"}
    assert len(told["findings"]) == 6
    assert ownplug("plugs") == []  # the plug that was played is forgotten
    port = mosquitto(OPEN)
    other = ("--key", KEY, "--user-id", USER_ID)
    told = ownplug("doctor", "broker", f"mqtts://127.0.0.1:{port}", *other, status=1)
    assert health(told) == {
        "TLS, as a plug speaks it": "good",
        "MQTT 3.1, a client id of 56 characters, login by MAC": "good",
        "its inbox": "good",
        "answers System.Clock": "bad",
        "acknowledges Control.Bind": "bad",
        "walls between plugs": "unknown",
    }
    locked = mosquitto("allow_anonymous false")
    told = ownplug("doctor", "broker", f"mqtts://127.0.0.1:{locked}", *other, status=1)
    assert told["findings"][-1]["about"] == "login by MAC with colons"


def test_plug_tells_everything_about_one_that_is_well_and_one_that_is_gone(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    places = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
    launch("hub", "run", "--home", str(tmp_path / "home"), *places).ready()
    plug = launch("virtual", "run", "--seed", "5")
    told = plug.ready()
    ownplug("pair", f"http://{told['http']}", *WIFI, "--name", "kettle")
    found = ownplug("doctor", "plug", "kettle")
    assert found["healthy"]
    seen = {finding["about"]: finding["seen"] for finding in found["findings"]}
    assert told["uuid"] in seen["who it is"]
    assert "right within" in seen["its clock"]
    assert seen["its own view"] == "it is online"
    assert "W at" in seen["its meter"]
    plug.stop()
    eventually(lambda: ownplug("plugs", "show", "kettle")["availability"] == "offline")
    found = ownplug("doctor", "plug", "kettle", status=1)
    assert health(found)["at the hub"] == "bad"
    assert ownplug("doctor", "plug", "toaster", status=1)["code"] == "not-found"
