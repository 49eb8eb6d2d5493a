from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.meter import FRAME_BYTES, Frame, FrameReader, decode_frame, encode_frame
from ownplug.core.meter.frame import MARK

DATA = bytes.fromhex("555A 02DCD0 0005FF 003CD7 002051 4DE568 006243 71 023C 24")
FRAME = decode_frame(DATA)

counts = st.integers(0, 65535)
noise = st.binary(max_size=40).map(lambda data: data.replace(bytes((MARK,)), b""))


def numbered(pulses: int) -> bytes:
    return encode_frame(
        Frame(**{name: getattr(FRAME, name) for name in Frame.__slots__} | {"pulses": pulses})
    )


def fed(data: bytes, cuts: list[int]) -> list[Frame]:
    reader, found, at = FrameReader(), [], 0
    for cut in [*cuts, len(data)]:
        found += reader.feed(data[at : at + cut])
        at += cut
    return found


@given(st.lists(st.tuples(noise, counts), max_size=6), noise, st.lists(st.integers(0, 30), max_size=20))
def test_each_frame_is_found_whatever_lies_between_and_however_it_is_cut(
    parts: list[tuple[bytes, int]], tail: bytes, cuts: list[int]
) -> None:
    data = b"".join(between + numbered(pulses) for between, pulses in parts) + tail
    assert [frame.pulses for frame in fed(data, cuts)] == [pulses for _, pulses in parts]


@given(st.binary(max_size=400), st.lists(st.integers(0, 30), max_size=20))
def test_any_bytes_end_in_the_same_frames_however_they_are_cut(data: bytes, cuts: list[int]) -> None:
    assert fed(data, cuts) == FrameReader().feed(data)


@given(st.integers(1, FRAME_BYTES - 1), counts)
def test_who_comes_in_the_middle_of_a_frame_gets_the_next(missed: int, pulses: int) -> None:
    found = FrameReader().feed(DATA[missed:] + numbered(pulses))
    assert [frame.pulses for frame in found] == [pulses]


@given(st.integers(2, FRAME_BYTES - 1))
def test_a_lost_byte_costs_one_frame(lost: int) -> None:
    found = FrameReader().feed(DATA[:lost] + DATA[lost + 1 :] + numbered(1) + numbered(2))
    assert [frame.pulses for frame in found] == [1, 2]


@pytest.mark.parametrize(
    "data", [b"\x5a" * 100_000, b"\x55\x5a" * 50_000, b"\x00" * 100_000], ids=["marks", "starts", "zeros"]
)
def test_nothing_is_kept_of_what_leads_nowhere(data: bytes) -> None:
    reader = FrameReader()
    assert reader.feed(data) == []
    assert len(reader._held) < FRAME_BYTES
    assert reader.feed(b"\xff" * FRAME_BYTES + DATA) == [FRAME]
