"""Forty plugs go from one hub to another, whatever happens on the way."""

from __future__ import annotations

import hashlib
import http.client
import http.server
import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.pairing.streets import NAMED, Street, closed_port, edges, killed

pytestmark = pytest.mark.e2e

PLUGS = 40
KILLS = 50

Run = Callable[..., Any]


@pytest.mark.timeout(300)
def test_forty_move_and_one_that_cannot_be_reached_stays(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    street = Street(launch, ownplug, tmp_path, PLUGS)
    everybody = {plug["uuid"] for plug in street.plugs}
    eventually(lambda: street.online("a") == everybody)
    away = street.plugs[7]["uuid"]
    before = street.status()
    file = street.list_of_plugs({away: f"127.0.0.1:{closed_port()}"})
    rows = ownplug("plugs", "import", str(file), home=street.homes["b"], status=1)
    states = {row["uuid"]: row["state"] for row in rows}
    assert states == {uuid: "kept" if uuid == away else "moved" for uuid in everybody}
    assert street.online("b") == everybody - {away}
    eventually(lambda: street.online("a") == {away})
    assert edges(street.status()) == edges(before)

    # Once it can be reached again: the same list does not begin a second move, giving up and listing it anew does.
    refused = ownplug("plugs", "import", str(file), home=street.homes["b"], status=1)
    assert refused["code"] == "conflict"
    ownplug("move", "--give-up", home=street.homes["b"])
    rows = ownplug("plugs", "import", str(street.list_of_plugs()), home=street.homes["b"])
    assert {row["state"] for row in rows} == {"moved"}
    assert street.online("b") == everybody


def test_one_that_does_not_come_is_brought_back_and_goes_when_the_move_is_resumed(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    street = Street(launch, ownplug, tmp_path, 3)
    everybody = {plug["uuid"] for plug in street.plugs}
    eventually(lambda: street.online("a") == everybody)
    launch("hub", "run", "--home", str(tmp_path / "named"), *NAMED).ready()
    file = street.list_of_plugs()
    ownplug("virtual", "fault", "dns", "--plug", "1", "--control", street.control)
    tries = ("--timeout", "8", "--batch", "2")
    rows = ownplug("plugs", "import", str(file), *tries, home=tmp_path / "named", status=1)
    assert sorted(row["state"] for row in rows) == ["moved", "returned", "waiting"]
    returned = next(row for row in rows if row["state"] == "returned")
    assert "did not come" in returned["why"]
    assert returned["uuid"] in street.online("a")
    assert (tmp_path / "named" / "move.json").stat().st_mode & 0o777 == 0o600
    ownplug("virtual", "fault", "--clear", "--control", street.control)
    rows = ownplug("move", "--resume", home=tmp_path / "named")
    assert {row["state"] for row in rows} == {"moved"}
    assert not (tmp_path / "named" / "move.json").exists()


def test_a_server_that_refuses_a_plugs_login_is_told_nothing_and_neither_is_the_plug(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    street = Street(launch, ownplug, tmp_path, 1)
    eventually(lambda: street.online("a"))
    foreign = ("--mqtt", f"mqtts://{street.ready['b']['mqtts']}", "--all")
    before = street.status()
    rows = ownplug("move", *foreign, "--user-id", "4711", home=street.homes["a"], status=1)
    assert [row["state"] for row in rows] == ["kept"]
    nobody = ("--mqtt", f"mqtts://127.0.0.1:{closed_port()}", "--all")
    ownplug("move", "--give-up", home=street.homes["a"])
    assert ownplug("move", *nobody, home=street.homes["a"], status=1)["code"] == "port-closed"
    assert not (street.homes["a"] / "move.json").exists()
    after = street.status()
    assert [told["server"] for told in after.values()] == [told["server"] for told in before.values()]
    assert ownplug("move", "--all", home=street.homes["a"], status=2)["code"] == "usage"
    assert ownplug("move", "--resume", home=street.homes["a"], status=2)["code"] == "usage"


def test_one_that_acknowledges_with_its_new_key_and_loses_some_is_followed_all_the_same(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    street = Street(launch, ownplug, tmp_path, 1)
    uuid = street.plugs[0]["uuid"]
    eventually(lambda: street.online("a"))
    with signing_anew(street.plugs[0]["http"], street.key_of("b")) as address:
        file = street.list_of_plugs({uuid: address})
        rows = ownplug("plugs", "import", str(file), home=street.homes["b"])
    assert [row["state"] for row in rows] == ["moved"]
    assert street.online("b") == {uuid}


def test_one_that_is_on_its_way_when_the_new_server_dies_is_brought_back(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    street = Street(launch, ownplug, tmp_path, 1)
    uuid = street.plugs[0]["uuid"]
    eventually(lambda: street.online("a"))
    hub = launch("hub", "run", "--home", str(tmp_path / "named"), *NAMED)
    hub.ready()
    ownplug("virtual", "fault", "dns", "--control", street.control)
    words = ("plugs", "import", str(street.list_of_plugs()))
    journal = tmp_path / "named" / "move.json"
    with subprocess.Popen(
        [sys.executable, "-m", "ownplug", *words, "--home", str(tmp_path / "named")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as move:
        eventually(lambda: journal.exists() and '"told"' in journal.read_text())
        eventually(lambda: uuid not in street.online("a"))
        move.kill()
    hub.kill()
    rows = ownplug("move", "--resume", "--timeout", "4", home=tmp_path / "named", status=1)
    assert [row["state"] for row in rows] == ["returned"]
    assert street.online("a") == {uuid}


@contextmanager
def signing_anew(plug: str, key: str) -> Iterator[str]:
    """Stand before a plug: lose the first message of each kind, and sign what acknowledges a new key with that one."""
    known: set[str] = set()

    class Between(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            namespace = json.loads(body)["header"]["namespace"]
            if namespace not in known:
                known.add(namespace)
                return
            with closing(http.client.HTTPConnection(plug, timeout=20)) as connection:
                connection.request("POST", "/config", body)
                reply = json.loads(connection.getresponse().read())
            header = reply["header"]
            if namespace == "Appliance.Config.Key":
                text = f"{header['messageId']}{key}{header['timestamp']}"
                header["sign"] = hashlib.md5(text.encode()).hexdigest()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(reply).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_fifty_moments_it_loses_none(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    street = Street(launch, ownplug, tmp_path, PLUGS)
    everybody = {plug["uuid"] for plug in street.plugs}
    eventually(lambda: street.online("a") == everybody)
    before = edges(street.status())
    chance = random.Random(7)
    kills = journeys = 0
    here, there = "a", "b"
    while kills < KILLS:
        journal = street.homes[there] / "move.json"
        command: tuple[str, ...] = ("plugs", "import", str(street.list_of_plugs()), "--batch", "5")
        while street.online(there) != everybody or journal.exists():
            if kills < KILLS:
                kills += killed(command, street.homes[there], chance.uniform(0.5, 3.0))
            else:
                ownplug(*command, home=street.homes[there])
            command = ("move", "--resume", "--batch", "5") if journal.exists() else command
        assert not street.online(here)
        street.key = street.key_of(there)
        here, there = there, here
        journeys += 1
    assert edges(street.status()) == before
    tell(f"{kills} kills on {journeys} journeys of {PLUGS} plugs: none lost, no relay moved")
