"""The answering half with any bytes, without a socket; `tests/e2e/home/test_time.py` asks it for real."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.sntp import decode_answer, encode_question
from ownplug.testing import FakeClock
from ownplug.transport.sntp import _Answering

ASKER = ("192.0.2.7", 50123)

# Random bytes are questions too seldom: the second half has their first byte, in every version.
DATAGRAMS = st.binary(max_size=100) | st.builds(
    lambda version, rest: bytes([version << 3 | 3]) + rest,
    st.integers(0, 7),
    st.binary(min_size=40, max_size=100),
)


class Sent(asyncio.DatagramTransport):
    def __init__(self) -> None:
        super().__init__()
        self.all: list[tuple[bytes, object]] = []

    def sendto(self, data: object, addr: object = None) -> None:
        assert isinstance(data, bytes)
        self.all.append((data, addr))


def answers_to(data: bytes, clock: FakeClock) -> list[tuple[bytes, object]]:
    protocol, transport = _Answering(clock), Sent()
    protocol.connection_made(transport)
    protocol.datagram_received(data, ASKER)
    return transport.all


@given(DATAGRAMS)
def test_any_datagram_gets_one_answer_at_most_and_never_a_longer_one(data: bytes) -> None:
    is_question = len(data) >= 48 and data[0] & 7 == 3 and 1 <= data[0] >> 3 & 7 <= 4
    told = answers_to(data, FakeClock())
    assert [(len(answer), to) for answer, to in told] == ([(48, ASKER)] if is_question else [])


def test_an_answer_tells_the_time_of_the_clock() -> None:
    clock, question = FakeClock(), encode_question(0)
    [(answer, _)] = answers_to(question, clock)
    assert decode_answer(answer, question) == pytest.approx(clock.now().timestamp(), abs=1e-5)


def test_an_answer_is_no_question_so_two_servers_do_not_talk_for_ever() -> None:
    [(answer, _)] = answers_to(encode_question(0), FakeClock())
    assert answers_to(answer, FakeClock()) == []


def test_an_asker_that_is_gone_disturbs_nobody() -> None:
    _Answering(FakeClock()).error_received(ConnectionRefusedError())
