"""Commands straight to a plug that no hub knows."""

from __future__ import annotations

import asyncio
import json
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from ownplug.cli.main import run
from ownplug.virtual import VirtualPlug

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

STARTS_S = 20


@pytest.fixture
def plug() -> Iterator[VirtualPlug]:
    """A plug in another thread: commands have an event loop of their own."""
    ready: Queue[tuple[VirtualPlug, asyncio.AbstractEventLoop]] = Queue()
    stop = asyncio.Event()

    async def live() -> None:
        async with VirtualPlug() as plug:
            ready.put((plug, asyncio.get_running_loop()))
            await stop.wait()

    thread = Thread(target=asyncio.run, args=(live(),))
    thread.start()
    running, loop = ready.get(timeout=STARTS_S)
    yield running
    loop.call_soon_threadsafe(stop.set)
    thread.join()


@pytest.fixture
def address(plug: VirtualPlug) -> str:
    host, port = plug.http
    return f"http://{host}:{port}"


def test_switching_is_done_and_told(
    plug: VirtualPlug, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    login = ["--key", plug.key.reveal()]
    for words, expected in (("on", True), ("off", False), ("toggle", True)):
        assert run([words, address, *login, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["channel"], told["on"], plug.relay_on) == (0, expected, expected)
    assert run(["off", address, *login]) == 0
    assert capsys.readouterr().out == f"{address} is off.\n"


def test_the_light_is_kept_dark_and_told(
    plug: VirtualPlug, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    login = ["--key", plug.key.reveal(), "--json"]
    for words, is_on in (([], True), (["off"], False), ([], False), (["on"], True)):
        assert run(["led", address, *words, *login]) == 0
        assert json.loads(capsys.readouterr().out) == {"on": is_on}


def test_energy_and_raw_messages_have_the_hubs_shapes(
    plug: VirtualPlug, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    login = ["--key", plug.key.reveal(), "--json"]
    assert run(["energy", address, *login]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["reading"]) == {"at", "power_w", "voltage_v", "current_a"}
    assert told["reading"]["at"].endswith("Z")
    assert run(["raw", address, "Appliance.System.All", *login]) == 0
    reply = json.loads(capsys.readouterr().out)
    assert (reply["method"], reply["namespace"]) == ("GETACK", "Appliance.System.All")
    assert reply["payload"]["all"]["system"]["hardware"]["uuid"] == plug.uuid.text


def test_a_plug_that_hangs_up_is_status_4(
    plug: VirtualPlug, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plugs do that with a namespace that they do not know."""
    login = ["--key", plug.key.reveal(), "--json"]
    assert run(["raw", address, "Appliance.No.Such", *login]) == 4
    assert json.loads(capsys.readouterr().out)["code"] == "broken"


def test_where_no_plug_is_the_status_is_4(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["on", "http://127.0.0.1:1", "--key", "k", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["code"] == "port-closed"
