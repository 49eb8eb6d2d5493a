"""What happens in the laboratory, as a listener hears it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.e2e.web.memory_lab import MAC
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ownplug.core.records import Scope
from ownplug.web import Doors

if TYPE_CHECKING:
    from tests.e2e.web.conftest import Ask
    from tests.e2e.web.memory_lab import MemoryLab

    from ownplug.hub import Logins

pytestmark = pytest.mark.e2e

HEARS_S = 10


def listen(url: str, token: str, query: str = "") -> connect:
    address = f"{url.replace('http', 'ws', 1)}/api/v1/lab/events{query}"
    return connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None)


async def heard(socket: ClientConnection) -> Any:
    async with asyncio.timeout(HEARS_S):
        return json.loads(await socket.recv())


@pytest.fixture
def lab(doors: Doors) -> MemoryLab:
    return cast("MemoryLab", doors.lab)


async def test_a_plug_is_told_at_first_and_when_it_has_changed(url: str, token: str, lab: MemoryLab) -> None:
    async with listen(url, token) as socket:
        first = await heard(socket)
        assert (first["event"], first["plug"]["id"], first["plug"]["home"]) == ("plug", MAC, "this-hub")
        lab.rename("saw")
        assert (await heard(socket))["plug"]["name"] == "saw"


async def test_what_goes_over_the_wires_is_told_of_the_plug_that_is_watched(
    url: str, token: str, lab: MemoryLab
) -> None:
    async with listen(url, token, f"?plug={MAC}") as watching, listen(url, token) as other:
        await heard(watching)
        await heard(other)
        lab.say("$ meross info\x1b[2J")
        lab.rename("saw")
        assert await heard(watching) == {
            "event": "wire",
            "at": "2025-06-01T12:00:00Z",
            "wire": "serial",
            "direction": "from-plug",
            "method": "",
            "namespace": "",
            "payload": None,
            "line": "$ meross info\x1b[2J",
        }
        assert (await heard(other))["event"] == "plug"


async def test_who_is_too_slow_is_told_how_much_is_lost(url: str, token: str, lab: MemoryLab) -> None:
    async with listen(url, token, f"?plug={MAC}") as socket:
        await heard(socket)
        for number in range(5):  # three fit
            lab.say(str(number))
        told = [await heard(socket) for _ in range(4)]
    assert told[0] == {"event": "missed", "count": 2}
    assert [each["line"] for each in told[1:]] == ["2", "3", "4"]


async def test_wires_of_a_plug_that_is_not_there_end_with_a_reason(url: str, token: str) -> None:
    async with listen(url, token, "?plug=77") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "No plug is called '77'.")


async def test_only_administrators_listen(url: str, logins: Logins) -> None:
    _, token = await logins.create_token("switcher", Scope.SWITCH)
    with pytest.raises(InvalidStatus):
        await listen(url, token.reveal())


async def test_a_login_that_ends_hears_nothing_more(url: str, logins: Logins) -> None:
    record, token = await logins.create_token("visitor", Scope.ADMIN)
    async with listen(url, token.reveal()) as socket:
        await heard(socket)
        await logins.tokens.revoke(record.id)
        with pytest.raises(ConnectionClosed) as closed:
            await heard(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.reason == "the login has ended"


async def test_a_hub_without_a_laboratory_says_so(ask: Ask, doors: Doors, url: str, token: str) -> None:
    object.__setattr__(doors, "lab", None)
    answer = await ask("GET", "/api/v1/lab/plugs")
    assert (answer.status, answer.json()["detail"]) == (404, "This hub has no laboratory.")
    async with listen(url, token) as socket:
        with pytest.raises(ConnectionClosed, match="no laboratory"):
            await socket.recv()
