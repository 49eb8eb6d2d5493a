"""`ownplug console` as scripts use it, on the console of a virtual plug."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from ownplug.core.errors import PortDenied
from ownplug.transport.pty import offer_pty
from ownplug.transport.serial import open_serial
from ownplug.transport.tap import Replay, Sender, read_capture

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform == "win32", reason="PTYs are POSIX")]

Run = Callable[..., Any]


def test_a_command_is_answered_in_json(plug: Any, tty: str, ownplug: Run) -> None:
    hardware = ownplug("console", "run", tty, "meross hw")
    assert (hardware["model"], hardware["uuid"], hardware["mac"]) == (
        "mss310",
        plug.told["uuid"],
        plug.told["mac"],
    )
    assert ownplug("console", "run", tty, "config", "show", "network")["items"][0]["name"] == "IpAddr"


def test_what_is_written_is_read_back_and_a_secret_is_not_shown(plug: Any, tty: str, ownplug: Run) -> None:
    assert plug.told["tty"] == tty
    ownplug("console", "run", tty, "config write STA WpaPsk hunter22")
    assert ownplug("console", "run", tty, "config read STA WpaPsk")["value"] == "***"
    shown = ownplug("console", "run", tty, "config read STA WpaPsk", "--show-secrets")
    assert shown["value"] == "hunter22"


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ("meross crash", 2, "usage"),
        ("meross fac 1", 2, "usage"),
        ("config reset meross", 2, "usage"),
        ("config write factory dev.fac.uuid x", 2, "usage"),
        ("meross led", 2, "usage"),
        ("make coffee", 1, "unexpected"),
        ("config write meross no.such.item 1", 3, "refused"),
    ],
)
def test_what_is_not_done_has_its_status(
    plug: Any, tty: str, ownplug: Run, line: str, status: int, code: str
) -> None:
    assert plug.told
    assert ownplug("console", "run", tty, line, status=status)["code"] == code


def test_a_dangerous_command_is_done_with_yes(plug: Any, tty: str, ownplug: Run) -> None:
    assert plug.told
    ownplug("console", "run", tty, "meross fac 1", "--yes")
    assert ownplug("console", "run", tty, "meross fac")["on"] is True


def test_a_plug_that_dies_is_told(plug: Any, tty: str, ownplug: Run, launch: Run) -> None:
    watching = launch("console", "watch", tty, "--json")
    watching.line()
    plug.kill()
    assert watching.process.wait(timeout=30) == 4
    assert ownplug("console", "run", tty, "ip", status=4)["code"] == "no-port"


def test_a_port_has_one_owner(plug: Any, tty: str, ownplug: Run, launch: Run) -> None:
    assert plug.told
    watching = launch("console", "watch", tty, "--json")
    watching.line()
    assert ownplug("console", "run", tty, "ip", status=4)["code"] == "port-busy"
    assert watching.stop() == 0
    assert ownplug("console", "run", tty, "ip")["interfaces"]


def test_a_start_is_explained(plug: Any, tty: str, launch: Run) -> None:
    assert plug.told
    watching = launch("console", "watch", tty, "--json")
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1].get("stage") != "pairing":
        seen.append(watching.ready())
        assert len(seen) < 200
    assert seen[-1]["light"] == "green and orange in turn"
    assert "bootloader" in [line.get("phase") for line in seen]
    assert any(str(line.get("reset_reason", "")).startswith("HAL_WDT") for line in seen)
    assert watching.stop() == 0


def test_a_recording_is_private_and_can_be_played_back(
    plug: Any, tty: str, ownplug: Run, tmp_path: Path
) -> None:
    assert plug.told
    file = tmp_path / "session.jsonl"
    ownplug("console", "run", tty, "meross hw", "--record", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    refused = ownplug("console", "run", tty, "meross hw", "--record", str(file), status=2)
    assert "never replaces" in refused["message"]

    capture = read_capture(file.read_bytes())

    assert capture.port == tty
    typed = b"".join(record.data for record in capture.records if record.sender is Sender.HERE)
    assert typed.endswith(b"meross hw\r")
    assert b"model     :mss310" in asyncio.run(play_back(Replay(capture.records), typed))


async def play_back(replay: Replay, typed: bytes) -> bytes:
    await replay.write(typed)
    heard = b""
    while chunk := await replay.read():
        heard += chunk
    return heard


def test_a_console_behind_tcp_is_reached_by_its_url(launch: Run, ownplug: Run) -> None:
    told = launch("virtual", "run", "--seed", "1", "--tty", "tcp:127.0.0.1:0").ready()
    assert re.fullmatch(r"socket://127\.0\.0\.1:\d+", told["tty"])
    assert ownplug("console", "run", told["tty"], "meross hw")["uuid"] == told["uuid"]


def test_a_console_behind_ser2net_is_reached_by_rfc2217(
    plug: Any,
    tty: str,
    ownplug: Run,
    require_program: Callable[[str, str], str],
    tmp_path: Path,
    eventually: Run,
    foreign: Run,
) -> None:
    program = require_program("ser2net", "apt-get install ser2net")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = tmp_path / "ser2net.yaml"
    settings.write_text(
        f"connection: &c\n  accepter: telnet(rfc2217),tcp,127.0.0.1,{port}\n"
        f"  connector: serialdev,{tty},115200n81,local\n"
    )
    foreign(program, "-n", "-d", "-c", str(settings))
    eventually(lambda: is_listening(port))
    hardware = ownplug("console", "run", f"rfc2217://127.0.0.1:{port}", "meross hw")
    assert hardware["uuid"] == plug.told["uuid"]


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_nobody_on_a_port_of_another_machine_is_unreachable(ownplug: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for scheme in ("socket", "rfc2217"):
        url = f"{scheme}://127.0.0.1:{port}"
        assert ownplug("console", "run", url, "ip", status=4)["code"] == "port-closed"


def test_noise_on_the_line_is_called_noise(tty: str, ownplug: Run) -> None:
    async def babble() -> dict[str, Any]:
        async with offer_pty(tty) as offered, asyncio.TaskGroup() as tasks:
            answering = tasks.create_task(answer_with_noise(offered))
            told: dict[str, Any] = await asyncio.to_thread(ownplug, "console", "run", tty, "ip", status=1)
            answering.cancel()
        return told

    assert asyncio.run(babble())["code"] == "noise"


async def answer_with_noise(offered: Any) -> None:
    while await offered.read():
        await offered.write(b"\xf8\x80\x00\xe0\x86" * 20)


def test_noise_is_told_to_who_only_watches(tty: str, launch: Run) -> None:
    async def babble() -> str:
        async with offer_pty(tty) as offered:
            watching = launch("console", "watch", tty)
            for _ in range(300):
                await offered.write(b"\xf8\x80\x00\xe0\x86" * 20)
                if "noise" in (said := watching.log.read_text()):
                    return str(said)
                await asyncio.sleep(0.1)
        return "nothing"

    assert "115200 baud" in asyncio.run(babble())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can play somebody else")
def test_who_may_not_is_told_which_group_to_join(tty: str) -> None:
    import grp

    async def offer() -> int:
        async with offer_pty(tty):
            device = os.readlink(tty)  # noqa: PTH115 - and the folder of the link is closed to others
            os.chown(device, 0, grp.getgrnam("dialout").gr_gid)
            os.chmod(device, 0o660)  # noqa: PTH101 - as above
            return in_a_child_of_nobody(lambda: refused_by(device))

    assert asyncio.run(offer()) == DENIED


DENIED, FAILED = 42, 1


async def refused_by(device: str) -> int:
    try:
        await open_serial(device)
    except PortDenied as denied:
        return DENIED if "usermod -aG dialout" in denied.hint else FAILED
    return FAILED


def in_a_child_of_nobody(work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run it in a process that may nothing; return what it returns."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = FAILED
    try:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        asyncio.events._set_running_loop(None)  # that is the parent's
        status = asyncio.run(work())
    finally:
        os._exit(status)
