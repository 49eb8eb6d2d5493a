"""HTTP as plugs really speak it, and what else may answer at a plug's address."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from ownplug.core.errors import (
    BadSignature,
    LinkBroken,
    LinkClosed,
    LinkTimeout,
    Malformed,
    Unexpected,
    Unreachable,
)
from ownplug.core.meross import Method, decode_message
from ownplug.core.secret import Secret
from ownplug.plug import HttpLink
from ownplug.testing.recorded_plug import KEY, RecordedPlug

ALL = "Appliance.System.All"

Answer = Callable[[str, bytes], bytes | None]
ServeHttp = Callable[[Answer], AbstractAsyncContextManager[str]]
AsPlug = Callable[[bytes | None], bytes | None]


def always(answer: bytes | None) -> Answer:
    return lambda _path, _body: answer


async def test_a_request_goes_to_config_and_says_where_it_comes_from(
    serve_http: ServeHttp, recorded_plug: RecordedPlug, as_plug: AsPlug
) -> None:
    paths: list[str] = []

    def answer(path: str, body: bytes) -> bytes | None:
        paths.append(path)
        return as_plug(recorded_plug.answer(body))

    async with serve_http(answer) as url:
        for address in (url, f"{url}/", f"{url}/public"):
            async with HttpLink(address, key=KEY) as link:
                await link.request(Method.GET, ALL, {})
    assert paths == ["/config", "/config", "/public"]
    header = recorded_plug.heard[0].header
    assert header.sender == f"{url}/config"
    assert len(bytes.fromhex(header.message_id)) == 16
    assert len({message.header.message_id for message in recorded_plug.heard}) == 3


async def test_a_dropped_connection_says_what_that_means(serve_http: ServeHttp) -> None:
    async with serve_http(always(None)) as url, HttpLink(url, key=KEY) as link:
        with pytest.raises(LinkBroken, match=r"No answer to Appliance\.System\.All") as caught:
            await link.request(Method.GET, ALL, {})
    assert "do not know" in caught.value.hint
    assert "too long" in caught.value.hint


async def test_a_plug_that_is_gone_after_it_dropped_a_request_dropped_it() -> None:
    async def drop(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.close()
        writer.close()

    server = await asyncio.start_server(drop, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with HttpLink(url, key=KEY, trusting=True) as link:
        with pytest.raises(LinkBroken):
            await link.request(Method.GET, ALL, {})
    await server.wait_closed()


async def test_an_empty_answer_is_no_answer(serve_http: ServeHttp, as_plug: AsPlug) -> None:
    async with serve_http(always(as_plug(b""))) as url, HttpLink(url, key=KEY) as link:
        with pytest.raises(LinkBroken, match="empty"):
            await link.request(Method.GET, ALL, {})


async def test_a_cut_answer_is_told_with_its_length(
    serve_http: ServeHttp, recorded_plug: RecordedPlug, as_plug: AsPlug
) -> None:
    def cut(_path: str, body: bytes) -> bytes | None:
        return as_plug((recorded_plug.answer(body) or b"")[:500])

    async with serve_http(cut) as url, HttpLink(url, key=KEY) as link:
        with pytest.raises(Malformed, match="500 bytes") as caught:
            await link.request(Method.GET, ALL, {})
    assert "3 kB" in caught.value.hint


@pytest.mark.parametrize("body", [b"<html>router</html>", b"{}", b"[1]", b"\xff" * 9, b"[" * 60_000])
async def test_something_else_at_that_address_is_told(
    serve_http: ServeHttp, as_plug: AsPlug, body: bytes
) -> None:
    async with serve_http(always(as_plug(body))) as url, HttpLink(url, key=KEY) as link:
        with pytest.raises(Malformed, match="is not a plug") as caught:
            await link.request(Method.GET, ALL, {})
    assert "Check the address" in caught.value.hint


async def test_another_status_than_200_comes_from_no_plug(serve_http: ServeHttp) -> None:
    refusal = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="10.10.10.1"\r\n\r\n'
    async with serve_http(always(refusal)) as url, HttpLink(url, key=KEY) as link:
        with pytest.raises(Unexpected, match="401"):
            await link.request(Method.GET, ALL, {})


async def test_a_plug_in_pairing_mode_is_taken_at_its_word_only_when_asked_for(
    serve_http: ServeHttp, as_plug: AsPlug
) -> None:
    def keyless(_path: str, body: bytes) -> bytes | None:
        message_id = decode_message(body).header.message_id
        header = {"messageId": message_id, "namespace": ALL, "method": "GETACK", "timestamp": 4, "sign": ""}
        return as_plug(json.dumps({"header": header, "payload": {"all": {}}}).encode())

    async with serve_http(keyless) as url:
        async with HttpLink(url, key=Secret(""), trusting=True) as link:
            assert (await link.request(Method.GET, ALL, {})).data() == {"all": {}}
        async with HttpLink(url, key=Secret("")) as link:
            with pytest.raises(BadSignature):
                await link.request(Method.GET, ALL, {})


async def test_a_plug_that_takes_too_long_is_given_up() -> None:
    gone = asyncio.Event()

    async def never(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    async with server:
        url = "http://{}:{}".format(*server.sockets[0].getsockname())
        async with HttpLink(url, key=KEY, timeout_s=0.2) as link:
            with pytest.raises(LinkTimeout, match=r"0\.2 s"):
                await link.request(Method.GET, ALL, {})
        gone.set()


async def test_where_nobody_listens_the_plug_is_unreachable(serve_http: ServeHttp) -> None:
    async with serve_http(always(None)) as url:
        pass
    async with HttpLink(url, key=KEY) as link:
        with pytest.raises(Unreachable):
            await link.request(Method.GET, ALL, {})


async def test_a_link_works_inside_async_with_only() -> None:
    with pytest.raises(LinkClosed, match="not open"):
        await HttpLink("http://127.0.0.1", key=KEY).request(Method.GET, ALL, {})
