"""Many plugs paired by a list, as their networks come into reach, also when that is killed on the way."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.pairing.in_reach import plugs_of, reach

if TYPE_CHECKING:
    from tests.e2e.pairing.conftest import PlayedNetwork

pytestmark = pytest.mark.e2e

PLACES = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
WIFI = ("--ssid", "Home", "--password", "secret123", "--keep-relay")
PLUGS = 200

Run = Callable[..., Any]


def write_list(file: Path, *rows: tuple[str, str, str]) -> Path:
    file.write_text("\n".join(["name,room,mac", *map(",".join, rows)]) + "\n")
    return file


def network_of(plug: dict[str, Any]) -> str:
    """The name of a plug's own network."""
    return f"Meross_SW_{plug['uuid'][-4:].upper()}"


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_two_hundred_come_home_under_their_names_and_rooms_though_killed_twice(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    home = tmp_path / "home"
    url = launch("hub", "run", "--home", str(home), *PLACES).ready()["web"]
    fleet = launch("virtual", "run", "--count", str(PLUGS), "--http", "127.0.0.1:0")
    plugs = {plug["uuid"]: plug for plug in (fleet.ready() for _ in range(PLUGS))}
    chance = random.Random(3)
    order = chance.sample(sorted(plugs), PLUGS)
    named = {f"plug {number}": plugs[uuid]["mac"] for number, uuid in enumerate(order) if number % 2}
    rows = [
        (f"plug {number}", f"room {number % 7}", named.get(f"plug {number}", "any"))
        for number in range(PLUGS)
    ]
    file = write_list(tmp_path / "plugs.csv", *chance.sample(rows, PLUGS))

    def current() -> str | None:
        """Somebody walks from plug to plug, on to the next when one is at home."""
        at_home = {plug["uuid"] for plug in plugs_of(url, home) if plug["availability"] == "online"}
        return next((plugs[uuid]["http"] for uuid in order if uuid not in at_home), None)

    with reach(current) as way:
        command = ("pair", f"http://127.0.0.1:{way.port}", "--batch", str(file), *WIFI)
        for enough in (PLUGS // 3, PLUGS * 2 // 3):
            words = [sys.executable, "-m", "ownplug", *command, "--home", str(home)]
            with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as batch:
                eventually(lambda enough=enough: len(plugs_of(url, home)) >= enough, within_s=600)
                batch.kill()
            assert (home / "batch.json").stat().st_mode & 0o777 == 0o600
        done = subprocess.run(
            [sys.executable, "-m", "ownplug", *command, "--json", "--home", str(home)],
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    told = {plug["name"]: plug for plug in plugs_of(url, home)}
    assert {(name, plug["room"]) for name, plug in told.items()} == {(name, room) for name, room, _ in rows}
    assert {plug["uuid"] for plug in told.values()} == set(plugs)
    assert {name: told[name]["mac"] for name in named} == named
    assert set(way.told) == {plug["http"] for plug in plugs.values()}
    assert sum(way.told.values()) <= PLUGS + 2  # once each, but where somebody was killed while he told it
    assert not (home / "batch.json").exists()
    tell(f"{PLUGS} plugs, killed twice: all at home under their names, told {sum(way.told.values())} times")


def test_by_their_own_networks_each_is_joined_once_and_who_is_not_on_the_list_is_left_alone(
    play: Callable[..., PlayedNetwork], launch: Run, ownplug: Run, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    url = launch("hub", "run", "--home", str(home), *PLACES).ready()["web"]
    plugs = [launch("virtual", "run", "--seed", str(seed)).ready() for seed in (1, 2, 3)]
    kettle, lamp, stranger = plugs
    by_network = {network_of(plug): plug["http"] for plug in plugs}
    network = play("Neighbour", *by_network)

    def current() -> str | None:
        return next((by_network[ssid] for ssid in network.state()["ssids"] if ssid in by_network), None)

    file = write_list(tmp_path / "plugs.csv", ("lamp", "hall", lamp["mac"]), ("kettle", "", kettle["mac"]))
    missing = write_list(tmp_path / "more.csv", ("fan", "attic", "34:29:8f:00:00:01"), ("lamp", "", "any"))
    with reach(current) as way:
        command = ("pair", f"http://127.0.0.1:{way.port}", "--join", *WIFI, "--idle", "2", "--batch")
        rows = ownplug(*command, str(file))
        assert [(row["name"], row["room"], row["uuid"], row["state"]) for row in rows] == [
            ("lamp", "hall", lamp["uuid"], "home"),
            ("kettle", "", kettle["uuid"], "home"),
        ]
        assert network.state()["ssids"] == ["Home"]
        again = ownplug(*command, str(file))  # nobody is told anything
        assert [row["state"] for row in again] == ["home", "home"]
        more = ownplug(*command, str(missing), status=1)
        assert [row["state"] for row in more] == ["waiting", "home"]
        assert dict(way.told) == {kettle["http"]: 1, lamp["http"]: 1}
    assert {plug["uuid"] for plug in plugs_of(url, home)} == {kettle["uuid"], lamp["uuid"]}
    assert stranger["uuid"] not in str(plugs_of(url, home))


def test_a_cause_that_the_next_would_meet_ends_it_and_the_same_command_goes_on(
    launch: Run, ownplug: Run, tmp_path: Path
) -> None:
    launch("hub", "run", "--home", str(tmp_path / "home"), *PLACES).ready()
    air = tmp_path / "air.toml"
    air.write_text('[[network]]\nssid = "Home"\npassword = "another one"\n')
    plug = launch("virtual", "run", "--air", str(air)).ready()
    file = write_list(tmp_path / "plugs.csv", ("kettle", "", "any"))
    where = ("pair", f"http://{plug['http']}", "--batch", str(file))
    taken = tmp_path / "home" / "batch.json"
    of_another_list = {"lamp": "1811081234567825182734298f1a2b3c"}
    taken.write_text(json.dumps(of_another_list))
    [row] = ownplug(*where, *WIFI, status=1)
    assert (row["uuid"], row["state"], row["code"]) == (plug["uuid"], "failed", "wifi-password")
    assert json.loads(taken.read_text()) == {**of_another_list, "kettle": plug["uuid"]}
    right = ("--ssid", "Home", "--password", "another one")
    [row] = ownplug(*where, *right)
    assert (row["uuid"], row["state"]) == (plug["uuid"], "home")
    assert json.loads(taken.read_text()) == of_another_list
    for wrong in (("--name", "x"), ("--serial", "/dev/null"), ("--join-ssid", "x")):
        assert ownplug(*where, *right, *wrong, status=2)["code"] == "usage"
