"""Limits on logins: guessing is slowed down, and plugs come in all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ownplug.aio import SystemClock
from ownplug.core.identity import Uuid
from ownplug.core.meross.login import device_client_id, device_login
from ownplug.core.mqtt import Connack, Connect, ConnectCode, ProtocolLevel
from ownplug.core.secret import Secret
from ownplug.hub import Hub, HubSettings
from ownplug.store import SqliteStore

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import House, Open

pytestmark = pytest.mark.e2e

PLUG = Uuid("1811081234567825182734298f1a2b3c")


async def code(house: House, connect: Connect) -> ConnectCode:
    async with house.call() as caller:
        await caller.say(connect)
        answer = await caller.hear()
    assert isinstance(answer, Connack)
    return answer.code


def person(password: bytes, name: str = "anna") -> Connect:
    return Connect(client_id="p", username=name, password=password)


async def test_guessing_is_refused_for_a_while_and_nobody_else_is(open_house: Open, tmp_path: Path) -> None:
    settings = HubSettings(login_attempts=2, login_penalty_limit_s=3600)
    async with SqliteStore(tmp_path / "db") as store, Hub(settings, store, SystemClock()) as hub:
        for name in ("anna", "ben"):
            await hub.accounts.add(name, Secret(f"right for {name}"), read=[], write=[])
        login = device_login(PLUG.mac, hub.home.user_id, hub.home.key)
        plug = Connect(
            client_id=device_client_id(PLUG, "0123456789abcdef"),
            level=ProtocolLevel.MQTT_3_1,
            username=login.username,
            password=login.password.reveal().encode(),
        )
        async with open_house(gatekeeper=hub.gatekeeper()) as house:
            guesses = [await code(house, person(b"wrong")) for _ in range(4)]
            assert guesses == [ConnectCode.BAD_LOGIN] * 3 + [ConnectCode.SERVER_UNAVAILABLE]
            assert await code(house, person(b"right for anna")) is ConnectCode.SERVER_UNAVAILABLE
            assert await code(house, person(b"right for ben", "ben")) is ConnectCode.ACCEPTED
            assert await code(house, plug) is ConnectCode.ACCEPTED


async def test_a_plug_comes_in_while_strangers_guess(open_house: Open, tmp_path: Path) -> None:
    settings = HubSettings(login_penalty_limit_s=0)
    async with SqliteStore(tmp_path / "db") as store, Hub(settings, store, SystemClock()) as hub:
        login = device_login(PLUG.mac, hub.home.user_id, hub.home.key)
        plug = Connect(
            client_id=device_client_id(PLUG, "0123456789abcdef"),
            username=login.username,
            password=login.password.reveal().encode(),
        )
        async with open_house(gatekeeper=hub.gatekeeper()) as house, asyncio.TaskGroup() as strangers:
            guesses = [
                strangers.create_task(code(house, person(b"wrong", f"name-{number}"))) for number in range(40)
            ]
            assert await code(house, plug) is ConnectCode.ACCEPTED
    codes = {guess.result() for guess in guesses}
    assert codes <= {ConnectCode.BAD_LOGIN, ConnectCode.SERVER_UNAVAILABLE}
