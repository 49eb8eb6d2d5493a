"""zeroconf's own browser, on another machine of the network, finds what the hub offers, and nothing once it is gone."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.hosts import HUB, Hosts

from ownplug import __version__

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.judged]

TYPES = ("_ownplug._tcp.local.", "_https._tcp.local.", "_secure-mqtt._tcp.local.", "_mqtt._tcp.local.")
BROWSER = """
import json, sys, threading
from zeroconf import ServiceBrowser, Zeroconf

seen = {}

class Listener:
    def add_service(self, mdns, kind, name):
        info = mdns.get_service_info(kind, name, timeout=3000)
        texts = {key.decode(): value.decode() for key, value in info.properties.items()}
        seen[kind] = [name, info.port, info.parsed_addresses(), texts]

    def remove_service(self, mdns, kind, name):
        seen.pop(kind, None)

    update_service = add_service

mdns = Zeroconf()
browser = ServiceBrowser(mdns, sys.argv[1:], Listener())
print("ready", flush=True)
while True:
    threading.Event().wait(0.5)
    print(json.dumps(seen), flush=True)
"""


def hub_of(hosts: Hosts, home: Path, *places: str) -> tuple[Any, dict[str, Any]]:
    return hosts.start(hosts.hub, "hub", "run", "--home", str(home), *places)


@pytest.mark.timeout(200)
def test_a_browser_on_another_machine_finds_the_page_and_the_mqtt_server(
    hosts: Hosts, tmp_path: Path, judged: Any
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "ownplug.toml").write_text("[announce]\nenabled = true\n", "utf-8")
    browser = hosts.serve(hosts.laptop, sys.executable, "-c", BROWSER, *TYPES)

    def look() -> dict[str, Any]:
        assert browser.stdout is not None
        return dict(json.loads(browser.stdout.readline()))

    process, ready = hub_of(hosts, home, "--web", "0.0.0.0:0", "--mqtts", "0.0.0.0:0", "--advertise", HUB)
    seen = next(found for _ in range(60) if len(found := look()) == 3)
    ports = {kind: port for kind, (_, port, _, _) in seen.items()}
    web_port, mqtts_port = int(ready["web"].rpartition(":")[2]), int(ready["mqtts"].rpartition(":")[2])
    assert ports == {
        "_ownplug._tcp.local.": web_port,
        "_https._tcp.local.": web_port,
        "_secure-mqtt._tcp.local.": mqtts_port,
    }
    assert {tuple(addresses) for _, _, addresses, _ in seen.values()} == {(HUB,)}
    assert seen["_ownplug._tcp.local."][3] == {"path": "/", "version": __version__}
    hosts.stop(process)
    assert next(True for _ in range(60) if not look())

    process, _ = hub_of(hosts, home, "--web", "127.0.0.1:0", "--mqtts", "0.0.0.0:0", "--advertise", HUB)
    seen = next(found for _ in range(60) if (found := look()))
    assert seen.keys() == {"_secure-mqtt._tcp.local."}
    hosts.stop(process)
    judged("mDNS", "the page and the MQTT server are found", "zeroconf", version("zeroconf"))
