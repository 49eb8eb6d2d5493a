"""The event stream as a foreign WebSocket client sees it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from ownplug.core.identity import Uuid
from ownplug.hub import PlugOnline, RelaySwitched

if TYPE_CHECKING:
    from tests.e2e.web.conftest import Ask, MemoryHub

pytestmark = pytest.mark.e2e

NOON = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"at": NOON, "uuid": Uuid("1706223411101036000134298f1a2b3c"), "name": "kettle"}
ENDS_S = 10  # far beyond what anything here takes


def events(url: str, **headers: str) -> connect:
    """Open the event stream."""
    return connect(f"{url.replace('http', 'ws')}/api/v1/events", additional_headers=headers, proxy=None)


async def test_what_happens_is_told_as_it_happens(url: str, hub: MemoryHub, token: str) -> None:
    async with events(url, Authorization=f"Bearer {token}") as socket:
        hub.broadcast.publish(RelaySwitched(**WHO, channel=0, on=True))
        told = json.loads(await socket.recv())
    assert told == {
        "event": "relay-switched",
        "at": "2025-06-01T12:00:00Z",
        "uuid": "1706223411101036000134298f1a2b3c",
        "name": "kettle",
        "channel": 0,
        "on": True,
    }


async def test_a_listener_says_at_any_time_what_it_looks_at(url: str, hub: MemoryHub, token: str) -> None:
    async with events(url, Authorization=f"Bearer {token}") as socket:
        for names in (["kettle"], ["kettle", "kettle"], [], ["kettle"]):
            await socket.send(json.dumps({"watch": names}).encode())
            await socket.send("?")  # what is answered, so that what was said before it is heard by then
            assert json.loads(await socket.recv())["event"] == "refused"
            assert hub.watched == names
    async with asyncio.timeout(ENDS_S):
        await hub.left.wait()
    assert hub.watched == []


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ('{"on": true}', "on"),
        ('{"watch": ["kettle"], "on": true}', "on"),
        ('{"watch": "kettle"}', "array"),
        ('{"watch": [1]}', "str"),
        ('{"watch": ["toaster"]}', "toaster"),
        ('{"watch": ["kettle", "toaster"]}', "toaster"),
        (json.dumps({"watch": ["kettle"] * 51}), "50"),
        (json.dumps({"watch": ["k" * 201]}), "200"),
        ('["kettle"]', "object"),
        ("[" * 4000, "object"),
        ('{"watch": ["\\ud800"]}', "watch"),
        ("", "watch"),
        (b"\x00\xff", "watch"),
        (b'{"watch": ["\xff"]}', "watch"),
    ],
)
async def test_what_else_a_listener_says_is_refused_and_changes_nothing(
    url: str, hub: MemoryHub, token: str, said: str | bytes, word: str
) -> None:
    async with connect(
        f"{url.replace('http', 'ws')}/api/v1/events?watch=kettle",
        additional_headers={"Authorization": f"Bearer {token}"},
        proxy=None,
    ) as socket:
        await socket.send(said)
        told = json.loads(await socket.recv())
        assert {name: told[name] for name in ("event", "uuid", "name")} == {
            "event": "refused",
            "uuid": "",
            "name": "",
        }
        assert word in told["reason"]
        assert datetime.fromisoformat(told["at"]).tzinfo is not None
        assert (hub.watched, hub.calls) == (["kettle"], [])
        hub.broadcast.publish(PlugOnline(**WHO))
        assert json.loads(await socket.recv())["event"] == "plug-online"


async def test_a_listener_that_says_too_much_is_sent_away(url: str, token: str) -> None:
    async with events(url, Authorization=f"Bearer {token}") as socket:
        await socket.send("x" * 100_000)
        with pytest.raises(ConnectionClosedError) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


async def test_listeners_do_not_disturb_each_other(url: str, hub: MemoryHub, token: str) -> None:
    login = {"Authorization": f"Bearer {token}"}
    async with events(url, **login) as first, events(url, **login) as second:
        await first.close()
        hub.broadcast.publish(PlugOnline(**WHO))
        assert json.loads(await second.recv())["event"] == "plug-online"


async def test_a_listener_that_left_costs_nothing(url: str, hub: MemoryHub, token: str) -> None:
    async with events(url, Authorization=f"Bearer {token}"):
        assert hub.listened.is_set()
    async with asyncio.timeout(ENDS_S):
        await hub.left.wait()


async def test_a_slow_listener_is_told_what_it_missed(url: str, hub: MemoryHub, token: str) -> None:
    async with events(url, Authorization=f"Bearer {token}") as socket:
        for channel in range(10):  # without a pause: more than the hub keeps for one listener
            hub.broadcast.publish(RelaySwitched(**WHO, channel=channel, on=True))
        told = [json.loads(await socket.recv()) for _ in range(5)]
    assert [message.get("count") for message in told] == [6, None, None, None, None]
    assert [message.get("channel") for message in told] == [None, 6, 7, 8, 9]


async def test_the_stream_ends_when_the_hub_stops(url: str, hub: MemoryHub, token: str) -> None:
    async with events(url, Authorization=f"Bearer {token}") as socket:
        hub.broadcast.close()
        async with asyncio.timeout(ENDS_S):
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "the hub stops")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "unauthorized"),
        ({"Authorization": "Bearer wrong"}, 401, "unauthorized"),
        ({"Authorization": "TOKEN", "Origin": "http://evil.example"}, 403, "forbidden"),
        ({"Authorization": "TOKEN", "Origin": "null"}, 403, "forbidden"),
    ],
)
async def test_nobody_else_may_listen(
    url: str, hub: MemoryHub, token: str, headers: dict[str, str], status: int, code: str
) -> None:
    said = {name: value.replace("TOKEN", f"Bearer {token}") for name, value in headers.items()}
    with pytest.raises(InvalidStatus) as refused:
        await events(url, **said)
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["code"] == code
    assert not hub.listened.is_set()


async def test_nor_may_a_page_whose_name_points_here(ask: Ask, hub: MemoryHub) -> None:
    upgrade = {
        "Host": "evil.example",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    answer = await ask("GET", "/api/v1/events", headers=upgrade)
    assert (answer.status, answer.json()["code"]) == (403, "forbidden")
    assert not hub.listened.is_set()


async def test_other_addresses_offer_no_stream(url: str, token: str) -> None:
    address = f"{url.replace('http', 'ws')}/api/v1/plugs"
    with pytest.raises(InvalidStatus):
        await connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None)
