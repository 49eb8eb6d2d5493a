from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.virtual.firmware.httpd import (
    HEAD_LIMIT,
    Progress,
    Request,
    RequestReader,
    render_reply,
    render_unauthorized,
)

POST = b'POST /config?x=1 HTTP/1.1\r\nHost: plug\r\nContent-Length: 9\r\n\r\n{"a":"b"}'

# The head of an MSS310 as it was captured; only the date is ours.
HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Server: HTTPD\r\n"
    b"Date: Thu, 01 Jan 1970 00:07:28 GMT\r\n"
    b"Pragma: no-cache\r\n"
    b"Cache-Control: no-cache\r\n"
    b"Content-Type: application/json;charset=UTF-8\r\n"
    b"Connection: close\r\n"
    b"\r\n"
)


@given(st.lists(st.integers(1, len(POST) - 1), unique=True).map(sorted))
def test_reads_a_request_in_any_pieces(cuts: list[int]) -> None:
    reader = RequestReader(body_limit=1024)
    edges = [0, *cuts, len(POST)]
    for start, end in itertools.pairwise(edges):
        assert reader.progress is Progress.MORE
        reader.feed(POST[start:end])
    assert reader.progress is Progress.WHOLE
    assert reader.request() == Request(method="POST", path="/config", body=b'{"a":"b"}')


def test_line_feeds_alone_will_do_and_what_follows_is_ignored() -> None:
    reader = RequestReader(body_limit=1024)
    assert reader.feed(b"GET / HTTP/1.1\nHost: plug\n\nGET / HTTP/1.1") is Progress.WHOLE
    assert reader.request() == Request(method="GET", path="/")


def test_a_body_above_the_limit_is_read_to_its_end_and_hopeless() -> None:
    reader = RequestReader(body_limit=1024)
    assert (
        reader.feed(b"POST /config HTTP/1.1\r\nContent-Length: 1025\r\n\r\n" + bytes(1024)) is Progress.MORE
    )
    assert reader.feed(b"x") is Progress.HOPELESS


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    reader = RequestReader(body_limit=1024)
    assert (
        reader.feed(b"POST /config HTTP/1.1\r\nContent-Length: 1024\r\n\r\n" + bytes(1024)) is Progress.WHOLE
    )


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"POST /config\r\n\r\n",
        b"POST /config HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /config HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /config HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
        b"POST /config HTTP/1.1\r\nContent-Length: 65537\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * HEAD_LIMIT + b"\r\n\r\n",
        b"x" * (HEAD_LIMIT + 1),
    ],
)
def test_some_requests_are_hopeless_at_once(data: bytes) -> None:
    assert RequestReader(body_limit=1024).feed(data) is Progress.HOPELESS


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data: bytes) -> None:
    RequestReader(body_limit=1024).feed(data)
    RequestReader(body_limit=1024).feed(b"POST /config HTTP/1.1\r\n" + data + b"\r\n\r\n")


def test_an_answer_has_the_captured_head_and_is_cut_at_the_limit() -> None:
    assert render_reply(b"{}", unix_s=448.9, limit=3000) == HEAD + b"{}"
    assert render_reply(b"x" * 3001, unix_s=448, limit=3000) == HEAD + b"x" * 3000


def test_a_browser_is_asked_for_a_login_like_by_the_chips_demo_page() -> None:
    answer = render_unauthorized(unix_s=0)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b'\r\nWWW-Authenticate: Basic realm="10.10.10.1"\r\n' in answer
    assert answer.endswith(b"\r\n\r\n")
