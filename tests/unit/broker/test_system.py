from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from ownplug.broker.system import Load, SystemTopics, Traffic
from ownplug.core.mqtt import Connect, Publish, QoS, Request, Suback, Subscribe

if TYPE_CHECKING:
    from tests.unit.broker.conftest import Exchange

Q0 = QoS.AT_MOST_ONCE


def test_a_steady_load_is_told_as_it_is_over_every_time() -> None:
    load = Load()
    for second in range(10, 36_000, 10):
        load.update(second * 2, 10)
    assert load.rates == {1: pytest.approx(120), 5: pytest.approx(120), 15: pytest.approx(120, rel=1e-6)}


def test_the_shorter_the_time_the_faster_a_load_falls_off() -> None:
    load = Load()
    load.update(600, 10)
    for _ in range(12):
        load.update(600, 10)
    assert 0 < load.rates[1] < load.rates[5]
    before = dict(load.rates)
    load.update(600, 0)
    assert load.rates == before


def test_figures_are_read_at_the_moment_of_asking() -> None:
    traffic, count = Traffic(received=7), [3]
    system = SystemTopics(traffic, {"clients/connected": lambda: count[0]})
    count[0] = 4
    values = system.values(61.4)
    assert values["$SYS/broker/clients/connected"] == b"4"
    assert values["$SYS/broker/messages/received"] == b"7"
    assert values["$SYS/broker/uptime"] == b"61 seconds"
    assert values["$SYS/broker/version"].startswith(b"ownplug ")


async def test_who_subscribes_is_told_at_once_and_then_at_each_interval(
    make_exchange: Callable[..., Exchange],
) -> None:
    exchange = make_exchange()
    caller = exchange.call()
    caller.say(Connect(client_id="x", username="$SYS", password=b"$SYS"))
    await exchange.judge()
    caller.heard()
    topic = "$SYS/broker/clients/connected"
    caller.say(Subscribe(packet_id=3, requests=(Request(topic_filter=topic, qos=QoS.EXACTLY_ONCE),)))
    assert caller.heard() == [
        Suback(packet_id=3, granted=(QoS.EXACTLY_ONCE,)),
        Publish(topic=topic, payload=b"1", retain=True),
    ]
    await exchange.let_in("b")
    exchange.board.tell_system()
    await asyncio.sleep(0)
    assert caller.heard() == [Publish(topic=topic, payload=b"2")]
