"""The backup of a home over a real socket: streamed, refused in words, and never taken for whole when it is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.client import HubAddress, HubClient
from ownplug.core.errors import Conflict, LinkBroken, UsageError
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.web.conftest import Ask, MemoryHub

pytestmark = pytest.mark.e2e

PLACE = "/api/v1/backup"
PASSPHRASE = "four words nobody guesses"


@pytest.fixture
async def client(url: str, token: str) -> AsyncIterator[HubClient]:
    async with HubClient(HubAddress(url=url, token=Secret(token))) as client:
        yield client


class Taken:
    """What came of a file."""

    def __init__(self) -> None:
        self.data = b""

    async def __call__(self, piece: bytes) -> None:
        self.data += piece


@pytest.mark.parametrize("passphrase", [Secret(PASSPHRASE), None])
async def test_a_backup_comes_as_bytes(client: HubClient, hub: MemoryHub, passphrase: Secret | None) -> None:
    taken = Taken()
    await client.backup(passphrase, taken)
    assert taken.data == b"beginning end"
    assert hub.calls == [f"backup {passphrase.reveal() if passphrase else None}", "backup ended"]


async def test_the_answer_is_a_file_that_no_browser_keeps(ask: Ask) -> None:
    answer = await ask("POST", PLACE, body=json.dumps({"passphrase": PASSPHRASE}).encode())
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"passphrase": None},
        {"passphrase": PASSPHRASE, "without_secrets": True},
        {"without_secrets": False},
        {"passphrase": 1234567890},
        {"without_secrets": 1},
        {"passphrase": "x" * 1001},
        {"passphrase": PASSPHRASE, "path": "../../x"},
    ],
    ids=str,
)
async def test_what_to_lock_it_with_is_said_in_one_way(ask: Ask, hub: MemoryHub, sent: Any) -> None:
    answer = await ask("POST", PLACE, body=json.dumps(sent).encode())
    assert (answer.status, answer.json()["code"]) == (400, "usage")
    assert PASSPHRASE.encode() not in answer.body
    assert hub.calls == []


async def test_a_passphrase_in_the_url_is_not_looked_at(ask: Ask, hub: MemoryHub) -> None:
    answer = await ask("POST", f"{PLACE}?passphrase=four-words-nobody-guesses", body=b"{}")
    assert (answer.status, hub.calls) == (400, [])
    assert (await ask("GET", PLACE)).status == 405


async def test_what_fails_before_the_first_byte_is_an_error_of_its_own(
    client: HubClient, hub: MemoryHub
) -> None:
    for failure in (Conflict("Another one."), UsageError("Too short.")):
        hub.failure = failure
        taken = Taken()
        with pytest.raises(type(failure), match=str(failure)):
            await client.backup(Secret(PASSPHRASE), taken)
        assert taken.data == b""


async def test_what_breaks_in_the_middle_is_not_taken_for_whole(client: HubClient, hub: MemoryHub) -> None:
    hub.breaks = Conflict("The home changed.")
    with pytest.raises(LinkBroken):
        await client.backup(Secret(PASSPHRASE), Taken())
