"""What a server has kept is recalled apart from what is new: at our own server by call, and at one by network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ownplug.aio import SystemClock
from ownplug.app.own_messenger import own_messenger
from ownplug.broker import Access, Broker, BrokerSettings
from ownplug.core.mqtt import Passage
from ownplug.transport.messenger import Messenger, Server, open_messenger
from ownplug.transport.mqtt import MqttEndpoint

PATIENCE_S = 30.0


class Anybody:
    """Lets everybody do everything."""

    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        return self

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        return Passage.FREE

    def may_subscribe(self, topic_filter: str) -> bool:
        return True

    def may_publish(self, topic: str) -> bool:
        return True


@asynccontextmanager
async def messenger_at(broker: Broker, kind: str) -> AsyncIterator[Messenger]:
    if kind == "by call":
        with own_messenger(broker, None) as own:
            yield own
        return
    assert broker.tcp_address is not None
    host, port = broker.tcp_address
    endpoint = MqttEndpoint(host=host, port=port)
    async with open_messenger(Server(endpoint=endpoint, client_id="far"), None, SystemClock()) as far:
        yield far


@pytest.mark.parametrize("kind", ["by call", "by network"])
async def test_what_is_kept_is_recalled_and_what_is_new_is_heard(kind: str) -> None:
    recalled: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
    heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
    async with Broker(BrokerSettings(mqtts="", mqtt="127.0.0.1:0"), Anybody(), SystemClock()) as broker:
        broker.publish("t/old", b"1", retain=True)
        async with messenger_at(broker, kind) as messenger, asyncio.timeout(PATIENCE_S):
            messenger.recall("t/+", lambda topic, payload: recalled.put_nowait((topic, payload)))
            messenger.listen("t/#", lambda topic, payload: heard.put_nowait((topic, payload)))
            assert await recalled.get() == ("t/old", b"1")
            while heard.empty():  # the subscription may still be on its way
                broker.publish("t/new", b"2", retain=True)
                await asyncio.sleep(0.01)
            assert await heard.get() == ("t/new", b"2")
