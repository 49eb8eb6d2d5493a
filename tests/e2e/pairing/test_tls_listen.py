"""Waiting for a plug's first bytes."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
from tests.e2e.pairing.conftest import free_port

from ownplug.pairing import first_bytes

pytestmark = pytest.mark.e2e


async def test_whoever_connects_and_says_nothing_is_not_the_one_that_is_waited_for() -> None:
    port = free_port()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(first_bytes("127.0.0.1", port, timeout_s=15))
        await asyncio.to_thread(say, port, b"")
        await asyncio.to_thread(say, port, b"GET / HTTP/1.0\r\n\r\n")
    address, said = waiting.result()
    assert address == "127.0.0.1"
    assert said.startswith(b"GET /")


def say(port: int, words: bytes) -> None:
    for _ in range(100):  # until it listens
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(words)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(100):
                    pass
        except ConnectionRefusedError:
            threading.Event().wait(0.05)
            continue
        except ConnectionError:
            return
        return
