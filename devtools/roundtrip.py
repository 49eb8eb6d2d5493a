"""How long a question to a plug takes: through the hub's API, through the MQTT server, and to the plug itself.

The hub runs here; the virtual plug is a process of its own and is taken home the way a real one is.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from ownplug import connect
from ownplug.app import HomeFolder, load_settings, open_hub
from ownplug.client import HubClient, find_hub
from ownplug.core.secret import Secret
from ownplug.pairing import WifiNetwork, Wish, take_home
from ownplug.plug import Plug

QUESTIONS = 300
_LOOPBACK: dict[str, object] = {
    "network.advertise": "127.0.0.1",
    "broker.mqtts": "127.0.0.1:0",
    "web.host": "127.0.0.1",
    "web.port": 0,
}
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrips:
    """Medians in seconds of the same question by three ways, asked in turns."""

    hub_s: float
    mqtt_s: float
    direct_s: float


async def ask_by_three_ways() -> RoundTrips:
    """Take a virtual plug home and ask it for its power, again and again, by each way in turn."""
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ownplug-measure-")))
        settings, _ = load_settings(home / "ownplug.toml", {}, _LOOPBACK)
        ready = await stack.enter_async_context(open_hub(HomeFolder(home), settings))
        told = await stack.enter_async_context(_virtual_plug())
        address = find_hub(home)
        hub = await stack.enter_async_context(HubClient(address))
        network = WifiNetwork(ssid="Measure", password=Secret("any will do"))
        direct = f"http://{told['http']}"
        wish = Wish(url=direct, network=network, timeout_s=_PATIENCE_S)
        uuid = await take_home(hub, wish, tell=lambda _: None)
        key = (await hub.plug(uuid.text, show_secrets=True))["key"]
        through_hub = connect(f"hub+{address.url}/{uuid}", token=address.token)
        through_mqtt = connect(f"mqtts://{ready.mqtts}/{uuid}", key=key, user_id=ready.user_id, ca=ready.ca)
        ways = [through_hub, through_mqtt, connect(direct, key=key)]
        plugs = [await stack.enter_async_context(way) for way in ways]
        hub_s, mqtt_s, direct_s = await _medians(plugs)
    return RoundTrips(hub_s=hub_s, mqtt_s=mqtt_s, direct_s=direct_s)


async def _medians(plugs: list[Plug]) -> list[float]:
    times: list[list[float]] = [[] for _ in plugs]
    for plug in plugs:
        await plug.electricity()  # what is asked once is asked now
    for _ in range(QUESTIONS):
        for plug, taken in zip(plugs, times, strict=True):
            began = perf_counter()
            await plug.electricity()
            taken.append(perf_counter() - began)
    return [median(taken) for taken in times]


@asynccontextmanager
async def _virtual_plug() -> AsyncIterator[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ownplug", "virtual", "run", "--json", "--seed", "1"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None:
            raise AssertionError("it was asked for")
        async with asyncio.timeout(_PATIENCE_S):
            yield json.loads(await process.stdout.readline())
    finally:
        process.terminate()
        await process.wait()
