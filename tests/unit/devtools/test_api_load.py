"""The load on the API reads whole answers, however they arrive, and measures nothing that failed."""

from __future__ import annotations

import asyncio
import dataclasses
import json

import pytest
from devtools.api_load import Order, Talk
from devtools.measure_api import request

ANSWER = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"on": true}'


class Wire(asyncio.Transport):
    """Keeps what is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    def is_closing(self) -> bool:
        return False


@pytest.mark.parametrize("piece", [1, 7, 70, 1000])
def test_the_next_request_waits_for_the_whole_answer(piece: int) -> None:
    wire, talk = Wire(), Talk([b"on", b"off"])
    talk.connection_made(wire)
    for answers in (1, 2, 3):
        for begin in range(0, len(ANSWER), piece):
            assert len(wire.sent) == answers
            talk.data_received(ANSWER[begin : begin + piece])
        assert len(talk.taken_s) == answers
    assert wire.sent == [b"on", b"off", b"on", b"off"]
    assert talk.failure == ""


def test_an_answer_that_is_no_success_is_told() -> None:
    talk = Talk([b"on"])
    talk.connection_made(Wire())
    talk.data_received(b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}")
    assert "404 Not Found" in talk.failure


def test_a_request_is_what_goes_over_the_wire() -> None:
    plain = request("GET", "/x", "127.0.0.1:1", "Cookie: a=b")
    assert plain == "GET /x HTTP/1.1\r\nHost: 127.0.0.1:1\r\nCookie: a=b\r\n\r\n"
    head, _, body = request("PUT", "/x", "h", body={"on": True}).partition("\r\n\r\n")
    assert (json.loads(body), f"Content-Length: {len(body)}" in head) == ({"on": True}, True)


def test_an_order_goes_through_a_file() -> None:
    order = Order(port=1, requests=["GET / HTTP/1.1\r\n\r\n"], headers={"a": "b"}, path="/live")
    assert Order(**json.loads(json.dumps(dataclasses.asdict(order)))) == order
