from __future__ import annotations

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.virtual.firmware.image import Image, parse_image, render_image

IMAGE = Image(type="mss310", hardware="2.0.0", version="2.1.17", compiled="2022/08/19")
DATA = render_image(IMAGE)


def test_the_container_is_the_chip_makers_by_hand() -> None:
    magic, version, count = struct.unpack_from("<3sBI", DATA)
    assert (magic, version, count) == (b"MMM", 1, 1)
    offset, _, length, *_ = struct.unpack_from("<8I", DATA, 8)
    header = 8 + 4 * 32
    assert hashlib.sha1(DATA[:header]).digest() == DATA[header : header + 20]
    assert offset == header + 20
    binary = DATA[offset : offset + length]
    assert hashlib.sha1(binary).digest() == DATA[offset + length : offset + length + 20]
    assert DATA[offset + length + 20 :] == b"EEEE"


def test_what_is_made_is_read() -> None:
    assert parse_image(DATA) == IMAGE


@given(at=st.integers(0, len(DATA) - 1), change=st.integers(1, 255))
def test_one_wrong_byte_is_noticed(at: int, change: int) -> None:
    damaged = bytearray(DATA)
    damaged[at] ^= change
    with pytest.raises(Malformed):
        parse_image(bytes(damaged))


@given(st.integers(0, len(DATA) - 1))
def test_an_image_that_is_cut_off_is_none(length: int) -> None:
    with pytest.raises(Malformed):
        parse_image(DATA[:length])


@given(st.binary(max_size=400))
def test_any_bytes_are_an_image_or_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_image(data)
    with pytest.raises(Malformed):
        parse_image(b"MMM\x01" + data)
