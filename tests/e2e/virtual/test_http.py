"""The plug's HTTP as curl sees it, byte for byte."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Callable
from typing import Any

import pytest

from ownplug.virtual import VirtualPlug

pytestmark = pytest.mark.e2e

# The head of an MSS310 as its owner captured it.
CAPTURED = (
    b"HTTP/1.1 200 OK\r\n"
    b"Server: HTTPD\r\n"
    b"Date: Thu, 01 Jan 1970 00:07:28 GMT\r\n"
    b"Pragma: no-cache\r\n"
    b"Cache-Control: no-cache\r\n"
    b"Content-Type: application/json;charset=UTF-8\r\n"
    b"Connection: close\r\n"
    b"\r\n"
)
DATE = re.compile(rb"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")
EMPTY_REPLY = 52  # curl's word for a connection closed without a byte


def request(namespace: str, method: str = "GET", filler: str = "") -> bytes:
    header = {
        "messageId": "1",
        "namespace": f"Appliance.{namespace}",
        "method": method,
        "payloadVersion": 1,
        "from": "x",
        "timestamp": 1,
        "sign": "",
    }
    return json.dumps({"header": header, "payload": {"filler": filler}}).encode()


@pytest.fixture
def curl(require_program: Callable[[str, str], str]) -> Callable[..., Any]:
    program = require_program("curl", "apt-get install curl")

    async def run(plug: VirtualPlug, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        host, port = plug.http
        data = [] if body is None else ["--data-binary", "@-"]
        process = await asyncio.create_subprocess_exec(
            *(program, "-s", "-i", "--raw", "--max-time", "20", *data, f"http://{host}:{port}{path}"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate(body)
        assert process.returncode is not None
        return process.returncode, output

    return run


async def test_an_answer_is_framed_as_the_captured_one(curl: Callable[..., Any]) -> None:
    async with VirtualPlug() as plug:
        status, output = await curl(plug, "/config", request("System.Ability"))
    assert status == 0
    head, _, body = output.partition(b"\r\n\r\n")
    assert DATE.sub(b"Date", head + b"\r\n\r\n") == DATE.sub(b"Date", CAPTURED)
    assert b"1970" in head  # nobody has told it the time
    assert len(json.loads(body)["payload"]["ability"]) == 28
    assert b" " not in body


@pytest.mark.parametrize(
    "body",
    [
        request("Control.OverTemp"),
        request("System.All", method="SET"),
        b"{}",
        b"",
        request("System.All", filler="x" * 1024),
        request("System.All", filler="x" * 60_000),
    ],
    ids=["unknown", "wrong method", "no message", "nothing", "above 1 kB", "far above"],
)
async def test_what_it_does_not_take_is_dropped_without_a_byte(curl: Callable[..., Any], body: bytes) -> None:
    async with VirtualPlug() as plug:
        assert await curl(plug, "/config", body) == (EMPTY_REPLY, b"")
        assert (await curl(plug, "/config", request("System.All")))[0] == 0


async def test_the_front_page_asks_for_a_login(curl: Callable[..., Any]) -> None:
    async with VirtualPlug() as plug:
        status, output = await curl(plug, "/")
    assert status == 0
    assert output.startswith(b"HTTP/1.1 401 ")
    assert b'WWW-Authenticate: Basic realm="10.10.10.1"' in output


async def test_one_connection_is_served_at_a_time_and_the_next_waits(curl: Callable[..., Any]) -> None:
    async with VirtualPlug() as plug:
        with socket.create_connection(plug.http) as slow:
            slow.sendall(b"POST /config HTTP/1.1\r\n")
            async with asyncio.TaskGroup() as group:
                second = group.create_task(curl(plug, "/config", request("System.All")))
                done, _ = await asyncio.wait([second], timeout=0.3)
                assert not done
                slow.close()
        status, output = second.result()
        assert status == 0
        assert b"GETACK" in output


async def test_a_fleet_shares_a_process_and_nothing_else(curl: Callable[..., Any]) -> None:
    from ownplug.virtual import VirtualPlugSettings

    async with VirtualPlug() as first, VirtualPlug(VirtualPlugSettings(index=1)) as second:
        assert first.uuid != second.uuid
        for plug in (first, second):
            _, output = await curl(plug, "/config", request("System.Hardware"))
            assert plug.uuid.text.encode() in output
        first.press_button()
        assert (first.relay_on, second.relay_on) == (False, True)
