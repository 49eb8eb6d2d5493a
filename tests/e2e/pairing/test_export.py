"""Debian's mosquitto with the file that we export: takes the plug in, and keeps everybody to what is theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.pairing.programs import answer_as_home, md5, program, send

from ownplug.core.meross import Method

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
WIFI = ("--ssid", "Home", "--password", "secret123")
READY_S = 20.0
PAGE = Path(__file__).parents[3] / "docs" / "mosquitto.md"

Run = Callable[..., Any]


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
        there, known = ("--mqtt", f"mqtts://127.0.0.1:{port}"), ("--at", f"kettle={kettle['http']}")
        lost = ("--at", f"lamp={lamp['http']}")
        rows = ownplug("move", "kettle", "lamp", *there, *known, *lost, status=1)
        assert {row["name"]: row["state"] for row in rows} == {"kettle": "moved", "lamp": "kept"}
        assert "login" in next(row["why"] for row in rows if row["name"] == "lamp")  # it is not in the file
        ownplug("move", "--give-up")
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
