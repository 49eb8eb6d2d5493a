from __future__ import annotations

import struct

import ntplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.sntp import decode_answer, encode_answer, encode_question

NOW_S = 1_763_000_000.25


def test_an_answer_is_read_by_a_foreign_library() -> None:
    question = ntplib.NTPPacket(
        mode=3, version=3, tx_timestamp=ntplib.system_to_ntp_time(NOW_S - 5)
    ).to_data()
    told = ntplib.NTPStats()
    told.from_data(encode_answer(question, NOW_S))
    told.dest_timestamp = ntplib.system_to_ntp_time(NOW_S - 5)
    assert told.tx_time == pytest.approx(NOW_S, abs=1e-5)
    assert told.offset == pytest.approx(5, abs=1e-5)
    assert (told.mode, told.version, told.leap) == (4, 3, 0)
    assert 0 < told.stratum < 16


def test_a_foreign_answer_is_read_by_ours() -> None:
    question = encode_question(NOW_S)
    asked = ntplib.NTPPacket()
    asked.from_data(question)
    assert (asked.mode, asked.version) == (3, 4)
    answer = ntplib.NTPPacket(mode=4, version=4, tx_timestamp=ntplib.system_to_ntp_time(NOW_S + 60))
    answer.stratum, answer.orig_timestamp = 2, asked.tx_timestamp
    assert decode_answer(answer.to_data(), question) == pytest.approx(NOW_S + 60, abs=1e-5)


@given(st.floats(0, 2**32 - 1))
def test_what_is_asked_and_answered_is_the_time_until_the_next_century(now_s: float) -> None:
    question = encode_question(now_s)
    assert decode_answer(encode_answer(question, now_s), question) == pytest.approx(now_s, abs=1e-5)


@pytest.mark.parametrize(
    ("at", "value"),
    [(0, 4 << 3 | 3), (0, 3 << 6 | 4 << 3 | 4), (1, 0), (1, 16), (24, 1)],
    ids=["no answer", "unsynchronised", "kiss of death", "stratum", "another question"],
)
def test_an_answer_that_is_none_is_refused(at: int, value: int) -> None:
    question = encode_question(NOW_S)
    answer = bytearray(encode_answer(question, NOW_S))
    answer[at] = value
    with pytest.raises(Malformed):
        decode_answer(bytes(answer), question)


@given(st.binary(max_size=100))
def test_any_bytes_are_a_question_or_malformed(data: bytes) -> None:
    try:
        answer = encode_answer(data, NOW_S)
    except Malformed:
        return
    assert struct.unpack_from("!Q", answer, 24) == struct.unpack_from("!Q", data, 40)
