"""The serial console of a virtual plug, as terminal programs and scripts meet it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.virtual.terminals import PROMPT, READY_S, Terminal

from ownplug.virtual import Faults, Light, VirtualPlug, VirtualPlugSettings

pytestmark = pytest.mark.e2e

Launch = Callable[..., Any]
LAST_LINE = b"N9 Image  Ver: 20170823172833\r\n$ "


@pytest.fixture
def tty(tmp_path: Path) -> str:
    return str(tmp_path / "plug.tty")


def read_until(handle: int, mark: bytes) -> bytes:
    """Read a pipe or a terminal until `mark` has come."""
    told, deadline = b"", time.monotonic() + READY_S  # noqa: TID251 - foreign programs take real time
    while mark not in told:
        wait_s = max(0.0, deadline - time.monotonic())  # noqa: TID251
        assert select.select([handle], [], [], wait_s)[0], f"no {mark!r} in {told!r}"
        told += os.read(handle, 65536)
    return told


@contextlib.contextmanager
def foreign(*command: str) -> Iterator[tuple[int, int]]:
    """Run a terminal program that wants a screen: where to type, and where to read."""
    screen, theirs = pty.openpty()
    program = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    try:
        yield screen, screen
    finally:
        program.kill()
        program.wait(READY_S)
        os.close(screen)


def test_socat_sees_the_start_and_gets_an_answer(
    launch: Launch, require_program: Callable[[str, str], str], tty: str
) -> None:
    socat = require_program("socat", "apt-get install socat")
    told = launch("virtual", "run", "--tty", tty).ready()
    assert told["tty"] == tty
    with subprocess.Popen(
        [socat, "-", f"FILE:{tty},raw,echo=0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        start = read_until(program.stdout.fileno(), b"port = 1" + PROMPT)
        assert b"Last reset reason:HAL_WDT_NONE_RESET\r\n" in start
        assert f"ap up{told['mac']}\r\n".encode() in start
        program.stdin.write(b"ver\r")
        program.stdin.flush()
        assert read_until(program.stdout.fileno(), LAST_LINE) == (
            b"ver\r\nCM4 Image Ver: SDK_V4.6.2\r\n" + LAST_LINE
        )
        program.kill()


def test_picocom_gets_an_answer(launch: Launch, require_program: Callable[[str, str], str], tty: str) -> None:
    picocom = require_program("picocom", "apt-get install picocom")
    launch("virtual", "run", "--tty", tty).ready()
    with foreign(picocom, "--quiet", "--baud", "115200", tty) as (keyboard, screen):
        read_until(screen, b"\r\n$ ")
        os.write(keyboard, b"verr\x7f\r")
        assert read_until(screen, LAST_LINE).startswith(b"verr\b \b\r\nCM4")


def test_miniterm_gets_an_answer(launch: Launch, tty: str) -> None:
    launch("virtual", "run", "--tty", tty).ready()
    with foreign(sys.executable, "-m", "serial.tools.miniterm", "--raw", tty, "115200") as (keyboard, screen):
        read_until(screen, b"\n$ ")
        os.write(keyboard, b"ver\n")
        assert b"SDK_V4.6.2" in read_until(screen, b"20170823172833")


def test_over_tcp_a_terminal_needs_no_file(
    launch: Launch, require_program: Callable[[str, str], str]
) -> None:
    socat = require_program("socat", "apt-get install socat")
    told = launch("virtual", "run", "--tty", "tcp:127.0.0.1:0").ready()
    found = re.fullmatch(r"socket://127\.0\.0\.1:(\d+)", told["tty"])
    assert found, told["tty"]
    with subprocess.Popen(
        [socat, "-", f"TCP:127.0.0.1:{found[1]}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        read_until(program.stdout.fileno(), PROMPT)
        program.stdin.write(b"ver\r\n")
        program.stdin.flush()
        read_until(program.stdout.fileno(), LAST_LINE)
        program.kill()


def test_several_plugs_have_a_console_each_and_take_it_away_at_the_end(launch: Launch, tty: str) -> None:
    program = launch("virtual", "run", "--count", "3", "--tty", tty)
    told = [program.ready() for _ in range(3)]
    assert [line["tty"] for line in told] == [f"{tty}-{index}" for index in range(3)]
    for line in told:
        with Terminal(line["tty"]) as terminal:
            terminal.read_until(PROMPT)
            assert f"uuid      :{line['uuid']}" in terminal.run("meross hw")
    program.process.send_signal(signal.SIGINT)
    assert program.stop() == 0
    assert list(Path(tty).parent.glob("plug.tty*")) == []


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--tty", "/nowhere/plug.tty"], "/nowhere/plug.tty"),
        (["--tty", "tcp:127.0.0.1"], "tcp:127.0.0.1"),
        (["--tty", "tcp:127.0.0.1:65535", "--count", "2"], "65535"),
        (["--fault", "smoke"], "smoke"),
        (["--fault", "chatter=loud"], "chatter=loud"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    ownplug: Callable[..., Any], options: list[str], word: str
) -> None:
    assert word in ownplug("virtual", "run", *options, status=2)["message"]


def test_what_the_console_changes_is_there_after_a_restart_of_the_program(
    launch: Launch, tty: str, tmp_path: Path
) -> None:
    arguments = ("virtual", "run", "--tty", tty, "--home", str(tmp_path / "plugs"), "--seed")
    other = "1803267197124784101534298f1f49cb"
    program = launch(*arguments, "1")
    program.ready()
    with Terminal(tty) as terminal:
        terminal.read_until(PROMPT)
        terminal.run(f"meross e2p uuid {other}")
        terminal.run("config write STA BeaconLostTime 25")
        terminal.run("config write meross dev.cfg.Key Caf\u00e9\u2615")
        assert terminal.run("meross fac 1") == ["In fac mode:YES"]
    assert program.stop() == 0
    told = launch(*arguments, "2").ready()
    assert (told["uuid"], told["state"]) == (other, "factory")
    with Terminal(tty) as terminal:
        terminal.read_until(PROMPT)
        assert terminal.run("config read STA BeaconLostTime") == ["BeaconLostTime = 25"]
        assert terminal.run("config read meross dev.cfg.Key") == ["dev.cfg.Key = Caf\u00e9\u2615"]


async def test_the_light_tells_of_factory_mode_and_the_console_leads_out(tty: str) -> None:
    async with VirtualPlug(VirtualPlugSettings(tty=tty)) as plug, asyncio.timeout(READY_S):
        assert plug.tty == tty
        with Terminal(plug.tty) as terminal:
            await asyncio.to_thread(terminal.read_until, PROMPT)
            await asyncio.to_thread(terminal.run, "meross fac 1")
            assert plug.led is Light.RED_FLASHING
            await plug.reboot()
            assert (plug.state, plug.led) == ("factory", Light.RED_FLASHING)
            await asyncio.to_thread(terminal.read_until, b"]: factory mode\r\n")
            terminal.type(b"meross fac 0\rreboot\r")
            await plug.until(lambda: plug.state == "pairing")
            start = await asyncio.to_thread(terminal.read_until, b"port = 1" + PROMPT)
            assert b"HAL_WDT_SOFTWARE_RESET" in start


async def test_the_console_stays_while_the_plug_is_pulled(tty: str) -> None:
    async with VirtualPlug(VirtualPlugSettings(tty=tty)) as plug, asyncio.timeout(READY_S):
        with Terminal(plug.tty) as terminal:
            for _ in range(3):
                start = await asyncio.to_thread(terminal.read_until, b"port = 1" + PROMPT)
                assert b"Last reset reason:HAL_WDT_NONE_RESET\r\n" in start
                await plug.reboot()


async def test_a_terminal_that_reads_nothing_holds_nobody_up(ask: Callable[..., Any], tty: str) -> None:
    settings = VirtualPlugSettings(tty=tty, faults=Faults(chatter=100))
    async with VirtualPlug(settings) as plug, asyncio.timeout(READY_S):
        with Terminal(plug.tty) as terminal:
            for _ in range(30):
                terminal.type(b"config show\r")
                assert await asyncio.to_thread(ask, plug.http, "GET", "System.Hardware")
            plug.press_button()
            assert not plug.relay_on
            await asyncio.to_thread(terminal.read_until, b"[factory]dev.cfg.traceInfo: \r\n$ ")


async def test_switching_by_the_console_is_told_to_a_foreign_server(
    make_mosquitto: Callable[..., Any],
    make_answerer: Callable[..., Any],
    pair_by_hand: Callable[..., None],
    tty: str,
) -> None:
    async with VirtualPlug(VirtualPlugSettings(tty=tty)) as plug, asyncio.timeout(3 * READY_S):
        mosquitto = make_mosquitto(plug.mac.text, plug.uuid.text)
        await asyncio.to_thread(mosquitto.start)
        try:
            answerer = await asyncio.to_thread(make_answerer, mosquitto)
            await asyncio.to_thread(pair_by_hand, plug.http, mosquitto.port)
            await plug.until(lambda: plug.state == "online")
            with Terminal(plug.tty) as terminal:
                await asyncio.to_thread(terminal.read_until, b"]: online\r\n")
                terminal.type(f"meross switch {plug.uuid} off\r".encode())
                pushed = await asyncio.to_thread(answerer.wait_for, _is_off)
            assert pushed["header"]["method"] == "PUSH"
            assert not plug.relay_on
        finally:
            mosquitto.stop()


def _is_off(topic: str, message: dict[str, Any]) -> bool:
    is_push = message["header"]["namespace"] == "Appliance.Control.ToggleX" and topic.endswith("/publish")
    return is_push and message["payload"]["togglex"][0]["onoff"] == 0
