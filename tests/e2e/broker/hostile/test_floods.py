"""Too much, too slow and nothing at all: each costs the server a bounded amount, and honest plugs little."""

from __future__ import annotations

import asyncio
import resource
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.e2e.broker.hostile.hub import HubProcess

from ownplug.core.mqtt import (
    Connack,
    ConnectCode,
    Pingreq,
    Pingresp,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
    encode,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.broker.hostile.conftest import Attacker, Beside
    from tests.e2e.broker.hostile.raw import Raw

pytestmark = pytest.mark.e2e

MEGABYTE = 1024 * 1024
ANNOUNCED = 200 * MEGABYTE
LENGTH = b"\x80\x80\x80\x64"  # of 200 MiB
GROWTH_KB = 12 * 1024
"""What any attack may add to the server's memory while it lasts; queues, buffers and OpenSSL have their share."""

RETAINED_OF_A_USER = 5_000
"""`max_retained_messages_per_user` of the settings."""

SESSIONS_OF_A_USER = 100
"""`max_sessions_per_user` of the settings."""

HALF_A_HELLO = bytes.fromhex("16030100c8010000c40303")
HELD_S = 2.0


async def pour(raw: Raw, size: int) -> int:
    """Send so many bytes, or as many as are taken before the server ends it; return how many."""
    piece, sent = bytes(64 * 1024), 0
    try:
        while sent < size:
            raw.writer.write(piece)
            await raw.writer.drain()
            sent += len(piece)
    except ConnectionError:
        pass
    return sent


@pytest.mark.parametrize(
    ("what", "first", "logged_in"),
    [("PUBLISH", 0x30, False), ("CONNECT", 0x10, False), ("PUBLISH", 0x30, True), ("CONNECT", 0x10, True)],
)
async def test_200_megabytes(
    attacker: Attacker, beside: Beside, hub: HubProcess, what: str, first: int, logged_in: bool
) -> None:
    async with beside(f"200 MB of {what}, {'after' if logged_in else 'before'} login"):
        hub.forget_peak()
        before_kb = hub.memory_kb()
        for _ in range(5):
            async with attacker.call() as raw:
                if logged_in:
                    await raw.say(attacker.app())
                    assert await raw.hear() == Connack(code=ConnectCode.ACCEPTED)
                await raw.say(bytes([first]) + LENGTH)
                assert await pour(raw, ANNOUNCED) < ANNOUNCED
        assert hub.peak_kb() - before_kb < GROWTH_KB


async def test_connects_as_long_as_they_may_be_that_never_end(
    attacker: Attacker, beside: Beside, hub: HubProcess
) -> None:
    async with beside("400 CONNECTs of 8 kB without their last byte"), AsyncExitStack() as crowd:
        hub.forget_peak()
        before_kb = hub.memory_kb()
        for _ in range(400):
            raw = await crowd.enter_async_context(attacker.call())
            await raw.say(b"\x10\xfd\x3f" + bytes(8000))
        await asyncio.sleep(HELD_S / 2)
        assert hub.peak_kb() - before_kb < 400 * 16 + GROWTH_KB


@pytest.mark.parametrize("stage", ["after TCP", "in a ClientHello", "after TLS", "after TLS 1.0"])
async def test_450_silent_connections(
    attacker: Attacker, old_attacker: Attacker, beside: Beside, hub: HubProcess, stage: str
) -> None:
    ways = {"after TLS": attacker.call_tls, "after TLS 1.0": old_attacker.call_tls}
    async with beside(f"450 connections silent {stage}"), AsyncExitStack() as crowd:
        hub.forget_peak()
        before_kb = hub.memory_kb()
        for _ in range(450):
            raw = await crowd.enter_async_context(ways.get(stage, attacker.call_raw_on_tls)())
            if stage == "in a ClientHello":
                await raw.say(HALF_A_HELLO)
        await asyncio.sleep(HELD_S)
        assert hub.peak_kb() - before_kb < 450 * 60 + GROWTH_KB


async def test_more_silent_connections_than_the_shell_grants_descriptors(
    attacker: Attacker, tmp_path: Path
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, hard))
    try:
        small = await asyncio.to_thread(HubProcess, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    crowd_of = type(attacker)(small, attacker.address)
    try:
        async with AsyncExitStack() as crowd:
            for _ in range(450):
                await crowd.enter_async_context(crowd_of.call_raw_on_tls())
            async with crowd_of.let_in(crowd_of.plug()):
                assert small.ask("GET", "/api/v1/plugs")
    finally:
        await asyncio.to_thread(small.program.stop)


async def test_a_subscriber_that_stops_reading(attacker: Attacker, beside: Beside, hub: HubProcess) -> None:
    payload = bytes(1024)
    async with (
        beside("a subscriber that stops reading, 40 MB for it"),
        attacker.let_in(attacker.user("deaf")) as deaf,
        attacker.let_in(attacker.user("loud")) as loud,
    ):
        await deaf.say(Subscribe(packet_id=1, requests=(Request(topic_filter="local/#", qos=QoS(1)),)))
        assert isinstance(await deaf.hear(), Suback)
        hub.forget_peak()
        before_kb = hub.memory_kb()
        for _ in range(400):
            await loud.say(encode(Publish(topic="local/x", payload=payload)) * 100)
        await loud.say(Pingreq())
        assert await loud.hear() is not None
        assert hub.peak_kb() - before_kb < GROWTH_KB
        assert "reads too slowly: messages for it are dropped" in hub.said()


async def test_a_client_that_takes_no_answers(attacker: Attacker, beside: Beside, hub: HubProcess) -> None:
    async with (
        beside("questions whose answers are not taken"),
        attacker.let_in(attacker.user("asker")) as asker,
    ):
        hub.forget_peak()
        before_kb = hub.memory_kb()
        try:
            async with asyncio.timeout(HELD_S):
                while True:  # until the server reads no more
                    await asker.say(encode(Pingreq()) * 32_768)
        except TimeoutError:
            pass
        assert hub.peak_kb() - before_kb < GROWTH_KB


@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_a_flood_from_one_plug(attacker: Attacker, beside: Beside, hub: HubProcess, qos: int) -> None:
    plug = attacker.plug()
    topic = f"/appliance/{plug.client_id[7:39]}/publish"
    ids = range(1, 1001)
    flood = b"".join(
        encode(Publish(topic=topic, payload=b'{"header":{}}', qos=QoS(qos), packet_id=n if qos else None))
        for n in ids
    )
    if qos == 2:
        flood += b"".join(b"\x62\x02" + n.to_bytes(2, "big") for n in ids)
    async with beside(f"a flood of messages from one plug, QoS {qos}"), attacker.let_in(plug) as raw:
        hub.forget_peak()
        before_kb = hub.memory_kb()
        async with asyncio.TaskGroup() as tasks:
            swallowing = tasks.create_task(raw.swallow())
            try:
                async with asyncio.timeout(HELD_S):
                    while True:
                        await raw.say(flood)
            except TimeoutError:
                swallowing.cancel()
        assert hub.peak_kb() - before_kb < GROWTH_KB


async def test_a_flood_of_refused_deeds(attacker: Attacker, beside: Beside, hub: HubProcess) -> None:
    flood = b"".join(encode(Publish(topic=f"forbidden/{n}", payload=b"")) for n in range(500)) + b"".join(
        encode(Subscribe(packet_id=1 + n, requests=(Request(topic_filter=f"forbidden/{n}"),)))
        for n in range(500)
    )
    before = len(hub.said())
    async with (
        beside("a flood of what one has no right to"),
        attacker.let_in(attacker.plug()) as raw,
        asyncio.TaskGroup() as tasks,
    ):
        swallowing = tasks.create_task(raw.swallow())
        for _ in range(20):
            await raw.say(flood)
        swallowing.cancel()
    assert hub.said()[before:].count("has no right to") <= 4


async def test_a_flood_of_the_longest_topics(attacker: Attacker, beside: Beside, hub: HubProcess) -> None:
    async with (
        beside("3,000 topics of 60,000 bytes from one user"),
        attacker.let_in(attacker.user("long")) as raw,
    ):
        hub.forget_peak()
        before_kb = hub.memory_kb()
        for number in range(3_000):
            await raw.say(Publish(topic=f"local/{number:060000}", payload=b""))
        await raw.say(Pingreq())
        assert await raw.hear() is not None
        assert hub.peak_kb() - before_kb < GROWTH_KB


async def test_subscribers_of_very_many_deep_filters(
    attacker: Attacker, beside: Beside, hub: HubProcess
) -> None:
    async with (
        beside("1,000 deep filters of one user, and messages for all"),
        attacker.let_in(attacker.user("deep")) as raw,
    ):
        for first in range(0, 1000, 10):
            requests = tuple(
                Request(topic_filter="local/" + "/".join("+a"[n >> bit & 1] for bit in range(30)))
                for n in range(first, first + 10)
            )
            await raw.say(Subscribe(packet_id=first + 1, requests=requests))
            assert isinstance(await raw.hear(), Suback)
        for number in range(50):
            await raw.say(Publish(topic="local/" + "a/" * 29 + "a", payload=b"%d" % number))
        await raw.say(Pingreq())
        while isinstance(await raw.hear(), Publish):
            pass


async def test_wrong_logins_of_people_do_not_hold_up_plugs(attacker: Attacker, beside: Beside) -> None:
    wrong = [attacker.user(f"wrong-{n}") for n in range(200)]
    async with beside("200 wrong logins of a user at once"), AsyncExitStack() as crowd:
        callers = [await crowd.enter_async_context(attacker.call()) for _ in wrong]
        for raw, connect in zip(callers, wrong, strict=True):
            await raw.say(encode(connect).replace(b"anna-s-password", b"anna-s-passw0rd"))
        codes = [await raw.closed() for raw in callers]
    assert {code[3:4] for code in codes} <= {b"\x03", b"\x04", b""}


async def test_10000_retained_topics_from_one_user(
    attacker: Attacker, beside: Beside, hub: HubProcess
) -> None:
    async with (
        beside("10,000 retained topics from one user, then read"),
        attacker.let_in(attacker.user("keeper")) as keeper,
        attacker.let_in(attacker.user("late")) as late,
    ):
        hub.forget_peak()
        before_kb = hub.memory_kb()
        for first in range(0, 10_000, 100):
            await keeper.say(
                *(
                    Publish(topic=f"local/kept/{number}", payload=bytes(500), retain=True)
                    for number in range(first, first + 100)
                )
            )
        await keeper.say(Pingreq())
        assert await keeper.hear() == Pingresp()
        await late.say(Subscribe(packet_id=1, requests=(Request(topic_filter="local/kept/#"),)))
        assert isinstance(await late.hear(), Suback)
        assert isinstance(await late.hear(), Publish)
        kept = 1 + await count_until_quiet(late)
        assert kept == RETAINED_OF_A_USER
        assert hub.peak_kb() - before_kb < RETAINED_OF_A_USER * 2 + GROWTH_KB
        for number in range(10_000):  # leave nothing behind
            await keeper.say(Publish(topic=f"local/kept/{number}", payload=b"", retain=True))
        await keeper.say(Pingreq())
        assert await keeper.hear() == Pingresp()
    assert "No room to retain" in hub.said()


async def count_until_quiet(raw: Raw) -> int:
    """How many messages come until none has come for a while."""
    count = 0
    while True:
        try:
            async with asyncio.timeout(0.5):
                assert isinstance(await raw.hear(), Publish)
        except TimeoutError:
            return count
        count += 1


async def test_one_user_asks_for_sessions_without_end(attacker: Attacker, beside: Beside) -> None:
    refused = 0
    async with beside("150 kept sessions of one user (100 are given)"):
        for number in range(150):
            async with attacker.call() as raw:
                await raw.say(replace(attacker.app(f"kept-{number}"), clean_session=False))
                answer = await raw.hear()
                assert isinstance(answer, Connack)
                refused += answer.code is ConnectCode.SERVER_UNAVAILABLE
        assert refused == 150 - SESSIONS_OF_A_USER
        async with attacker.call() as raw:  # another user still has room
            await raw.say(replace(attacker.user("patient"), clean_session=False))
            assert await raw.hear() == Connack(code=ConnectCode.ACCEPTED)
        for number in range(SESSIONS_OF_A_USER):  # leave nothing behind
            async with attacker.let_in(attacker.app(f"kept-{number}")):
                pass
