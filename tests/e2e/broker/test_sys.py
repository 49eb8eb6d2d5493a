"""`$SYS`: what the server tells of itself, and to whom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.broker import Access
from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    Passage,
    Puback,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
    covers,
    matches,
)

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import Caller, Open

pytestmark = pytest.mark.e2e

Q0, Q1, _ = QoS


class Rights:
    """Rights by filter, as named users have them."""

    def __init__(self, *filters: str) -> None:
        self._filters = filters

    def may_subscribe(self, topic_filter: str) -> bool:
        return any(covers(granted, topic_filter) for granted in self._filters)

    def may_publish(self, topic: str) -> bool:
        return any(matches(granted, topic) for granted in self._filters)


class Usher:
    """The user name is a list of filters."""

    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        await asyncio.sleep(0)
        return Rights(*username.split(","))

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        return Passage.FREE


async def enter(caller: Caller, rights: str) -> None:
    await caller.say(Connect(client_id=rights, username=rights, password=b""))
    assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED)


async def ask(caller: Caller, topic_filter: str) -> QoS | None:
    await caller.say(Subscribe(packet_id=3, requests=(Request(topic_filter=topic_filter),)))
    answer = await caller.hear()
    assert isinstance(answer, Suback)
    return answer.granted[0]


async def test_each_figure_is_told_at_once_and_again(open_house: Open) -> None:
    async with open_house(gatekeeper=Usher(), sys_interval_s=0.05) as house, house.call() as caller:
        house.broker.publish("kept", b"1", retain=True)
        await enter(caller, "$SYS/#")
        assert await ask(caller, "$SYS/broker/retained messages/count") is Q0
        topic = "$SYS/broker/retained messages/count"
        assert await caller.hear() == Publish(topic=topic, payload=b"1", retain=True)
        assert await caller.hear() == Publish(topic=topic, payload=b"1")


async def test_a_server_knows_whether_it_listens_and_what_it_counts(open_house: Open) -> None:
    async with open_house(gatekeeper=Usher()) as house, house.call() as caller:
        await enter(caller, "$SYS/#")
        figures = house.broker.figures()
        assert (figures["connections"], figures["logins/accepted"], figures["clients/connected"]) == (1, 1, 1)
        assert (house.broker.is_listening, house.broker.is_stuck) == (True, False)
    assert house.broker.is_listening is False


async def test_the_hash_does_not_reach_it(open_house: Open) -> None:
    async with open_house(gatekeeper=Usher(), sys_interval_s=0.05) as house, house.call() as caller:
        await enter(caller, "#")
        assert await ask(caller, "$SYS/#") is None
        assert await ask(caller, "+/broker/uptime") is Q0
        assert await ask(caller, "#") is Q0
        await asyncio.sleep(0.2)
        await caller.say(Publish(topic="last", payload=b""))
        assert await caller.hear() == Publish(topic="last", payload=b"")


async def test_nobody_can_write_there(open_house: Open) -> None:
    async with open_house(gatekeeper=Usher(), sys_interval_s=0) as house, house.call() as caller:
        await enter(caller, "$SYS/#")
        assert await ask(caller, "$SYS/#") is Q0
        lie = Publish(topic="$SYS/broker/uptime", payload=b"0", qos=Q1, retain=True, packet_id=9)
        await caller.say(lie)
        assert await caller.hear() == Puback(packet_id=9)
        assert await ask(caller, "$SYS/broker/uptime") is Q0


async def test_mosquittos_client_reads_all_of_it(
    open_house: Open, run_to_end: Callable[..., Any], require_program: Callable[[str, str], str]
) -> None:
    sub = require_program("mosquitto_sub", "apt-get install mosquitto-clients")
    async with open_house(gatekeeper=Usher()) as house:
        to = ["-u", "$SYS/#", "-P", "x", "-h", "127.0.0.1", "-p", str(house.tcp_port)]
        status, printed = await run_to_end(sub, *to, "-t", "$SYS/#", "-v", "--retained-only", "-C", "21")
    assert status == 0
    told = dict(line.removeprefix("$SYS/broker/").rsplit(" ", 1) for line in printed.splitlines())
    (uptime,) = [name for name in told if name.startswith("uptime ")]
    assert told.pop(uptime) == "seconds"
    assert told.pop("version ownplug")
    loads = {f"load/{name}/{minutes}min" for name in LOADS for minutes in (1, 5, 15)}
    assert set(told) == loads | COUNTERS
    assert (told["clients/connected"], told["clients/total"], told["subscriptions/count"]) == ("1", "1", "1")
    assert int(told["bytes/received"]) > 0


LOADS = {"messages/received", "messages/sent", "connections"}
COUNTERS = {
    "bytes/received",
    "bytes/sent",
    "clients/connected",
    "clients/total",
    "messages/received",
    "messages/sent",
    "publish/messages/dropped",
    "retained messages/bytes",
    "retained messages/count",
    "subscriptions/count",
}
