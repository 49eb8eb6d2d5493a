"""Who answers a call by UDP: counted is from where, whatever is said."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ownplug.transport.neighbourhood import answering_hosts

pytestmark = pytest.mark.e2e

QUESTION = b'{"id": "1", "devName": "*"}'


@contextmanager
def answering(*hosts: str) -> Iterator[int]:
    """A machine that answers what it hears, from several addresses, each twice; its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))

        def answer() -> None:
            question, caller = ear.recvfrom(1000)
            assert question == QUESTION
            for host in hosts * 2:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
                    mouth.bind((host, 0))
                    mouth.sendto(b"\xff not JSON", caller)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield ear.getsockname()[1]
        thread.join(5)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_each_host_that_answers_counts_once() -> None:
    with answering("127.0.0.3", "127.0.0.2") as port:
        nobody = ("127.0.0.9", 9)  # it says that no program listens there
        heard = await answering_hosts(QUESTION, [nobody, ("127.0.0.1", port)], port=free_port(), wait_s=0.5)
    assert heard == ["127.0.0.3", "127.0.0.2"]


async def test_a_liar_with_many_addresses_is_heard_256_times() -> None:
    liars = [f"127.0.{third}.{last}" for third in (1, 2) for last in range(1, 201)]
    with answering(*liars) as port:
        heard = await answering_hosts(QUESTION, [("127.0.0.1", port)], port=free_port(), wait_s=1.0)
    assert len(heard) == 256


async def test_while_another_program_has_the_port_nobody_is_heard() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 0))
        port = taken.getsockname()[1]
        assert await answering_hosts(QUESTION, [("127.0.0.1", 9)], port=port, wait_s=5) == []
