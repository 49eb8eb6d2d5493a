"""The hub as a client of Debian's mosquitto, which has a plug of the home: nothing of it is different for the owner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.pairing.test_export import PLACES, WIFI, lines_of_the_page

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.judged]

Run = Callable[..., Any]
AWAY_S = 60.0  # a plug tries again, ever more seldom


@pytest.fixture
def plugin() -> Path:
    found = next(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"), None)
    if found is None:
        pytest.skip("mosquitto's dynamic security plugin is missing: apt-get install mosquitto")
    return found


def test_plugs_at_a_mosquitto_are_plugs_of_the_home(
    launch: Run,
    ownplug: Run,
    mosquitto: Any,
    eventually: Run,
    tmp_path: Path,
    plugin: Path,
    judged: Any,
) -> None:
    home, control = tmp_path / "home", str(tmp_path / "control")
    hub = launch("hub", "run", "--home", str(home), *PLACES)
    places = (*PLACES, "--mqtts", hub.ready()["mqtts"])
    plug = launch("virtual", "run", "--control", control, "--load", "60").ready()
    ownplug("pair", f"http://{plug['http']}", *WIFI, "--name", "kettle")
    ownplug("plugs", "rename", "kettle", "tea")
    file = tmp_path / "dynamic-security.json"
    ownplug("broker", "export", "mosquitto", str(file))
    tls = (f"certfile {home / 'tls' / 'server.pem'}", f"keyfile {home / 'tls' / 'server.key'}")
    lines = (*lines_of_the_page(file, plugin), *tls)
    port = mosquitto(*lines, tls=False)
    server = f"mqtts://127.0.0.1:{port}"
    hub.stop()

    (home / "ownplug.toml").write_text(
        f'[foreign]\nserver = "{server}"\nca = "{home / "tls" / "ca.pem"}"\n', "utf-8"
    )
    hub = launch("hub", "run", "--home", str(home), *places)
    hub.ready()

    def availability() -> str:
        return str(ownplug("plugs", "show", "tea")["availability"])

    eventually(lambda: availability() == "online")  # at our own server still
    ownplug("move", "tea", "--mqtt", server, "--at", f"tea={plug['http']}")
    eventually(lambda: f"127.0.0.1:{port}" in str(ownplug("virtual", "status", "--control", control)))
    eventually(lambda: availability() == "online")

    assert ownplug("off", "tea")["on"] is False
    assert ownplug("virtual", "status", "--control", control)[0]["relays"] == {"0": False}
    assert ownplug("on", "tea")["on"] is True
    ownplug("virtual", "press", "--control", control)
    eventually(lambda: ownplug("plugs", "show", "tea")["relays"][0]["on"] is False)
    ownplug("on", "tea")
    eventually(lambda: (ownplug("plugs", "show", "tea")["reading"] or {}).get("power_w", 0) > 50)

    mosquitto.stop()
    eventually(lambda: availability() == "offline")
    assert "the MQTT server is away" in ownplug("plugs", "show", "tea")["reason"]
    mosquitto(*lines, tls=False, port=port)
    eventually(lambda: availability() == "online", within_s=AWAY_S)
    assert ownplug("off", "tea")["on"] is False

    # A hub that starts finds a plug that has long been there and says nothing by itself.
    hub.stop()
    launch("hub", "run", "--home", str(home), *places).ready()
    eventually(lambda: availability() == "online")
    assert ownplug("on", "tea")["on"] is True
    judged(
        "A mosquitto that runs already",
        "plugs live there, with the logins that we export",
        "mosquitto",
        mosquitto.version(),
    )
