"""The settings of a real hub, changed through its API while it runs."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.app import HomeFolder, load_settings, open_hub
from ownplug.client import HubClient, find_hub
from ownplug.core.errors import Forbidden, LinkTimeout, UsageError
from ownplug.core.secret import Secret
from ownplug.virtual import VirtualPlug, VirtualPlugSettings, at_home, parse_faults

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.e2e.web.conftest import Ask, MemoryHub

pytestmark = pytest.mark.e2e

PLACE = "/api/v1/settings"
FILE = "# My home.\n[hub]\nreading_interval_s = 3600 # rarely\n"
PATIENCE_S = 20.0


@pytest.mark.parametrize(
    ("if_match", "status"),
    [(None, 200), ("*", 200), ('"first"', 200), ('W/"first"', 200), ('"other"', 412), ('""', 412)],
)
async def test_who_has_seen_something_else_changes_nothing(
    ask: Ask, if_match: str | None, status: int
) -> None:
    assert (await ask("GET", PLACE)).headers["etag"] == '"first"'
    headers = {} if if_match is None else {"If-Match": if_match}
    answer = await ask("PATCH", PLACE, body=b'{"changes": {"hub.position": ""}}', headers=headers)
    assert (answer.status, answer.headers.get("etag")) == (status, '"second"' if status == 200 else None)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"changes": {}},
        {"changes": []},
        {"changes": {"hub.position": {"a": 1}}},
        {"changes": {"hub.position": [1]}},
        {"changes": {"hub.position": "x" * 1001}},
        {"changes": {"x" * 101: 1}},
        {"changes": {f"a.{number}": 1 for number in range(51)}},
        {"changes": {"hub.position": ""}, "more": 1},
    ],
    ids=lambda sent: str(sent)[:40],
)
async def test_what_is_no_change_does_not_reach_the_hub(ask: Ask, hub: MemoryHub, sent: Any) -> None:
    answer = await ask("PATCH", PLACE, body=json.dumps(sent).encode())
    assert (answer.status, answer.json()["code"], hub.calls) == (400, "usage", [])


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[HomeFolder]:
    """A home whose hub runs."""
    folder = HomeFolder(tmp_path)
    folder.settings_file.write_text(FILE)
    options = {"broker.mqtts": "127.0.0.1:0", "web.port": 0, "network.advertise": "127.0.0.1"}
    settings, origins = load_settings(folder.settings_file, {}, options)
    async with open_hub(folder, settings, origins=origins):
        yield folder


@pytest.fixture
async def client(folder: HomeFolder) -> AsyncIterator[HubClient]:
    async with HubClient(find_hub(folder.path)) as client:
        yield client


async def test_a_changed_home_is_told_to_plugs_and_programs(folder: HomeFolder, client: HubClient) -> None:
    await client.change_settings({"hub.timezone": "Asia/Qatar", "hub.position": "25.3,51.5"})
    home = await client.home(show_secrets=True)
    assert (home["timezone"], home["position"]) == ("Asia/Qatar", "25.3,51.5")
    for show, expected in ((False, "***"), (True, "25.3,51.5")):
        found = {each["name"]: each["value"] for each in await client.settings(show_secrets=show)}
        assert (found["hub.position"], found["hub.timezone"]) == (expected, "Asia/Qatar")
    async with plug_of(home) as plug:
        await until(client, plug, lambda told: told["timezone"] == "Asia/Qatar")
    assert folder.settings_file.read_text() == FILE + 'timezone = "Asia/Qatar"\nposition = "25.3,51.5"\n'


async def test_a_shorter_interval_is_felt_at_once(client: HubClient) -> None:
    home = await client.home(show_secrets=True)
    async with plug_of(home) as plug:
        first = await until(client, plug, lambda told: told["reading"] is not None)
        await client.change_settings({"hub.reading_interval_s": 1})
        second = await until(client, plug, lambda told: told["reading"]["at"] > first["reading"]["at"])
        await until(client, plug, lambda told: told["reading"]["at"] > second["reading"]["at"])


async def test_a_shorter_patience_is_felt_at_once(client: HubClient) -> None:
    home = await client.home(show_secrets=True)
    async with plug_of(home) as plug:
        await until(client, plug, lambda told: told["reading"] is not None)
        await client.change_settings({"hub.request_timeout_s": 0.2})
        plug.set_faults(parse_faults(["loss=1"]))
        with pytest.raises(LinkTimeout, match=r"within 0\.2 seconds"):
            await client.electricity(plug.uuid.text)


async def test_what_is_refused_says_why(folder: HomeFolder, client: HubClient) -> None:
    with pytest.raises(Forbidden, match="whoever can write"):
        await client.change_settings({"web.allowed_hosts": "evil.example"})
    with pytest.raises(UsageError, match="time zone"):
        await client.change_settings({"hub.timezone": "Mars"})
    with pytest.raises(Forbidden):
        await client.change_settings({"broker.mqtts": None})
    assert folder.settings_file.read_text() == FILE


async def test_the_command_line_asks_the_hub_that_runs(folder: HomeFolder, client: HubClient) -> None:
    async def said(*words: str) -> str:
        command = [sys.executable, "-m", "ownplug", "config", *words, "--home", str(folder.path)]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        return out.decode()

    assert await said("set", "hub.command_ttl_s", "3") == "hub.command_ttl_s is 3.0, at once.\n"
    found = {each["name"]: each["value"] for each in await client.settings()}
    assert found["hub.command_ttl_s"] == 3.0
    told = await said("set", "broker.sys_interval_s", "5")
    assert told == "broker.sys_interval_s is 5.0, at the next start of the hub.\n"


def plug_of(home: dict[str, Any]) -> VirtualPlug:
    """A plug of that home, which was told neither zone nor position."""
    host, _, port = home["mqtts"].rpartition(":")
    flash = at_home(host, int(port), key=Secret(home["key"]), user_id=home["user_id"])
    return VirtualPlug(VirtualPlugSettings(flash=flash))


async def until(
    client: HubClient, plug: VirtualPlug, is_so: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """Wait until the hub tells something of the plug; return all that it tells then."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            told = [each for each in await client.plugs() if each["uuid"] == plug.uuid.text]
            if told and is_so(told[0]):
                return told[0]
            await asyncio.sleep(0.05)
