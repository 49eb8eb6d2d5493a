"""Joining a plug's Wi-Fi by the real nmcli, with a NetworkManager that python-dbusmock plays."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.pairing.conftest import HERE, HOW_TO_GET_IT, PlayedNetwork

from ownplug.core.errors import LinkTimeout, Unreachable, UsageError
from ownplug.transport import wifi_join
from ownplug.transport.wifi_join import joined

pytestmark = pytest.mark.e2e

HOME_ALONE = {"connections": ["Home"], "active": ["Home"], "ssids": ["Home"]}


Run = Callable[..., Any]


async def test_the_only_plug_in_reach_is_joined_and_home_comes_back(
    play: Callable[..., PlayedNetwork],
) -> None:
    network = play("Meross_SW_1A2B", "We:ird\\")
    async with joined() as found:
        assert (found.ssid, found.device, found.before) == ("Meross_SW_1A2B", "wlan0", "Home")
        [active] = network.state()["active"]
        assert active.startswith("ownplug-")
    assert network.state() == HOME_ALONE


def test_a_plug_is_paired_from_its_own_network(
    play: Callable[..., PlayedNetwork], launch: Run, ownplug: Run, tmp_path: Path
) -> None:
    network = play("Meross_SW_1A2B")
    places = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
    launch("hub", "run", "--home", str(tmp_path / "home"), *places).ready()
    plug = launch("virtual", "run").ready()
    wifi = ("--ssid", "Home", "--password", "secret123")
    paired = ownplug("pair", f"http://{plug['http']}", "--join", *wifi)
    assert (paired["uuid"], paired["availability"]) == (plug["uuid"], "online")
    assert network.state() == HOME_ALONE
    told = ownplug("pair", f"http://{plug['http']}", "--join", *wifi, status=1)
    assert told["code"] == "wrong-key"
    assert network.state() == HOME_ALONE
    told = ownplug(
        "pair", "--join", *wifi, "--mqtt", "mqtts://127.0.0.1", "--key", "k", "--user-id", "1", status=2
    )
    assert "Leave --join out" in told["hint"]


async def test_home_comes_back_after_a_failure_inside(play: Callable[..., PlayedNetwork]) -> None:
    network = play("Meross_SW_1A2B")
    with pytest.raises(Unreachable, match="the plug is gone"):
        async with joined():
            raise Unreachable("the plug is gone")
    assert network.state() == HOME_ALONE


def test_home_comes_back_after_ctrl_c(play: Callable[..., PlayedNetwork]) -> None:
    network = play("Meross_SW_1A2B")
    program = subprocess.Popen(
        [sys.executable, str(HERE / "joining_program.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with program:
        assert program.stdout is not None
        assert program.stdout.readline().strip() == "Meross_SW_1A2B"
        assert network.state()["active"] != ["Home"]
        program.send_signal(signal.SIGINT)
        program.wait(timeout=60)
    assert network.state() == HOME_ALONE


async def test_home_comes_back_although_somebody_is_in_a_hurry(play: Callable[..., PlayedNetwork]) -> None:
    network = play("Meross_SW_1A2B")
    inside = asyncio.Event()

    async def stay() -> None:
        async with joined():
            inside.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(stay())
        await inside.wait()
        task.cancel()
        await asyncio.sleep(0.01)
        task.cancel()
    assert network.state() == HOME_ALONE


async def test_of_several_one_must_be_named(play: Callable[..., PlayedNetwork]) -> None:
    network = play("Meross_SW_1A2B", "Meross_SW_5DCC")
    with pytest.raises(UsageError, match="Meross_SW_1A2B, Meross_SW_5DCC"):
        async with joined():
            pytest.fail("which one?")
    async with joined("Meross_SW_5DCC") as found:
        assert found.ssid == "Meross_SW_5DCC"
    assert network.state() == HOME_ALONE


async def test_a_list_from_before_is_not_believed(play: Callable[..., PlayedNetwork]) -> None:
    play("Meross_SW_1A2B", "+Meross_SW_5DCC")
    with pytest.raises(UsageError, match="Meross_SW_1A2B, Meross_SW_5DCC"):
        async with joined():
            pytest.fail("which one?")


async def test_home_comes_back_however_often_it_is_interrupted(
    play: Callable[..., PlayedNetwork],
) -> None:
    network = play("Meross_SW_1A2B")
    inside = asyncio.Event()

    async def stay() -> None:
        async with joined():
            inside.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(stay())
        await inside.wait()
        for _ in range(5):
            task.cancel()
            await asyncio.sleep(0.01)
    assert task.cancelled()
    assert network.state() == HOME_ALONE


# Does what the real one does, but for what its case says.
SPOILED = """#!/bin/sh
case "$*" in {case}) {deed};; esac
exec {nmcli} "$@"
"""


@pytest.fixture
def spoil(
    require_program: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[str, str], None]:
    nmcli = require_program("nmcli", HOW_TO_GET_IT)

    def write(case: str, deed: str) -> None:
        program = tmp_path / "nmcli"
        program.write_text(SPOILED.format(case=case, deed=deed, nmcli=nmcli))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        monkeypatch.setattr(wifi_join, "_ANSWER_S", 1.5)

    return write


async def test_home_comes_back_although_the_plugs_connection_cannot_be_deleted(
    play: Callable[..., PlayedNetwork], spoil: Callable[[str, str], None]
) -> None:
    network = play("Meross_SW_1A2B")
    spoil("*delete*", "exec sleep 600")
    with pytest.raises(Unreachable, match="still there") as told:
        async with joined():
            pass
    assert told.value.hint.startswith("Type: nmcli connection delete id ownplug-")
    assert network.state()["active"] == ["Home"]


async def test_where_home_does_not_come_back_it_says_what_to_type(
    play: Callable[..., PlayedNetwork], spoil: Callable[[str, str], None]
) -> None:
    network = play("Meross_SW_1A2B")
    spoil("*'up uuid'*", "echo 'Error: No secrets.' >&2; exit 4")
    with pytest.raises(Unreachable, match=r"not back in 'Home': No secrets\.") as told:
        async with joined():
            raise Unreachable("the plug is gone")
    assert told.value.hint == "Type: nmcli connection up uuid b17ae731-5685-44e7-8617-30bc3921ef9a"
    assert network.state()["connections"] == ["Home"]


async def test_a_network_manager_that_does_not_answer(
    play: Callable[..., PlayedNetwork], spoil: Callable[[str, str], None]
) -> None:
    play("Meross_SW_1A2B")
    spoil("*", "exec sleep 600")
    with pytest.raises(LinkTimeout, match="has not done"):
        async with joined():
            pytest.fail("how?")


async def test_a_network_that_cannot_be_joined_leaves_nothing(
    play: Callable[..., PlayedNetwork], spoil: Callable[[str, str], None]
) -> None:
    network = play("Meross_SW_1A2B")
    spoil("*'up id'*", "echo 'Error: \033[2JActivation failed.' >&2; exit 4")
    with pytest.raises(Unreachable, match=r"^\\x1b\[2JActivation failed\.$"):
        async with joined():
            pytest.fail("how?")
    assert network.state() == HOME_ALONE


async def test_what_nmcli_says_is_read_in_any_language(
    play: Callable[..., PlayedNetwork], spoil: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    play("Meross_SW_1A2B")
    monkeypatch.setenv("LANGUAGE", "de")
    spoil("*'up id'*", "set -- connection up id nowhere")
    with pytest.raises(Unreachable, match="unknown connection 'nowhere'"):
        async with joined():
            pytest.fail("how?")


async def test_a_line_ends_nowhere_but_at_its_end(
    play: Callable[..., PlayedNetwork],
) -> None:
    play("Neighbour\u2028Meross_SW_5DCC", "Meross_SW_1A2B")
    async with joined() as found:
        assert found.ssid == "Meross_SW_1A2B"


@pytest.fixture
def empty_bus(require_program: Callable[[str, str], str]) -> Iterator[str]:
    daemon = require_program("dbus-daemon", HOW_TO_GET_IT)
    command = [daemon, "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.mark.parametrize("has_bus", [True, False])
async def test_where_network_manager_does_not_run_it_says_so(
    require_program: Callable[[str, str], str],
    monkeypatch: pytest.MonkeyPatch,
    empty_bus: str,
    tmp_path: Path,
    has_bus: bool,
) -> None:
    require_program("nmcli", HOW_TO_GET_IT)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", empty_bus if has_bus else f"unix:path={tmp_path}/nobody")
    with pytest.raises(UsageError, match="does not run"):
        async with joined():
            pytest.fail("how?")


async def test_a_program_that_may_not_be_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nmcli").write_text("")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="cannot be run"):
        async with joined():
            pytest.fail("how?")


async def test_no_plug_in_reach(play: Callable[..., PlayedNetwork], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wifi_join, "_SCAN_S", 2.5)
    network = play("Neighbour")
    with pytest.raises(Unreachable, match="not in reach of wlan0"):
        async with joined():
            pytest.fail("whom?")
    assert network.state() == HOME_ALONE


async def test_without_the_program_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="no nmcli"):
        async with joined():
            pytest.fail("how?")
