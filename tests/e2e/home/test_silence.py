"""Plugs that go without a word: by the hub's own clock, which the test moves, over real sockets."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ownplug.app import HomeFolder, load_settings, open_hub
from ownplug.client import HubClient, find_hub
from ownplug.core.errors import Unreachable
from ownplug.core.secret import Secret
from ownplug.pairing import GatewayAddress, HomeToJoin, WifiNetwork, pair_by_http
from ownplug.plug import HttpLink
from ownplug.testing import FakeClock
from ownplug.virtual import VirtualPlug

pytestmark = pytest.mark.e2e

KEEPALIVE_S = 30.0
OPTIONS = {
    "network.advertise": "127.0.0.1",
    "broker.mqtts": "127.0.0.1:0",
    "web.port": 0,
    "hub.timezone": "Europe/Berlin",
}


@asynccontextmanager
async def home(folder: Path, clock: FakeClock) -> AsyncIterator[HubClient]:
    settings, _ = load_settings(folder / "ownplug.toml", {}, OPTIONS)
    async with open_hub(HomeFolder(folder), settings, clock), HubClient(find_hub(folder)) as hub:
        yield hub


async def take_home(hub: HubClient, url: str, clock: FakeClock) -> None:
    told = await hub.home(show_secrets=True)
    host, _, port = told["mqtts"].rpartition(":")
    to = HomeToJoin(
        user_id=told["user_id"],
        key=Secret(told["key"]),
        servers=(GatewayAddress(host=host, port=int(port)),),
        timezone=told["timezone"],
    )
    network = WifiNetwork(ssid="Home", password=Secret("secret123"))
    way = HttpLink(url, key=Secret(""), trusting=True)
    steps = [step async for step in pair_by_http(lambda: way, network, to, now=clock.now())]
    assert all(step.done for step in steps[1::2])


async def until(hub: HubClient, uuid: str, **expected: Any) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            known = {found["uuid"]: found for found in await hub.plugs()}
            shown = known.get(uuid, {})
            if shown and all(shown[name] == value for name, value in expected.items()):
                return shown
            await asyncio.sleep(0.05)


async def test_a_silent_plug_is_offline_after_one_and_a_half_keepalives(
    tmp_path: Path, launch: Callable[..., Any]
) -> None:
    clock = FakeClock()
    program = launch("virtual", "run", "--seed", "31")
    told = program.ready()
    async with home(tmp_path, clock) as hub:
        await take_home(hub, f"http://{told['http']}", clock)
        await until(hub, told["uuid"], availability="online", bound=True)
        program.process.send_signal(signal.SIGSTOP)
        try:
            await clock.advance(1.5 * KEEPALIVE_S - 1)
            assert (await until(hub, told["uuid"]))["availability"] == "online"
            await clock.advance(2)
            shown = await until(hub, told["uuid"], availability="offline")
            with pytest.raises(Unreachable, match="offline"):
                await hub.switch(told["uuid"], on=False)
        finally:
            program.process.send_signal(signal.SIGCONT)
        ago = clock.now() - datetime.fromisoformat(shown["since"])
        assert timedelta(0) <= ago <= timedelta(seconds=2)
        assert shown["reason"]
        await until(hub, told["uuid"], availability="online", bound=True)  # back by itself


async def test_a_rebooted_plug_is_never_shown_offline_after_it_is_back(tmp_path: Path) -> None:
    clock = FakeClock()
    async with home(tmp_path, clock) as hub, VirtualPlug() as plug:
        await take_home(hub, f"http://{plug.http[0]}:{plug.http[1]}", clock)
        first = await until(hub, plug.uuid.text, availability="online", bound=True)
        await plug.reboot(leave_half_open=True)
        async with asyncio.timeout(20):
            await plug.until(lambda: plug.state == "online")
        await until(hub, plug.uuid.text, availability="online", bound=True)
        for _ in range(4):  # the old connection dies by its silence; the new one speaks all the while
            await clock.advance(KEEPALIVE_S / 2)
            await hub.electricity(plug.uuid.text)
            shown = await until(hub, plug.uuid.text)
            assert (shown["availability"], shown["since"]) == ("online", first["since"])
