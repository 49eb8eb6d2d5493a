"""What strangers can make the log say."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from ownplug.core.mqtt import Connect, Publish

if TYPE_CHECKING:
    from tests.unit.broker.conftest import Exchange

LONGEST_LINE = 500


async def test_long_names_and_topics_are_cut_in_the_log(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caller = exchange.call()
    caller.say(Connect(client_id="i" * 6000, username="anna", password=b"anna"))
    await exchange.judge()
    caller.say(Publish(topic="t" * 60_000, payload=b""))
    caller.hang_up()
    refused = exchange.call()
    refused.say(Connect(client_id="i" * 6000, username="anna", password=b"wrong"))
    await exchange.judge()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) >= 4
    assert max(map(len, said)) < LONGEST_LINE
