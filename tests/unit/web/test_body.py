from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from ownplug.core.energy.price_csv import LONGEST_TABLE
from ownplug.core.errors import Malformed
from ownplug.core.image import LONGEST_IMAGE
from ownplug.core.records import Scope as Rights
from ownplug.hub import Caller
from ownplug.web.body import BODY_LIMIT, DEPTH_LIMIT, IMAGE_TYPE, TABLE_TYPE, JsonBodies, check_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_strict_json_passes(value: Any) -> None:
    check_json(json.dumps(value).encode())


@given(st.binary(max_size=200))
def test_no_bytes_break_the_judgement(body: bytes) -> None:
    try:
        check_json(body)
    except Malformed:
        return
    json.loads(body.decode())


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"{} {}",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 18446744073709551616}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1, "a": 2}',
        b'{"b": {"a": 1, "a": 2}}',
        b'{"a": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'["\\udfff"]',
        b'"\\ud800"',
        b"[" * 60_000,
        b"[" * (DEPTH_LIMIT + 1) + b"]" * (DEPTH_LIMIT + 1),
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
    ids=lambda body: repr(body[:30]),
)
def test_everything_else_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        check_json(body)


def test_nesting_is_allowed_up_to_the_limit() -> None:
    check_json(b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT)


class Inner:
    """An application that remembers the body it was given and answers 204."""

    def __init__(self) -> None:
        self.body: bytes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


async def send_body(
    *chunks: bytes,
    length: int | None = None,
    method: str = "PUT",
    path: str = "/",
    content_type: str = "",
    rights: Rights = Rights.ADMIN,
) -> tuple[int, bytes | None]:
    """Push `chunks` through the middleware; return the status and what came through."""
    waiting: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1}
        for number, chunk in enumerate(chunks)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    inner = Inner()
    if content_type:
        headers.append((b"content-type", content_type.encode()))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": headers,
        "state": {"caller": Caller(name="ann", scope=rights)},
    }
    await JsonBodies(inner)(scope, receive, send)
    return sent[0]["status"], inner.body


async def test_a_good_body_comes_through_whole() -> None:
    assert await send_body(b'{"on"', b": true}") == (204, b'{"on": true}')


async def test_no_body_is_no_error() -> None:
    assert await send_body(b"") == (204, b"")


async def test_a_bad_body_never_reaches_a_route() -> None:
    assert await send_body(b"{nonsense") == (400, None)


async def test_a_body_of_exactly_the_limit_passes() -> None:
    body = b'"' + b"x" * (BODY_LIMIT - 2) + b'"'
    assert await send_body(body, length=len(body)) == (204, body)


async def test_a_body_that_says_it_is_too_long_is_not_read() -> None:
    assert await send_body(length=BODY_LIMIT + 1) == (413, None)


async def test_a_body_that_does_not_say_is_read_up_to_the_limit() -> None:
    assert await send_body(*[b"x" * 1000] * 70, b"never asked for") == (413, None)


IMAGE_ROUTE: dict[str, Any] = {
    "method": "POST",
    "path": "/api/v1/plugs/kettle/firmware",
    "content_type": IMAGE_TYPE,
}


async def test_an_image_comes_through_unread_up_to_its_own_limit() -> None:
    image = b"\xff" * LONGEST_IMAGE
    assert await send_body(image[:-1], image[-1:], **IMAGE_ROUTE) == (204, image)
    assert await send_body(image, b"x", b"never asked for", **IMAGE_ROUTE) == (413, None)
    assert await send_body(length=LONGEST_IMAGE + 1, **IMAGE_ROUTE) == (413, None)


TABLE_ROUTE: dict[str, Any] = {
    "method": "PUT",
    "path": "/api/v1/tariffs/prices",
    "content_type": TABLE_TYPE,
}


async def test_a_table_comes_through_unread_up_to_its_own_limit() -> None:
    table = b"\xff" * LONGEST_TABLE
    assert await send_body(table[:-1], table[-1:], **TABLE_ROUTE) == (204, table)
    assert await send_body(table, b"x", b"never asked for", **TABLE_ROUTE) == (413, None)
    assert await send_body(b"\xff", rights=Rights.SWITCH, **TABLE_ROUTE) == (403, None)
    assert await send_body(b"\xff", **(TABLE_ROUTE | {"content_type": IMAGE_TYPE})) == (400, None)
    assert await send_body(b"\xff", **(IMAGE_ROUTE | {"content_type": TABLE_TYPE})) == (400, None)


@pytest.mark.parametrize("rights", [Rights.READ, Rights.SWITCH])
async def test_an_image_of_somebody_who_may_not_is_not_even_read(rights: Rights) -> None:
    assert await send_body(b"\xff", rights=rights, **IMAGE_ROUTE) == (403, None)


@pytest.mark.parametrize(
    "other",
    [
        {"method": "PUT"},
        {"path": "/api/v1/plugs/kettle/firmware/"},
        {"path": "/api/v1/plugs/a/b/firmware"},
        {"path": "/api/v1/plugs//firmware"},
        {"path": "/x/api/v1/plugs/kettle/firmware"},
        {"content_type": "application/json"},
        {"content_type": "application/octet-stream; x=y"},
    ],
    ids=lambda other: str(*other.values()),
)
async def test_anything_that_is_not_quite_that_route_is_judged_as_json(other: dict[str, str]) -> None:
    assert await send_body(b"\xff", **(IMAGE_ROUTE | other)) == (400, None)
    assert await send_body(length=BODY_LIMIT + 1, **(IMAGE_ROUTE | other)) == (413, None)
