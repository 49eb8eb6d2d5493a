"""The list of plugs where there are many of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ownplug.client import HubAddress, HubClient
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from tests.e2e.web.conftest import Ask, MemoryHub

pytestmark = pytest.mark.e2e


def many(hub: MemoryHub, count: int) -> list[str]:
    assert hub.kettle is not None
    uuids = [f"{number:020d}34298f1a2b3c" for number in range(count)]
    hub.others = [replace(hub.kettle, uuid=Uuid(uuid)) for uuid in uuids]
    return [hub.kettle.uuid.text, *uuids]


async def listed(ask: Ask, query: str = "") -> tuple[list[str], str | None]:
    told = (await ask("GET", f"/api/v1/plugs{query}")).json()
    return [plug["uuid"] for plug in told["plugs"]], told["next"]


async def test_without_a_limit_all_are_told_at_once(ask: Ask, hub: MemoryHub) -> None:
    uuids = many(hub, 350)
    assert await listed(ask) == (uuids, None)


@pytest.mark.parametrize("limit", [1, 99, 100, 101, 117, 250])
async def test_a_page_has_as_many_as_were_asked_for(ask: Ask, hub: MemoryHub, limit: int) -> None:
    uuids = many(hub, 350)
    page, following = await listed(ask, f"?limit={limit}")
    assert page == uuids[:limit]
    page, _ = await listed(ask, f"?limit={limit}&after={following}")
    assert page == uuids[limit : 2 * limit]


async def test_the_last_page_says_that_it_is_the_last(ask: Ask, hub: MemoryHub) -> None:
    uuids = many(hub, 299)
    assert await listed(ask, "?limit=300") == (uuids, None)


@pytest.mark.parametrize("query", ["?limit=0", "?limit=1001", "?limit=x", "?after=kettle", "?after="])
async def test_what_is_no_page_is_refused(ask: Ask, query: str) -> None:
    assert (await ask("GET", f"/api/v1/plugs{query}")).status == 400


async def test_others_are_answered_while_a_long_list_is_made(ask: Ask, hub: MemoryHub) -> None:
    many(hub, 5000)
    order: list[str] = []

    async def call(path: str) -> None:
        await ask("GET", path)
        order.append(path)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(call("/api/v1/plugs"))
        await asyncio.sleep(0.05)
        tasks.create_task(call("/healthz"))
    assert order == ["/healthz", "/api/v1/plugs"]


async def test_the_client_gathers_the_pages(url: str, token: str, hub: MemoryHub) -> None:
    uuids = many(hub, 2100)
    async with HubClient(HubAddress(url=url, token=Secret(token))) as client:
        assert [plug["uuid"] for plug in await client.plugs()] == uuids
