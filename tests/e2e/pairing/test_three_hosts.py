"""A plug, a hub and a laptop, each a host of its own: the laptop is in the plug's network and in the home's.

A fourth host stands behind a router, which the hub's is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.hosts import HUB, Hosts

from ownplug.virtual import profile_names

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PLUG_URL = "http://10.10.10.1"
WIFI = ("--ssid", "Home", "--password", "secret123")
PRINTER = """
import http.server, json

class Printer(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        header = {"messageId": "1", "method": "GETACK", "from": "/printer/1/publish", "namespace": "x"}
        body = json.dumps({"header": header, "payload": {"uuid": "1911181236754000000134298f000001"}}).encode()
        self.send_response(200)
        self.send_header("Server", "JetDirect/1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

server = http.server.HTTPServer(("%s", 80), Printer)
print("ready", flush=True)
server.serve_forever()
"""
UDP_ANSWERER = """
import socket, sys

answers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in sys.argv[1:]]
for answer, address in zip(answers, sys.argv[1:]):
    answer.bind((address, 0))
called = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
called.bind(("", 9988))
print("ready", flush=True)
while True:
    question, caller = called.recvfrom(1000)
    for answer in answers:
        answer.sendto(b'{"uuid": "19111812367540000001", "ip": "192.168.77.1"}', caller)
"""
MDNS_ANSWERER = """
import socket, sys, threading
from zeroconf import ServiceInfo, Zeroconf

mdns = Zeroconf(interfaces=[sys.argv[1]])
for number, address in enumerate(sys.argv[2:]):
    name = f"Accessory {number}._hap._tcp.local."
    known = [socket.inet_aton(address)]
    mdns.register_service(
        ServiceInfo("_hap._tcp.local.", name, 80, addresses=known, server=f"accessory-{number}.local.")
    )
print("ready", flush=True)
threading.Event().wait()
"""


@pytest.mark.timeout(300)
def test_each_model_comes_from_the_laptop_to_the_hub_over_real_wires(
    hosts: Hosts, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    home = str(tmp_path / "home")
    where = ("--mqtts", "0.0.0.0:8883", "--web", f"{HUB}:8480", "--advertise", HUB)
    hosts.start(hosts.hub, "hub", "run", "--home", home, *where)
    token = (tmp_path / "home" / "token").read_text().strip()
    hub = ("--hub", f"https://{HUB}:8480")
    for name in profile_names():
        plug, told = hosts.start(hosts.plug, "virtual", "run", "--model", name, "--http", "10.10.10.1:80")
        status, paired = hosts.run(hosts.laptop, "pair", PLUG_URL, *WIFI, "--name", name, *hub, token=token)
        assert (status, paired["uuid"], paired["availability"]) == (0, told["uuid"], "online"), paired
        assert paired["talk"]["address"] == "192.168.77.50"
        hosts.stop(plug)
    tell(f"paired over three hosts, each switched and read back: {', '.join(profile_names())}")


def test_a_firewall_between_the_plug_and_the_hub_is_told_from_the_plugs_own_word(
    hosts: Hosts, tmp_path: Path
) -> None:
    home = str(tmp_path / "home")
    where = ("--mqtts", "0.0.0.0:8883", "--web", f"{HUB}:8480", "--advertise", HUB)
    hosts.start(hosts.hub, "hub", "run", "--home", home, *where)
    token = (tmp_path / "home" / "token").read_text().strip()
    plug, _ = hosts.start(hosts.plug, "virtual", "run", "--http", "10.10.10.1:80")
    hosts.cut_off(hosts.plug, HUB)  # the laptop still reaches it
    hub = ("--hub", f"https://{HUB}:8480")
    status, told = hosts.run(hosts.laptop, "pair", PLUG_URL, *WIFI, *hub, token=token)
    assert (status, told["code"]) in {(1, "no-time"), (1, "port-closed")}
    assert "firewall" in told["hint"]
    assert hosts.run(hosts.laptop, "plugs", *hub, token=token) == (0, [])
    hosts.stop(plug)


def test_plugs_are_found_whoever_they_belong_to_and_nothing_else_is_called_one(
    hosts: Hosts,
    require_program: Callable[[str, str], str],
    eventually: Callable[..., Any],
    tmp_path: Path,
) -> None:
    mosquitto = require_program("mosquitto", "apt-get install mosquitto")
    home = str(tmp_path / "home")
    where = ("--mqtts", "0.0.0.0:8883", "--web", f"{HUB}:8480", "--advertise", HUB)
    hosts.start(hosts.hub, "hub", "run", "--home", home, *where)
    token = (tmp_path / "home" / "token").read_text().strip()
    hub = ("--hub", f"https://{HUB}:8480")
    for last in range(51, 56):
        hosts.add_address(hosts.plug, "home", f"192.168.77.{last}")
    kettle = ("virtual", "run", "--seed", "1", "--home", str(tmp_path / "kettle"), "--http")
    ours, told = hosts.start(hosts.plug, *kettle, "192.168.77.50:80")
    words = ("pair", "http://192.168.77.50", *WIFI, "--name", "kettle", *hub)
    assert hosts.run(hosts.laptop, *words, token=token)[0] == 0
    cloud = ("--mqtt", "mqtts://127.0.0.1:1", "--key", "somebody else's", "--user-id", "9")
    _, others = hosts.start(
        hosts.plug, "virtual", "run", "--http", "192.168.77.51:80", "--model", "mss110", *cloud
    )
    _, fresh = hosts.start(hosts.plug, "virtual", "run", "--http", "192.168.77.52:80")
    _, far = hosts.start(hosts.far, "virtual", "run", "--http", "192.168.78.50:80", *cloud)

    web = ("-u", "-m", "http.server", "80", "--bind", "192.168.77.53")
    hosts.serve(hosts.plug, sys.executable, *web)
    hosts.serve(hosts.plug, sys.executable, "-c", PRINTER % "192.168.77.54")
    (tmp_path / "mosquitto.conf").write_text("listener 80 192.168.77.55\nallow_anonymous true\n")
    hosts.serve(hosts.plug, mosquitto, "-v", "-c", str(tmp_path / "mosquitto.conf"))

    def found() -> dict[str, tuple[str, str, str]]:
        look = ("discover", "--subnet", "192.168.77.0/26", "--subnet", "192.168.78.0/26", "--rate", "200")
        status, plugs = hosts.run(hosts.laptop, *look, *hub, token=token)
        assert status == 0
        return {plug["uuid"]: (plug["address"], plug["whose"], plug["name"]) for plug in plugs}

    everybody = {
        told["uuid"]: ("192.168.77.50", "home", "kettle"),
        others["uuid"]: ("192.168.77.51", "other", ""),
        fresh["uuid"]: ("192.168.77.52", "pairing", ""),
        far["uuid"]: ("192.168.78.50", "other", ""),
    }
    assert found() == everybody
    hosts.stop(ours)
    hosts.add_address(hosts.plug, "home", "192.168.77.60")
    hosts.start(hosts.plug, *kettle, "192.168.77.60:80")  # the router gave it another address
    assert found() == {**everybody, told["uuid"]: ("192.168.77.60", "home", "kettle")}
    show = ("plugs", "show", "kettle", *hub)
    eventually(lambda: hosts.run(hosts.laptop, *show, token=token)[1]["address"] == "192.168.77.60")


def test_one_that_speaks_up_is_found_where_nobody_would_have_looked_and_a_liar_names_nothing(
    hosts: Hosts, tmp_path: Path
) -> None:
    cloud = ("--mqtt", "mqtts://127.0.0.1:1", "--key", "somebody else's", "--user-id", "9")
    hosts.add_address(hosts.laptop, "home", "192.168.79.20")
    for last in range(50, 55):
        hosts.add_address(hosts.plug, "home", f"192.168.79.{last}")
    _, one = hosts.start(hosts.plug, "virtual", "run", "--http", "192.168.79.50:80", *cloud)
    _, other = hosts.start(hosts.plug, "virtual", "run", "--http", "192.168.79.51:80", *cloud)
    web = ("-u", "-m", "http.server", "80", "--bind", "192.168.79.52")
    hosts.serve(hosts.plug, sys.executable, *web)
    hosts.serve(hosts.plug, sys.executable, "-c", PRINTER % "192.168.79.53")
    liars = ("192.168.79.52", "192.168.79.53", "192.168.79.54")
    alone = hosts.run(hosts.laptop, "discover", "--subnet", "192.168.77.0/26", "--rate", "200")
    hosts.serve(hosts.plug, sys.executable, "-c", UDP_ANSWERER, "192.168.79.50", *liars)
    hosts.serve(hosts.plug, sys.executable, "-c", MDNS_ANSWERER, "192.168.77.50", "192.168.79.51", *liars)
    confined = hosts.run(hosts.laptop, "discover", "--subnet", "192.168.77.0/26", "--rate", "200")
    assert alone == confined == (0, [])
    hosts.route_all(hosts.laptop)
    status, found = hosts.run(hosts.laptop, "discover", "--rate", "200")
    assert status == 0
    assert {plug["uuid"]: plug["address"] for plug in found} == {
        one["uuid"]: "192.168.79.50",
        other["uuid"]: "192.168.79.51",
    }
