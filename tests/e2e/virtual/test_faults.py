"""What goes wrong in the network of a virtual plug, as programs outside see it; chosen while it runs, from outside."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ownplug.virtual import Faults, Timing, VirtualPlug, VirtualPlugSettings

pytestmark = pytest.mark.e2e

QUICK = Timing(farewell_s=0.02, reboot_s=0.02, join_s=0.02, retry_s=0.1, clock_every_s=0.05, home_wait_s=60.0)
DEADLINE_S = 30.0

Make = Callable[..., Any]


@pytest.fixture
async def plug() -> Any:
    async with VirtualPlug(VirtualPlugSettings(timing=QUICK)) as plug:
        yield plug


async def is_in_state(plug: VirtualPlug, state: str) -> None:
    async with asyncio.timeout(DEADLINE_S):
        await plug.until(lambda: plug.state == state)


async def has_failed(plug: VirtualPlug, times: int) -> None:
    async with asyncio.timeout(DEADLINE_S):
        await plug.until(lambda: plug.failures >= times)


async def test_a_lost_request_is_dropped_and_a_late_answer_is_late(plug: VirtualPlug, ask: Make) -> None:
    plug.set_faults(Faults(loss=1))
    assert await asyncio.to_thread(ask, plug.http, "GET", "System.Hardware") is None
    plug.set_faults(Faults(delay=0.3))
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    assert await asyncio.to_thread(ask, plug.http, "GET", "System.Hardware") is not None
    assert loop.time() - began_s >= 0.6  # the request, and the answer
    plug.set_faults(Faults())
    assert await asyncio.to_thread(ask, plug.http, "GET", "System.Hardware") is not None


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (Faults(tls=1), "unknown ca"),
        (Faults(dns=1), ""),
    ],
    ids=["tls", "dns"],
)
async def test_a_plug_does_not_get_through_to_mosquitto_until_it_is_mended(
    plug: VirtualPlug,
    make_mosquitto: Make,
    make_answerer: Make,
    pair_by_hand: Make,
    faults: Faults,
    words: str,
) -> None:
    mosquitto = make_mosquitto(plug.mac.text, plug.uuid.text)
    mosquitto.start()
    try:
        home = await asyncio.to_thread(make_answerer, mosquitto)
        plug.set_faults(faults)
        host = "localhost" if faults.dns else "127.0.0.1"
        await asyncio.to_thread(pair_by_hand, plug.http, mosquitto.port, host=host)
        await has_failed(plug, 3)
        assert plug.state == "connecting"
        assert plug.led == "green flashing"
        log = mosquitto.log.read_text()
        assert words in log
        assert f"fmware:{plug.uuid}" not in log
        plug.set_faults(Faults())
        await is_in_state(plug, "online")
        home.stop()
    finally:
        mosquitto.stop()


async def test_a_server_is_not_told_of_an_end_that_is_half_open(
    plug: VirtualPlug, make_mosquitto: Make, make_answerer: Make, pair_by_hand: Make
) -> None:
    mosquitto = make_mosquitto(plug.mac.text, plug.uuid.text)
    mosquitto.start()
    try:
        home = await asyncio.to_thread(make_answerer, mosquitto)
        await asyncio.to_thread(pair_by_hand, plug.http, mosquitto.port)
        await is_in_state(plug, "online")
        plug.set_faults(Faults(half_open=1))
        plug.unplug()
        await asyncio.sleep(0.5)
        log = mosquitto.log.read_text()
        assert log.count(f"fmware:{plug.uuid}") > 0
        assert "closed its connection" not in log
        home.stop()
    finally:
        mosquitto.stop()


@pytest.fixture
def fleet(launch: Make, tmp_path: Path) -> Iterator[tuple[Any, str]]:
    control = tmp_path / "control.sock"
    program = launch("virtual", "run", "--count", "2", "--control", str(control), "--fault", "delay=0.01")
    program.ready()
    program.ready()
    yield program, str(control)
    program.stop()


def test_the_commands_reach_the_running_plugs(fleet: tuple[Any, str], ownplug: Make) -> None:
    program, control = fleet
    where = ("--control", control)
    [first, second] = ownplug("virtual", "status", *where)
    assert (first["number"], second["number"], first["faults"]) == (0, 1, "delay=0.01")
    assert ownplug("virtual", "press", "1", *where)[0]["relays"] == {"0": False}
    assert ownplug("virtual", "fault", "loss=0.5", "--clear", *where)[1]["faults"] == "loss=0.5"
    assert ownplug("virtual", "unplug", "0", *where)[0]["state"] == "off"
    assert ownplug("virtual", "plug-in", "0", *where)[0]["state"] == "pairing"
    assert ownplug("virtual", "load", "1800", "--plug", "0", *where)[0]["uuid"] == first["uuid"]
    assert ownplug("virtual", "reboot", first["uuid"][-5:], *where)[0]["state"] == "pairing"
    assert "There are 2 plugs" in ownplug("virtual", "press", *where, status=2)["message"]
    program.stop()
    assert not Path(control).exists()
    assert "No virtual plugs" in ownplug("virtual", "status", *where, status=4)["message"]


def test_a_socket_of_a_killed_program_is_taken_over(launch: Make, ownplug: Make, tmp_path: Path) -> None:
    control = tmp_path / "control.sock"
    killed = launch("virtual", "run", "--control", str(control))
    killed.ready()
    assert control.stat().st_mode & 0o777 == 0o600
    taken = ownplug("virtual", "run", "--control", str(control), status=2)
    assert str(control) in taken["message"]
    killed.process.send_signal(signal.SIGKILL)
    killed.process.wait()
    killed.stop()
    launch("virtual", "run", "--control", str(control)).ready()
    assert len(ownplug("virtual", "status", "--control", str(control))) == 1
