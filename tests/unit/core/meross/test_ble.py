"""Frames of newer plugs by Bluetooth (protocol notes, 7.3 and 14)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed, UsageError
from ownplug.core.meross.ble import LONGEST_MESSAGE, FrameReader, encode_frame, pieces

MESSAGE = b'{"header":{},"payload":{}}'
FRAME = bytes.fromhex("55aa001a7b22686561646572223a7b7d2c227061796c6f6164223a7b7d7d112f07fcaa55")


def test_the_published_frame() -> None:
    assert encode_frame(MESSAGE) == FRAME
    assert FrameReader().receive(FRAME) == [MESSAGE]


@given(st.lists(st.binary(max_size=300), max_size=4), st.integers(23, 517))
def test_messages_come_through_in_pieces_of_any_size(messages: list[bytes], mtu: int) -> None:
    reader = FrameReader()
    heard = []
    for message in messages:
        cut = list(pieces(encode_frame(message), mtu=mtu))
        assert all(len(piece) <= mtu - 3 for piece in cut)
        for piece in cut:
            heard += reader.receive(piece)
    assert heard == messages


@given(st.binary(max_size=200).filter(lambda noise: b"\x55" not in noise), st.binary(max_size=100))
def test_noise_before_a_frame_is_skipped(noise: bytes, message: bytes) -> None:
    assert FrameReader().receive(noise + encode_frame(message)) == [message]


@given(st.lists(st.binary(max_size=100), max_size=20))
def test_any_bytes_do_no_harm(received: list[bytes]) -> None:
    reader = FrameReader()
    for piece in received:
        with contextlib.suppress(Malformed):
            reader.receive(piece)


@pytest.mark.parametrize("place", [4, 20, 31, 35])
def test_a_damaged_frame_is_told_and_the_next_one_read(place: int) -> None:
    damaged = bytearray(FRAME)
    damaged[place] ^= 1
    reader = FrameReader()
    with pytest.raises(Malformed, match="damaged"):
        reader.receive(bytes(damaged))
    assert reader.receive(FRAME) == [MESSAGE]


def test_what_no_frame_can_carry_is_refused() -> None:
    assert len(encode_frame(bytes(LONGEST_MESSAGE))) == LONGEST_MESSAGE + 10
    with pytest.raises(UsageError, match="at most 65535"):
        encode_frame(bytes(LONGEST_MESSAGE + 1))
    with pytest.raises(UsageError, match="no MTU below 23"):
        list(pieces(FRAME, mtu=22))
