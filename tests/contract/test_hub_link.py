"""A plug through its hub's API."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from ownplug.core.errors import LinkClosed, NotFound, Unexpected, Unreachable
from ownplug.core.meross import Method
from ownplug.core.secret import Secret
from ownplug.plug import HubLink, connect
from ownplug.testing.recorded_plug import RecordedPlug

ALL = "Appliance.System.All"

Answer = Callable[[str, bytes], bytes | None]
ServeHttp = Callable[[Answer], AbstractAsyncContextManager[str]]


def json_answer(document: object) -> Answer:
    body = json.dumps(document).encode()
    return lambda _path, _body: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def test_a_url_leads_through_a_hub(
    serve_http: ServeHttp, as_hub: Callable[[RecordedPlug], Answer], recorded_plug: RecordedPlug
) -> None:
    async with serve_http(as_hub(recorded_plug)) as url, connect(f"hub+{url}/kettle", token="t") as plug:
        await plug.turn_on()
        assert (await plug.electricity()).power_w == 0.714
    assert [message.method for message in recorded_plug.heard] == ["GET", "SET", "GET"]


async def test_a_name_is_written_as_a_url_wants_it(serve_http: ServeHttp) -> None:
    paths: list[str] = []

    def answer(path: str, body: bytes) -> bytes | None:
        paths.append(path)
        return json_answer({"method": "GETACK", "namespace": ALL, "payload": {}})(path, body)

    async with serve_http(answer) as url, connect(f"hub+{url}/Kettle%20%C3%A4", token="t") as plug:
        await plug.request(ALL)
    assert paths == ["/api/v1/plugs/Kettle%20%C3%A4/request"]


async def test_a_plug_that_the_hub_does_not_know_is_not_found(
    serve_http: ServeHttp, as_hub: Callable[[RecordedPlug], Answer], recorded_plug: RecordedPlug
) -> None:
    async with (
        serve_http(as_hub(recorded_plug)) as url,
        HubLink(url, "toaster", token=Secret("t")) as link,
    ):
        with pytest.raises(NotFound, match="toaster"):
            await link.request(Method.GET, ALL, {})


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"status": "ok"},
        {"method": "GETACK", "namespace": ALL},
        {"method": 1, "namespace": ALL, "payload": {}},
        {"method": "GETACK", "namespace": ALL, "payload": []},
    ],
)
async def test_what_is_no_hub_is_told(serve_http: ServeHttp, document: object) -> None:
    async with (
        serve_http(json_answer(document)) as url,
        HubLink(url, "kettle", token=Secret("t")) as link,
    ):
        with pytest.raises(Unexpected, match="hub"):
            await link.request(Method.GET, ALL, {})


async def test_where_no_hub_listens_it_is_unreachable(serve_http: ServeHttp) -> None:
    async with serve_http(json_answer({})) as url:
        pass
    async with HubLink(url, "kettle", token=Secret("t")) as link:
        with pytest.raises(Unreachable):
            await link.request(Method.GET, ALL, {})


async def test_a_link_works_inside_async_with_only() -> None:
    with pytest.raises(LinkClosed, match="not open"):
        await HubLink("http://127.0.0.1", "kettle", token=Secret("t")).request(Method.GET, ALL, {})
