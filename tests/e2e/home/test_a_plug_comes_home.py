"""The main job, as its user does it: commands and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.virtual.terminals import Terminal

pytestmark = pytest.mark.e2e

Launch = Callable[..., Any]
Command = Callable[..., Any]
Eventually = Callable[..., Any]


@pytest.fixture
def hub(launch: Launch, tmp_path: Path) -> Callable[..., Any]:
    def start(*more: str) -> Any:
        return launch(
            *("hub", "run", "--home", str(tmp_path / "home"), "--advertise", "127.0.0.1"),
            *("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", *more),
        )

    return start


@pytest.fixture
def pair(ownplug: Command) -> Callable[[dict[str, Any], str], Any]:
    def run(plug: dict[str, Any], name: str) -> Any:
        return ownplug(
            *("pair", f"http://{plug['http']}", "--ssid", "Home", "--password", "secret123", "--name", name)
        )

    return run


def test_a_plug_is_paired_switched_and_read(
    hub: Callable[..., Any], launch: Launch, ownplug: Command, pair: Callable[..., Any]
) -> None:
    ready = hub().ready()
    assert ready["mqtts"].startswith("127.0.0.1:")
    assert ready["web"].startswith("http://127.0.0.1:")
    assert Path(ready["ca"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert (ready["mqtt"], ready["cloud"]) == ("", "")

    plug = launch("virtual", "run", "--seed", "7").ready()
    assert plug["state"] == "pairing"
    paired = pair(plug, "kettle")
    assert (paired["name"], paired["uuid"], paired["availability"]) == ("kettle", plug["uuid"], "online")

    for command, on in (("off", False), ("on", True), ("toggle", False), ("toggle", True)):
        ownplug(command, "kettle")
        [shown] = ownplug("plugs")
        assert shown["relays"][0]["on"] is on

    energy = ownplug("energy", "kettle")
    assert energy["reading"]["power_w"] > 0
    assert 100 < energy["reading"]["voltage_v"] < 260

    raw = ownplug("raw", "kettle", "Appliance.System.Hardware")
    assert raw["payload"]["hardware"]["uuid"] == plug["uuid"]


def test_what_is_done_at_the_console_is_told_to_the_hub(
    hub: Callable[..., Any],
    launch: Launch,
    ownplug: Command,
    pair: Callable[..., Any],
    eventually: Eventually,
    tmp_path: Path,
) -> None:
    hub().ready()
    plug = launch("virtual", "run", "--seed", "6", "--tty", str(tmp_path / "plug.tty")).ready()
    pair(plug, "kettle")

    def relay() -> Any:
        [shown] = ownplug("plugs")
        return shown["availability"], shown["relays"][0]["on"]

    with Terminal(plug["tty"]) as terminal:
        terminal.read_until(b"]: online\r\n")
        terminal.type(f"meross switch {plug['uuid']} off\r".encode())
        eventually(lambda: relay() == ("online", False))
        terminal.type(b"meross crash\r")
        start = terminal.read_until(b"]: online\r\n")
        assert b"Last reset reason:HAL_WDT_SOFTWARE_RESET\r\n" in start
        eventually(lambda: relay() == ("online", False))


def test_the_hub_is_killed_and_the_plug_comes_back_untouched(
    hub: Callable[..., Any],
    launch: Launch,
    ownplug: Command,
    pair: Callable[..., Any],
    eventually: Eventually,
    tmp_path: Path,
) -> None:
    first = hub()
    ready = first.ready()
    plug = launch("virtual", "run", "--seed", "8").ready()
    pair(plug, "kettle")
    ownplug("off", "kettle")
    [before] = ownplug("plugs")

    first.kill()
    assert ownplug("plugs", status=4)["code"] == "unreachable"

    port = ready["mqtts"].rpartition(":")[2]
    (tmp_path / "home" / "ownplug.toml").write_text("[hub]\nreading_interval_s = 1.0\n")
    again = hub("--mqtts", f"127.0.0.1:{port}").ready()
    assert again["user_id"] == ready["user_id"]

    def back() -> Any:
        [shown] = ownplug("plugs")
        return shown if shown["availability"] == "online" and shown["relays"] else None

    after = eventually(back)
    assert (after["name"], after["uuid"]) == ("kettle", plug["uuid"])
    assert after["relays"] == before["relays"]  # also the time of its last change: nothing moved


def test_a_dead_plug_is_offline_with_since_when(
    hub: Callable[..., Any],
    launch: Launch,
    ownplug: Command,
    pair: Callable[..., Any],
    eventually: Eventually,
) -> None:
    hub().ready()
    plug_program = launch("virtual", "run", "--seed", "9")
    pair(plug_program.ready(), "kettle")
    plug_program.kill()

    def offline() -> Any:
        [shown] = ownplug("plugs")
        return shown if shown["availability"] == "offline" else None

    shown = eventually(offline)
    assert shown["since"].endswith("Z")
    assert shown["reason"]
    refused = ownplug("on", "kettle", status=4)
    assert refused["code"] == "unreachable"
    assert "offline" in refused["message"]


def test_watch_tells_what_happens_as_it_happens(
    hub: Callable[..., Any], launch: Launch, ownplug: Command, pair: Callable[..., Any], tmp_path: Path
) -> None:
    hub().ready()
    pair(launch("virtual", "run", "--seed", "10").ready(), "kettle")
    watch = launch("watch", "kettle", "--json", "--home", str(tmp_path / "home"))
    seen: list[dict[str, Any]] = []
    ownplug("off", "kettle")
    # The watcher starts in its own time, and readings may come in between.
    for _ in range(20):
        ownplug("toggle", "kettle")
        seen.append(json.loads(watch.line()))
        if any(event["event"] == "relay-switched" for event in seen):
            break
    switched = next(event for event in seen if event["event"] == "relay-switched")
    assert switched["name"] == "kettle"
    assert watch.stop() in {0, 130, 143}


def test_secrets_are_shown_only_when_asked_for(
    hub: Callable[..., Any], launch: Launch, ownplug: Command, pair: Callable[..., Any]
) -> None:
    hub().ready()
    pair(launch("virtual", "run", "--seed", "11").ready(), "kettle")
    assert ownplug("plugs", "show", "kettle")["key"] == "***"
    assert len(ownplug("plugs", "show", "kettle", "--show-secrets")["key"]) == 32


def test_two_hubs_never_share_a_home(hub: Callable[..., Any]) -> None:
    hub().ready()
    second = hub()
    assert second.process.wait(timeout=30) == 1
    assert "is running" in second.log.read_text()
