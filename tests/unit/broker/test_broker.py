"""The server without listeners: its local clients and its tasks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

from ownplug.aio import SystemClock
from ownplug.broker import Access, Broker, BrokerSettings
from ownplug.broker.broker import SWEEP_S
from ownplug.core.errors import OwnplugError, UsageError
from ownplug.core.mqtt import (
    Change,
    Connack,
    Connect,
    ConnectCode,
    Passage,
    Publish,
    QoS,
    Remembered,
)
from ownplug.core.records import UserChange
from ownplug.testing import FakeClock

if TYPE_CHECKING:
    from tests.unit.broker.conftest import Caller

SILENT = BrokerSettings(mqtts="", mqtt="")


class Closed:
    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        return None

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        raise AssertionError("nobody is here")


class Open:
    """Everybody may do everything."""

    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        return self

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        return Passage.FREE

    def may_subscribe(self, topic_filter: str) -> bool:
        return True

    def may_publish(self, topic: str) -> bool:
        return True


class FullDisk:
    async def load(self) -> Remembered:
        return Remembered()

    async def write(self, changes: Sequence[Change]) -> None:
        raise OwnplugError("The disk is full.")


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_local_clients_hear_what_they_asked_for_in_order() -> None:
    heard: list[tuple[str, bytes]] = []
    async with Broker(SILENT, Closed(), SystemClock()) as broker:
        broker.attach("/appliance/+/publish", lambda topic, payload: heard.append((topic, payload)))
        broker.publish("/appliance/1/publish", b"one")
        broker.publish("/appliance/1/subscribe", b"not for us")
        broker.publish("/appliance/2/publish", b"two")
        await settle()
    assert heard == [("/appliance/1/publish", b"one"), ("/appliance/2/publish", b"two")]


async def test_who_has_detached_hears_no_more() -> None:
    heard: list[bytes] = []
    async with Broker(SILENT, Closed(), SystemClock()) as broker:
        detach = broker.attach("a", lambda topic, payload: heard.append(payload))
        broker.publish("a", b"1")
        detach()
        broker.publish("a", b"2")
        await settle()
    assert heard == [b"1"]


async def test_a_handler_that_fails_is_told_and_the_next_message_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard = asyncio.Event()

    def handle(topic: str, payload: bytes) -> None:
        if payload == b"bad":
            raise ValueError("cannot read this")
        heard.set()

    async with Broker(SILENT, Closed(), SystemClock()) as broker:
        broker.attach("a", handle)
        broker.publish("a", b"bad")
        broker.publish("a", b"good")
        async with asyncio.timeout(10):
            await heard.wait()
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(failures) == 1
    assert "cannot read this" in failures[0].getMessage()


async def test_a_handler_may_publish() -> None:
    heard: list[bytes] = []
    async with Broker(SILENT, Closed(), SystemClock()) as broker:
        broker.attach("question", lambda topic, payload: broker.publish("answer", payload + b"!"))
        broker.attach("answer", lambda topic, payload: heard.append(payload))
        broker.publish("question", b"well")
        await settle()
    assert heard == [b"well!"]


@pytest.mark.parametrize("topic", ["", "a/#", "\0"])
async def test_a_bad_topic_is_our_own_mistake(topic: str) -> None:
    async with Broker(SILENT, Closed(), SystemClock()) as broker:
        with pytest.raises(UsageError, match="MQTT-"):
            broker.publish(topic, b"")


async def test_a_bad_filter_is_our_own_mistake() -> None:
    async with Broker(SILENT, Closed(), SystemClock()) as broker:
        with pytest.raises(UsageError, match="MQTT-"):
            broker.attach("a#", lambda topic, payload: None)


async def test_tls_without_a_certificate_is_our_own_mistake() -> None:
    with pytest.raises(UsageError, match="certificate"):
        async with Broker(BrokerSettings(), Closed(), SystemClock()):
            pass


async def test_an_error_inside_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with Broker(SILENT, Closed(), SystemClock()):
            raise ZeroDivisionError


async def test_addresses_of_what_is_off_are_none() -> None:
    async with Broker(SILENT, Closed(), SystemClock()) as broker:
        assert (broker.tls_address, broker.tcp_address, broker.connection_count) == (None, None, 0)


async def test_warnings_that_were_kept_back_are_counted_each_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    async with Broker(SILENT, Closed(), clock) as broker:
        for _ in range(5):
            broker._board.warn("somebody", "%s did it again", "somebody")
        await clock.advance(60)
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == [
        "somebody did it again",
        "4 more warnings about somebody in the last minute were kept back",
    ]


async def test_what_a_user_left_goes_with_it_and_not_with_its_password() -> None:
    async with Broker(SILENT, Closed(), SystemClock()) as broker:
        retained = broker._board.retained
        for topic, owner in (("a", "anna"), ("b", "ben")):
            broker._board.route(Publish(topic=topic, payload=b"1", retain=True), owner)
        for change in (UserChange.RIGHTS, UserChange.LOGIN):
            broker.user_changed("anna", change)
            assert len(retained) == 2
        broker.user_changed("anna", UserChange.PERSON)
        assert (retained.get("a"), len(retained)) == (None, 1)


@pytest.mark.slow
async def test_who_waits_for_a_disk_that_takes_nothing_is_sent_away_and_nobody_else_is(
    call: Callable[[Broker], Caller],
) -> None:
    clock = FakeClock()
    async with Broker(SILENT, Open(), clock, store=FullDisk()) as broker:
        waiting, other = call(broker), call(broker)
        for caller, name in ((waiting, "anna"), (other, "ben")):
            caller.say(Connect(client_id=name, username=name, password=name.encode()))
            await settle()
            assert caller.heard() == [Connack(code=ConnectCode.ACCEPTED)]
        waiting.say(Publish(topic="anna", payload=b"1", qos=QoS.AT_LEAST_ONCE, packet_id=1, retain=True))
        await clock.advance(SWEEP_S)
        assert (waiting.transport.is_closed, waiting.heard()) == (True, [])
        assert not other.transport.is_closed
        for caller in (waiting, other):
            caller.hang_up()


async def test_what_is_retained_can_be_looked_at() -> None:
    async with Broker(SILENT, Closed(), SystemClock()) as broker:
        for topic in ("a/1", "a/2", "b/1", "a/1/c"):
            broker.publish(topic, topic.encode(), retain=True)
        broker.publish("a/3", b"passing")
        broker.publish("a/2", b"", retain=True)
        assert broker.kept("a/+") == [("a/1", b"a/1")]
        assert broker.kept("+/1") == [("a/1", b"a/1"), ("b/1", b"b/1")]
        with pytest.raises(UsageError):
            broker.kept("a#")
