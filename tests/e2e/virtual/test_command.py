"""`ownplug virtual run` as scripts use it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

Launch = Callable[..., Any]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_prints_a_line_for_each_plug_and_ends_cleanly(
    launch: Launch, ask: Callable[..., Any], how: Any
) -> None:
    program = launch("virtual", "run", "--count", "3", "--seed", "5", "--model", "mss310r@2.1.4")
    told = [program.ready() for _ in range(3)]
    assert all(set(line) == {"model", "uuid", "mac", "key", "http", "tty", "state"} for line in told)
    assert len({line["uuid"] for line in told}) == 3
    assert {(line["model"], line["key"], line["tty"], line["state"]) for line in told} == {
        ("mss310r@2.1.4", "", "", "pairing")
    }
    for line in told:
        host, _, port = line["http"].rpartition(":")
        found = ask((host, int(port)), "GET", "System.Hardware")["payload"]["hardware"]
        assert (found["uuid"], found["macAddress"], found["type"]) == (line["uuid"], line["mac"], "mss310r")
    program.process.send_signal(how)
    assert program.process.wait(timeout=15) == 0
    program.stop()


def test_with_a_home_the_same_plug_is_still_paired_next_time(
    launch: Launch, ask: Callable[..., Any], tmp_path: Path
) -> None:
    arguments = ("virtual", "run", "--home", str(tmp_path / "plugs"))
    first = launch(*arguments)
    before = first.ready()
    host, _, port = before["http"].rpartition(":")
    gateway = {"host": "127.0.0.1", "port": 1, "secondHost": "", "secondPort": 0, "redirect": 1}
    key = {"key": {"userId": "1", "key": "k" * 32, "gateway": gateway}}
    assert ask((host, int(port)), "SET", "Config.Key", key)["header"]["method"] == "SETACK"
    assert first.stop() == 0
    after = launch(*arguments).ready()
    assert (after["uuid"], after["key"]) == (before["uuid"], "k" * 32)


def test_a_plug_in_air_of_its_own_joins_as_it_would_and_tells_why_not(
    launch: Launch,
    ask: Callable[..., Any],
    pair_by_hand: Callable[..., Any],
    eventually: Callable[..., Any],
    tmp_path: Path,
) -> None:
    air = tmp_path / "air.toml"
    air.write_text('[[network]]\nssid = "Home"\npassword = "another one"\n[[network]]\nssid = "Cafe"\n')
    told = launch("virtual", "run", "--air", str(air)).ready()
    host, _, port = told["http"].rpartition(":")
    address = (host, int(port))
    seen = ask(address, "GET", "Config.WifiList")["payload"]["wifiList"]
    assert [network["encryption"] for network in seen] == [6, 0]
    pair_by_hand(address, 1)

    def failure() -> Any:
        answer = ask(address, "GET", "Config.Trace")
        return answer and answer["payload"]["trace"]["code"] and answer["payload"]["trace"]["info"]

    assert eventually(failure) == "password wrong"


def test_a_wrong_model_or_a_taken_port_is_a_clear_error(launch: Launch, ownplug: Callable[..., Any]) -> None:
    assert "mss310r@2.1.4" in ownplug("virtual", "run", "--model", "toaster", status=2)["hint"]
    taken = launch("virtual", "run").ready()["http"]
    refused = ownplug("virtual", "run", "--http", taken, status=2)
    assert taken in refused["message"]
    assert "--http" in refused["hint"]


def test_a_load_is_named_by_its_model_and_nonsense_is_a_clear_error(
    launch: Launch, ask: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path
) -> None:
    curve = tmp_path / "kettle.csv"
    curve.write_text("seconds,watts\n0,1500\n60,4\n")
    loads = [word for load in ("100", "washer", f"csv:{curve}") for word in ("--load", load)]
    program = launch("virtual", "run", "--count", "3", *loads)
    powers_w = [_power_w(program.ready()["http"], ask) for _ in range(3)]
    assert powers_w == pytest.approx([100, 12, 1500], rel=0.03)
    assert "motor:800" in ownplug("virtual", "run", "--load", "lots", status=2)["hint"]
    curve.write_text("0,1\n0,2\n")
    assert "Line 2" in ownplug("virtual", "run", "--load", f"csv:{curve}", status=2)["message"]


def _power_w(http: str, ask: Callable[..., Any]) -> float:
    """What it shows once its meter has measured."""
    host, _, port = http.rpartition(":")
    ask((host, int(port)), "SET", "System.Time", {"time": {"timestamp": 1_700_000_000}})
    for _ in range(1000):
        shown = ask((host, int(port)), "GET", "Control.Electricity")["payload"]["electricity"]
        if shown["power"]:
            return float(shown["power"]) / 1000
    return 0.0
