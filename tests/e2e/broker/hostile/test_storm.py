"""300 plugs come back every three seconds, as old firmware does, while the hub is killed and started again.

`OWNPLUG_STORM_S` says how long (default 20, two minutes for a full run).
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import os
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from tests.e2e.broker.hostile.hub import HubProcess

from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.meross.login import device_client_id, device_login
from ownplug.core.meross.topics import device_inbox
from ownplug.core.mqtt import ProtocolLevel
from ownplug.core.secret import Secret
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint, open_mqtt
from ownplug.transport.tls import client_context
from ownplug.virtual import LifeState, VirtualPlug

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

STORM_S = float(os.environ.get("OWNPLUG_STORM_S", "20"))
PLUGS = 300
PACE_S = 3.0
DARK_S = 2.0
BACK_S = 60.0


@dataclass
class Weather:
    """What all plugs know and share."""

    hub: HubProcess
    endpoint: MqttEndpoint
    online: set[str] = field(default_factory=set)
    everybody: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False
    connects: int = 0
    failures: int = 0
    worst_connect_s: float = 0.0

    def end(self) -> None:
        """From now on whoever is there stays."""
        self.is_over = True
        if len(self.online) == PLUGS:
            self.everybody.set()

    def note_online(self, uuid: Uuid) -> None:
        self.online.add(uuid.text)
        if self.is_over and len(self.online) == PLUGS:
            self.everybody.set()


async def live(uuid: Uuid, weather: Weather, *, is_restless: bool) -> None:
    """Come, stay (or leave after three seconds without a word), and come again three seconds after a failure."""
    while True:
        began_s = now_s()
        try:
            async with come(uuid, weather) as connection:
                await connection.subscribe(device_inbox(uuid.text))
                weather.connects += 1
                weather.note_online(uuid)
                weather.worst_connect_s = max(weather.worst_connect_s, now_s() - began_s)
                await stay(connection, weather, is_restless=is_restless)
        except (OwnplugError, TimeoutError):
            weather.failures += 1
            await asyncio.sleep(PACE_S)
        finally:
            weather.online.discard(uuid.text)


async def stay(connection: MqttConnection, weather: Weather, *, is_restless: bool) -> None:
    while True:
        try:
            async with asyncio.timeout(PACE_S if is_restless else None):
                async for _message in connection.messages():
                    pass
        except TimeoutError as error:
            if isinstance(error, OwnplugError):
                raise
        if not weather.is_over:
            connection.abort()
            return


def come(uuid: Uuid, weather: Weather) -> AbstractAsyncContextManager[MqttConnection]:
    login = device_login(uuid.mac, weather.hub.user_id, weather.hub.key)
    return open_mqtt(
        weather.endpoint,
        client_id=device_client_id(uuid, secrets.token_hex(8)),
        username=login.username,
        password=login.password,
        level=ProtocolLevel.MQTT_3_1,
    )


async def test_all_come_back_within_a_minute_and_none_in_pairing_mode(
    tmp_path: Path, print_table: Callable[[str, list[str]], None]
) -> None:
    hub = await asyncio.to_thread(HubProcess, tmp_path)
    endpoint = MqttEndpoint(host="127.0.0.1", port=hub.tls_port, tls=client_context(hub.ca))
    weather = Weather(hub=hub, endpoint=endpoint)
    states: set[LifeState] = set()
    try:
        async with VirtualPlug() as bound, asyncio.TaskGroup() as tasks:
            await asyncio.to_thread(pair, bound.http, hub)
            async with asyncio.timeout(BACK_S):
                await bound.until(lambda: bound.state is LifeState.ONLINE)
            watching = tasks.create_task(watch(bound, states))
            uuids = [Uuid(f"1911000000000000000048e1e91{n:05x}") for n in range(PLUGS)]
            fleet = [
                tasks.create_task(live(uuid, weather, is_restless=number % 2 == 0))
                for number, uuid in enumerate(uuids)
            ]
            await asyncio.sleep(STORM_S / 2)
            hub.program.kill()
            await asyncio.sleep(DARK_S)
            weather.hub = hub = await asyncio.to_thread(HubProcess, tmp_path, mqtts_port=hub.tls_port)
            restarted_s = now_s()
            await asyncio.sleep(max(STORM_S / 2 - DARK_S, 0.0))
            weather.end()
            async with asyncio.timeout(BACK_S):
                await weather.everybody.wait()
                await bound.until(lambda: bound.state is LifeState.ONLINE)
            back_s = now_s() - restarted_s
            await asyncio.to_thread(all_online, hub)
            for task in (watching, *fleet):
                task.cancel()
    finally:
        await asyncio.to_thread(hub.program.stop)
    print_table(
        f"Storm of {PLUGS} plugs, {STORM_S:g} s, hub killed halfway and away for {DARK_S:g} s",
        told(weather, back_s, states),
    )
    assert LifeState.PAIRING not in states


def told(weather: Weather, back_s: float, states: set[LifeState]) -> list[str]:
    stormy_s = max(STORM_S / 2 - DARK_S, 0.0)
    worst_ms = weather.worst_connect_s * 1000
    return [
        f"{weather.connects} connects, {weather.failures} failures, worst from TCP to SUBACK {worst_ms:.0f} ms",
        f"the storm went on for {stormy_s:.0f} s after the hub was back; all were there after {back_s:.0f} s",
        f"the paired plug was {', '.join(sorted(states))}",
    ]


def all_online(hub: HubProcess) -> None:
    """The hub must know all of them as present, the paired one included."""
    plugs = hub.ask("GET", "/api/v1/plugs")["plugs"]
    assert len(plugs) == PLUGS + 1
    assert [plug["uuid"] for plug in plugs if plug["availability"] != "online"] == []


async def watch(plug: VirtualPlug, states: set[LifeState]) -> None:
    """Note every state that it is in."""
    while True:
        states.add(plug.state)
        await asyncio.sleep(0.02)


def pair(address: tuple[str, int], hub: HubProcess) -> None:
    """What the vendor's app tells a plug, in its order."""
    gateway = {"host": "127.0.0.1", "port": hub.tls_port, "secondHost": "127.0.0.1", "redirect": 1}
    gateway["secondPort"] = hub.tls_port
    wifi = {
        name: base64.b64encode(text).decode() for name, text in (("ssid", b"Home"), ("password", b"x" * 9))
    }
    told = {
        "Appliance.Config.Key": {"key": {"userId": hub.user_id, "key": hub.key.reveal(), "gateway": gateway}},
        "Appliance.Config.Wifi": {"wifi": wifi},
    }
    maker = MessageMaker(key=Secret(""), sender="test", new_id=lambda: secrets.token_hex(16))
    for namespace, payload in told.items():
        connection = http.client.HTTPConnection(*address, timeout=BACK_S)
        message = maker.make(Method.SET, namespace, payload, now_s=1_800_000_000)
        connection.request("POST", "/config", encode_message(message))
        assert b"SETACK" in connection.getresponse().read()
        connection.close()


def now_s() -> float:
    return asyncio.get_running_loop().time()
