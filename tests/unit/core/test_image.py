from __future__ import annotations

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed, UsageError
from ownplug.core.image import Binary, parse_container, render_container

TWO = (Binary(data=b"boot" * 9), Binary(data=b"radio" * 7, is_packed=True))
DATA = render_container(TWO)
HEADER_BYTES = 8 + 4 * 32


def by_hand(*records: tuple[int, ...], body: bytes, count: int | None = None, end: bytes = b"EEEE") -> bytes:
    """An image as the notes tell it, made without the code under test."""
    header = struct.pack("<3sBI", b"MMM", 1, len(records) if count is None else count)
    header += b"".join(struct.pack("<8I", *record) for record in records)
    header = header.ljust(HEADER_BYTES, b"\0")
    return header + hashlib.sha1(header).digest() + body + end


def signed(content: bytes) -> bytes:
    return content + hashlib.sha1(content).digest()


def record(offset: int, length: int, *, packed: int = 0) -> tuple[int, ...]:
    return (offset, 0x08010000, length, 0x1000, offset + length, 20, packed, 0)


FIRST = HEADER_BYTES + 20


def test_an_image_made_by_hand_is_read() -> None:
    body = signed(b"one") + signed(b"twenty")
    image = by_hand(record(FIRST, 3), record(FIRST + 23, 6, packed=1), body=body)
    assert parse_container(image) == (Binary(data=b"one"), Binary(data=b"twenty", is_packed=True))


def test_a_gap_between_two_binaries_is_allowed() -> None:
    body = signed(b"one") + b"\xff" * 9 + signed(b"two")
    image = by_hand(record(FIRST, 3), record(FIRST + 32, 3), body=body)
    assert [binary.data for binary in parse_container(image)] == [b"one", b"two"]


@pytest.mark.parametrize(
    ("image", "says"),
    [
        (b"", "no firmware image"),
        (b"<html>" * 100, "no firmware image"),
        (by_hand(body=b""), "0 binaries"),
        (by_hand(record(FIRST, 3), count=5, body=signed(b"one")), "5 binaries"),
        (by_hand(record(FIRST, 0), body=signed(b"")), "not where its header says"),
        (by_hand(record(0, 3), body=signed(b"one")), "not where its header says"),
        (by_hand(record(FIRST, 2**31), body=signed(b"one")), "not where its header says"),
        (by_hand(record(FIRST, 3), record(FIRST, 3), body=signed(b"one")), "Binary 2"),
        (by_hand(record(FIRST, 3), body=signed(b"one")[:-1] + b"x"), "Binary 1 of the image is damaged"),
        (by_hand(record(FIRST, 3), body=signed(b"one"), end=b""), "cut off"),
        (by_hand(record(FIRST, 3), body=signed(b"one"), end=b"EEEE\n"), "something follows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said(image: bytes, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        parse_container(image)


def test_what_is_made_is_read() -> None:
    assert parse_container(DATA) == TWO


@given(at=st.integers(0, len(DATA) - 1), change=st.integers(1, 255))
def test_one_wrong_byte_is_noticed(at: int, change: int) -> None:
    damaged = bytearray(DATA)
    damaged[at] ^= change
    with pytest.raises(Malformed):
        parse_container(bytes(damaged))


@given(st.integers(0, len(DATA) - 1))
def test_an_image_that_is_cut_off_is_none(length: int) -> None:
    with pytest.raises(Malformed):
        parse_container(DATA[:length])


@given(st.binary(max_size=400), st.integers(0, 6), st.lists(st.integers(0, 2**32 - 1), max_size=32))
def test_any_bytes_are_an_image_or_malformed(body: bytes, count: int, numbers: list[int]) -> None:
    header = struct.pack(f"<3sBI{len(numbers)}I", b"MMM", 1, count, *numbers)[:HEADER_BYTES]
    header = header.ljust(HEADER_BYTES, b"\0")
    with pytest.raises(Malformed):
        parse_container(header + hashlib.sha1(header).digest() + body)


@pytest.mark.parametrize("count", [0, 5])
def test_an_image_has_one_to_four_binaries(count: int) -> None:
    with pytest.raises(UsageError, match="1 to 4"):
        render_container([Binary(data=b"x")] * count)
