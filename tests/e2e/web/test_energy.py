"""Energy over a real socket: what is told as a file, and what is wrong with questions."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ownplug.client import HubAddress, HubClient
from ownplug.core.errors import NotFound, UsageError
from ownplug.core.secret import Secret
from ownplug.hub import PlugChange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.web.conftest import Ask, MemoryHub

pytestmark = pytest.mark.e2e

LOGIN = {"Authorization": "Bearer a-token-of-this-machine"}
JUNE = {"first": "2025-06-01", "last": "2025-06-30"}


@pytest.fixture
async def client(url: str, token: str) -> AsyncIterator[HubClient]:
    async with HubClient(HubAddress(url=url, token=Secret(token))) as hub:
        yield hub


async def saved(client: HubClient, **wish: Any) -> bytes:
    pieces: list[bytes] = []

    async def take(piece: bytes) -> None:
        pieces.append(piece)

    await client.energy.save_table(take, grain="day", **{**JUNE, **wish})
    return b"".join(pieces)


async def test_a_table_is_for_spreadsheets_and_programs(client: HubClient) -> None:
    told = (await saved(client)).decode()
    assert told.splitlines() == [
        "plug,uuid,room,start,energy_wh,covered_s",
        "kettle,1706223411101036000134298f1a2b3c,,2025-06-01,1000.000,3600",
    ]
    rows = json.loads(await saved(client, kind="json"))["rows"]
    assert [(row["plug"], row["start"], row["energy_wh"]) for row in rows] == [
        ("kettle", "2025-06-01", 1000.0)
    ]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", '"=1', "a,b;c"])
async def test_no_cell_is_a_formula(client: HubClient, hub: MemoryHub, name: str) -> None:
    await hub.change("kettle", PlugChange(name=name, room=name))
    [_, row] = csv.reader(io.StringIO((await saved(client, plug=None)).decode()))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert row[0].removeprefix("'") == row[2].removeprefix("'") == name


async def test_what_is_wrong_is_told_before_a_table_begins(client: HubClient) -> None:
    with pytest.raises(NotFound, match="toaster"):
        await saved(client, plug="toaster")
    with pytest.raises(UsageError, match="`from` comes after `to`"):
        await saved(client, first="2025-07-01")


async def test_a_program_asks_for_the_home_and_for_peaks(client: HubClient) -> None:
    told = await client.energy.home_series(grain="hour", by="plug", first="2025-06-01", plug="kettle")
    assert [told["energy_wh"], told["parts"][0]["energy_wh"]] == [[1000.0], [1000.0]]
    assert (await client.energy.home_series(grain="hour", room="cellar"))["plugs"] == 0
    [peak] = await client.energy.peaks(day="2025-05-31", plug="kettle")
    assert (peak["power_w"], peak["at"]) == (2000.5, "2025-05-31T00:00:00.500000Z")
    with pytest.raises(NotFound, match="toaster"):
        await client.energy.peaks(plug="toaster")
    with pytest.raises(UsageError, match="2999"):
        await client.energy.peaks(day="3000-01-01")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("from=2025-06-02&to=2025-06-01", "after"),
        ("from=0001-01-01", "1971"),
        ("to=9999-12-31", "2999"),
        ("from=yesterday", "from"),
        ("grain=fortnight", "grain"),
    ],
)
async def test_a_question_that_means_nothing_is_refused(ask: Ask, query: str, word: str) -> None:
    for path in ("plugs/kettle/energy", "energy/series"):
        answer = await ask("GET", f"/api/v1/{path}?{query}")
        assert answer.status == 400
        assert word in str(answer.json())


async def test_who_listens_can_have_plugs_read_each_second(hub: MemoryHub, url: str) -> None:
    address = f"{url.replace('http', 'ws', 1)}/api/v1/events?watch="
    async with connect(f"{address}kettle", additional_headers=LOGIN, proxy=None):
        async with asyncio.timeout(5):
            await hub.listened.wait()
        assert hub.watched == ["kettle"]
    async with connect(f"{address}toaster", additional_headers=LOGIN, proxy=None) as listener:
        with pytest.raises(ConnectionClosed, match="toaster"):
            await listener.recv()
