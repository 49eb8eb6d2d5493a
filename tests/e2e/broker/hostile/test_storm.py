"""300 plugs come back every three seconds, as old firmware does, while the hub is killed and started again.

For 20 seconds with the other tests, for two minutes with `make soak`; `OWNPLUG_STORM_S` makes that longer.
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
from tests.e2e.broker.hostile.honest import NEWCOMER
from tests.e2e.broker.hostile.honest import UUIDS as HONEST
from tests.e2e.broker.hostile.hub import HonestProcess, HubProcess

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

STORM_S = float(os.environ.get("OWNPLUG_STORM_S", "120"))
STORM_IN_CI_S = 20.0
PLUGS = 300
UUIDS = [Uuid(f"1911000000000000000048e1e91{number:05x}") for number in range(PLUGS)]
PACE_S = 3.0
DARK_S = 2.0
BACK_S = 60.0


@dataclass
class Weather:
    """What all plugs know and share."""

    hub: HubProcess
    endpoint: MqttEndpoint
    online: set[str] = field(default_factory=set)
    back_s: dict[str, float] = field(default_factory=dict)  # first return of each after the new start
    restarted_s: float | None = None
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
        if self.restarted_s is not None:
            self.back_s.setdefault(uuid.text, now_s() - self.restarted_s)
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


@pytest.mark.parametrize(
    "storm_s",
    [
        pytest.param(STORM_IN_CI_S, id="short", marks=pytest.mark.e2e),
        pytest.param(STORM_S, id="long", marks=pytest.mark.soak),
    ],
)
async def test_all_come_back_within_a_minute_and_none_in_pairing_mode(
    tmp_path: Path, print_table: Callable[[str, list[str]], None], storm_s: float
) -> None:
    hub = await asyncio.to_thread(HubProcess, tmp_path)
    endpoint = MqttEndpoint(host="127.0.0.1", port=hub.tls_port, tls=client_context(hub.ca))
    weather = Weather(hub=hub, endpoint=endpoint)
    states: set[LifeState] = set()
    lines: list[str] = []
    try:
        async with VirtualPlug() as bound, asyncio.TaskGroup() as tasks:
            await asyncio.to_thread(pair, bound.http, hub)
            async with asyncio.timeout(BACK_S):
                await bound.until(lambda: bound.state is LifeState.ONLINE)
            watching = tasks.create_task(watch(bound, states))
            fleet = [
                tasks.create_task(live(uuid, weather, is_restless=number % 2 == 0))
                for number, uuid in enumerate(UUIDS)
            ]
            lines.append(await weather_report(hub, "before the kill", storm_s / 2))
            hub.program.kill()
            await asyncio.sleep(DARK_S)
            # Before it listens: the first plugs are back before it says that it is ready.
            weather.restarted_s = now_s()
            weather.hub = hub = await asyncio.to_thread(HubProcess, tmp_path, mqtts_port=hub.tls_port)
            lines.append(await weather_report(hub, "after it", storm_s / 2 - DARK_S))
            weather.end()
            async with asyncio.timeout(BACK_S):
                await weather.everybody.wait()
                await bound.until(lambda: bound.state is LifeState.ONLINE)
            await asyncio.to_thread(all_online, hub)
            for task in (watching, *fleet):
                task.cancel()
    finally:
        await asyncio.to_thread(hub.program.stop)
    print_table(
        f"Storm of {PLUGS} plugs, {storm_s:g} s, hub killed halfway and away for {DARK_S:g} s",
        [*told(weather, states), *lines],
    )
    assert LifeState.PAIRING not in states
    assert len(weather.back_s) == PLUGS
    assert max(weather.back_s.values()) < BACK_S


async def weather_report(hub: HubProcess, when: str, seconds: float) -> str:
    """Let so much time pass; return how other plugs, and an app that asks them, fared meanwhile."""
    honest = await asyncio.to_thread(HonestProcess, hub)
    try:
        honest.begin()
        await asyncio.sleep(seconds)
        seen = await asyncio.to_thread(honest.end)
    finally:
        await asyncio.to_thread(honest.stop)
    assert seen["lost"] == 0
    assert seen["replies"]
    return (
        f"honest plugs beside it, {when}: {seen['replies']} replies, worst {seen['worst_reply_ms']:.0f} ms;"
        f" {seen['connects']} connects, worst {seen['worst_connect_ms']:.0f} ms"
    )


def told(weather: Weather, states: set[LifeState]) -> list[str]:
    worst_ms = weather.worst_connect_s * 1000
    return [
        f"{weather.connects} connects, {weather.failures} failures, worst from TCP to SUBACK {worst_ms:.0f} ms",
        f"after the hub was started again each had come back within {max(weather.back_s.values()):.1f} s",
        f"the paired plug was {', '.join(sorted(states))}",
    ]


def all_online(hub: HubProcess) -> None:
    """The hub must know all of them as present, the paired one included."""
    plugs = hub.ask("GET", "/api/v1/plugs")["plugs"]
    there = {plug["uuid"] for plug in plugs} - {NEWCOMER, *HONEST}
    assert len(there) == PLUGS + 1
    plugs = [plug for plug in plugs if plug["uuid"] in there]
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
