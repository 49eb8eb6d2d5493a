"""A whole hub whose API speaks HTTPS: found and trusted by its own commands, strange to everybody else."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ownplug.app import HomeFolder, Ready, load_settings, open_hub
from ownplug.client import HubAddress, HubClient, find_hub
from ownplug.core.errors import LinkError, NotFound
from ownplug.core.secret import Secret
from ownplug.plug import connect
from ownplug.transport.tls import client_context

pytestmark = pytest.mark.e2e

OPTIONS = {
    "broker.mqtts": "127.0.0.1:0",
    "web.port": 0,
    "web.https": "on",
    "network.advertise": "127.0.0.1",
}
ANN = {"name": "ann", "password": "correct horse"}


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[Ready]:
    folder = HomeFolder(tmp_path)
    settings, _ = load_settings(folder.settings_file, {}, OPTIONS)
    async with open_hub(folder, settings) as told:
        yield told


async def test_the_hubs_own_commands_trust_it(ready: Ready, tmp_path: Path) -> None:
    assert ready.web.startswith("https://127.0.0.1:")
    async with HubClient(find_hub(tmp_path)) as hub:
        assert (await hub.home())["web"] == ready.web
        await hub.add_user("ann", Secret("correct horse"), scope="admin")


async def test_a_program_elsewhere_names_the_ca(ready: Ready, tmp_path: Path) -> None:
    async with HubClient(find_hub(tmp_path)) as hub:
        token = (await hub.create_token("elsewhere", "read"))["token"]
    there = find_hub(tmp_path / "other", ready.web, token, ready.ca)
    async with HubClient(there) as hub:
        assert await hub.plugs() == []


async def test_a_link_to_a_plug_goes_by_the_same_ca(ready: Ready, tmp_path: Path) -> None:
    token = find_hub(tmp_path).token
    async with connect(f"hub+{ready.web}/nobody", token=token, ca=ready.ca) as plug:
        with pytest.raises(NotFound, match="nobody"):
            await plug.is_on()


async def test_who_does_not_know_the_ca_is_not_fooled(ready: Ready) -> None:
    with pytest.raises(LinkError):
        async with HubClient(HubAddress(url=ready.web, token=Secret("t"))) as hub:
            await hub.plugs()


async def test_weak_ciphers_and_plain_http_are_not_spoken(ready: Ready) -> None:
    place = urlsplit(ready.web)
    weak = client_context(Path(ready.ca))
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("AES128-SHA:@SECLEVEL=0")  # as old plugs speak it, and the MQTT server has to
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(place.hostname, place.port, ssl=weak)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(f"GET /healthz HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    assert b"200" not in await reader.read()
    writer.close()


async def test_the_first_account_by_the_link_and_its_cookie_is_for_https_only(
    ready: Ready, tmp_path: Path
) -> None:
    link, _, code = ready.setup.partition("/welcome#")
    assert link == ready.web
    assert "setup" not in json.loads((tmp_path / "runtime.json").read_text())
    head = await post(ready, "/api/v1/setup", {"code": code, **ANN})
    assert head.startswith("HTTP/1.1 201 ")
    assert "set-cookie: __Host-ownplug-" in head
    assert "; secure" in head.lower()


async def test_a_home_with_an_administrator_prints_no_link(tmp_path: Path) -> None:
    folder = HomeFolder(tmp_path)
    settings, _ = load_settings(folder.settings_file, {}, OPTIONS)
    async with open_hub(folder, settings) as first:
        assert first.setup
        async with HubClient(find_hub(tmp_path)) as hub:
            await hub.add_user("ann", Secret("correct horse"), scope="admin")
    async with open_hub(folder, settings) as second:
        assert second.setup == ""


async def post(ready: Ready, path: str, body: dict[str, str]) -> str:
    """Send a request as a page would, and return the head of the answer."""
    place = urlsplit(ready.web)
    content = json.dumps(body).encode()
    reader, writer = await asyncio.open_connection(
        place.hostname, place.port, ssl=client_context(Path(ready.ca))
    )
    head = f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nOrigin: {ready.web}\r\nConnection: close\r\n"
    said = f"{head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(said.encode() + content)
    answer = (await reader.read()).decode()
    writer.close()
    return answer.partition("\r\n\r\n")[0]
