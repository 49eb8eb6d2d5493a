from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from ownplug.broker.switchboard import MAX_REMEMBERED_WARNINGS, LocalSubscriber
from ownplug.core.mqtt import Publish, QoS

if TYPE_CHECKING:
    from tests.unit.broker.conftest import Exchange

Q1 = QoS.AT_LEAST_ONCE


async def test_a_message_is_observed_before_it_is_passed_on(exchange: Exchange) -> None:
    heard: list[tuple[str, bytes]] = []
    subscriber = LocalSubscriber(exchange.board.feed, lambda topic, payload: heard.append((topic, payload)))
    exchange.board.subscriptions.add("a", subscriber, Q1)
    caller = await exchange.let_in("a")
    caller.say(Publish(topic="a", payload=b"1"))
    assert (exchange.doorman.observed, heard) == ([("a", b"1")], [])
    exchange.tell()
    assert heard == [("a", b"1")]


async def test_presence_and_messages_are_told_in_order(exchange: Exchange) -> None:
    subscriber = LocalSubscriber(
        exchange.board.feed, lambda topic, payload: exchange.diary.entries.append(("message", topic, ""))
    )
    exchange.board.subscriptions.add("a", subscriber, Q1)
    caller = await exchange.let_in("a")
    caller.say(Publish(topic="a", payload=b"1"))
    caller.hang_up()
    assert [entry[0] for entry in exchange.tell()] == ["connected", "message", "disconnected"]


async def test_the_second_warning_about_somebody_waits_for_the_next_minute(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("anna", "anna", "ben", "anna"):
        exchange.board.warn(name, "%s again", name)
    exchange.board.forget_warnings()
    exchange.board.warn("anna", "%s again", "anna")
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "anna again",
        "ben again",
        "2 more warnings about anna in the last minute were kept back",
        "anna again",
    ]


async def test_warnings_about_ever_new_strangers_do_not_fill_the_log(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(MAX_REMEMBERED_WARNINGS * 2):
        exchange.board.warn(str(number), "again")
    assert len(caplog.records) == MAX_REMEMBERED_WARNINGS


async def test_nobody_is_left_when_the_last_has_gone(exchange: Exchange) -> None:
    assert exchange.board.nobody_left.is_set()
    first, second = exchange.call(), exchange.call()
    first.hang_up()
    still_one = exchange.board.nobody_left.is_set()
    second.hang_up()
    assert (still_one, exchange.board.nobody_left.is_set()) == (False, True)
