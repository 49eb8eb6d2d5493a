"""Those who mean harm get an end and cost nothing, while an honest client goes on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    Pingreq,
    Puback,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
    encode,
)

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import House, Open

pytestmark = pytest.mark.e2e

LOGIN = Connect(client_id="anna", username="anna", password=b"pw-anna")
EVIL = Connect(client_id="evil", username="evil", password=b"pw-evil")


@asynccontextmanager
async def honest_client(house: House) -> AsyncIterator[None]:
    """A client that must hear its own words before, during and after."""
    async with house.call(tls=True) as anna:
        await anna.say(LOGIN, Subscribe(packet_id=1, requests=(Request(topic_filter="anna/#"),)))
        assert await anna.hear() == Connack(code=ConnectCode.ACCEPTED)
        assert isinstance(await anna.hear(), Suback)
        stop = asyncio.Event()

        async def talk() -> None:
            number = 0
            while number == 0 or not stop.is_set():
                number += 1
                message = Publish(topic="anna/x", payload=str(number).encode())
                await anna.say(message)
                assert await anna.hear() == message
                await asyncio.sleep(0.001)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(talk())
            yield
            stop.set()


@pytest.mark.parametrize("tls_port", [True, False], ids=["tls", "plain"])
async def test_random_bytes(open_house: Open, tls_port: bool) -> None:
    chance = random.Random(5)
    async with open_house(handshake_timeout_s=0.5, connect_timeout_s=0.5) as house, honest_client(house):
        for _ in range(40):
            async with house.call(raw_on_tls=tls_port) as caller:
                await caller.say(chance.randbytes(chance.randrange(1, 200)))
                await caller.closed()


async def test_random_bytes_after_a_good_login(open_house: Open) -> None:
    chance = random.Random(7)
    async with open_house() as house, honest_client(house):
        for _ in range(40):
            async with house.call() as caller:
                await caller.say(encode(EVIL) + b"\xf0" + chance.randbytes(50))
                assert (await caller.closed())[:4] == b"\x20\x02\x00\x00"


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
async def test_connections_that_never_say_connect(open_house: Open, tls: bool) -> None:
    async with open_house(connect_timeout_s=0.3) as house, honest_client(house), AsyncExitStack() as crowd:
        silent = [await crowd.enter_async_context(house.call(tls=tls)) for _ in range(20)]
        dripping = await crowd.enter_async_context(house.call(tls=tls))
        await dripping.say(encode(EVIL)[:-1])
        for caller in (*silent, dripping):
            assert await caller.closed() == b""


async def test_half_open_handshakes_in_a_crowd(open_house: Open) -> None:
    async with open_house() as house, honest_client(house), AsyncExitStack() as crowd:
        for _ in range(100):
            caller = await crowd.enter_async_context(house.call(raw_on_tls=True))
            await caller.say(bytes.fromhex("16030100c8010000c40303"))
        async with house.call(tls=True) as newcomer:
            await newcomer.say(EVIL)
            assert await newcomer.hear() == Connack(code=ConnectCode.ACCEPTED)


@pytest.mark.parametrize("has_login", [True, False], ids=["with login", "without"])
async def test_a_publish_of_200_megabytes_is_refused_when_it_is_announced(
    open_house: Open, has_login: bool
) -> None:
    announced = b"\x30\x80\x88\xaf\x5f"
    async with open_house() as house, honest_client(house), house.call() as caller:
        if has_login:
            await caller.say(EVIL)
            assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED)
        await caller.say(announced)
        assert await caller.closed() == b""


async def test_a_second_connect(open_house: Open) -> None:
    async with open_house() as house, honest_client(house), house.call() as caller:
        await caller.say(EVIL, EVIL)
        assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED)
        assert await caller.hear() is None
        assert "MQTT-3.1.0-2" in await house.diary.until("disconnected", "evil")


async def test_a_flood_is_answered_in_full_and_in_order(open_house: Open) -> None:
    count = 20_000
    async with open_house() as house, honest_client(house), house.call() as caller:
        await caller.say(EVIL)
        assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED)
        flood = b"".join(
            encode(Publish(topic="evil/x", payload=b"", qos=QoS.AT_LEAST_ONCE, packet_id=n + 1))
            for n in range(count)
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(caller.say(flood))
            for number in range(count):
                assert await caller.hear() == Puback(packet_id=number + 1)


async def test_a_flood_of_questions_whose_answers_are_not_taken(open_house: Open) -> None:
    pings = encode(Pingreq()) * 32_768
    async with open_house() as house, honest_client(house), house.call() as caller:
        await caller.say(EVIL)
        try:
            async with asyncio.timeout(1):
                while True:  # until the server reads no more
                    await caller.say(pings)
        except TimeoutError:
            pass
        assert house.broker.connection_count == 2


async def test_too_many_connections_from_one_address(open_house: Open) -> None:
    async with (
        open_house(max_connections_per_address=5) as house,
        AsyncExitStack() as crowd,
        honest_client(house),
    ):
        callers = [await crowd.enter_async_context(house.call()) for _ in range(5)]
        assert await callers[-1].closed() == b""
        assert house.broker.connection_count == 5
