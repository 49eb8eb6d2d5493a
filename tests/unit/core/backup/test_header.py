from __future__ import annotations

import hashlib
import struct
import tracemalloc

import pytest
from tests.unit.core.backup.made import PASSPHRASE, QUICK, SALT

from ownplug.core.backup import HEADER_BYTES, Cost, Header, make_seal
from ownplug.core.errors import Conflict, Malformed


def header_bytes(**changed: int) -> bytes:
    """A header whose digest is right, whatever else it says."""
    said = {"version": 1, "locked": 1, "log2_n": 16, "r": 8, "p": 2, **changed}
    fields = struct.pack(">8sHBBBBxx16sQ", b"\x89OWNPLUG", *said.values(), SALT, 100)
    return fields + hashlib.sha256(fields).digest()[:8] + bytes(16)


def test_the_layout_is_the_documented_one() -> None:
    header, _ = make_seal(100, PASSPHRASE, SALT, Cost())
    assert header.encode()[:48] == header_bytes()[:48]
    assert len(header.encode()) == HEADER_BYTES == 64


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_what_is_written_is_read(passphrase: None) -> None:
    header, _ = make_seal(12345, passphrase, SALT, QUICK)
    assert Header.decode(header.encode()) == header
    assert header.is_locked is (passphrase is not None)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04" + bytes(100), b"SQLite format 3\x00" + bytes(100)])
def test_a_file_of_somebody_else_is_told(data: bytes) -> None:
    with pytest.raises(Malformed, match="no backup of ownplug"):
        Header.decode(data)


def test_a_newer_one_is_told() -> None:
    with pytest.raises(Conflict, match="newer"):
        Header.decode(header_bytes(version=2))


@pytest.mark.parametrize("length", [8, 9, 63])
def test_a_cut_one_is_told(length: int) -> None:
    with pytest.raises(Malformed, match="was cut"):
        Header.decode(header_bytes()[:length])


@pytest.mark.parametrize("at", range(10, 48))
def test_every_byte_of_it_counts(at: int) -> None:
    data = bytearray(header_bytes())
    data[at] ^= 1
    with pytest.raises(Malformed, match="damaged"):
        Header.decode(bytes(data))


@pytest.mark.parametrize(
    "changed", [{"locked": 2}, {"version": 0}, {"log2_n": 0}, {"r": 0}, {"p": 0}], ids=str
)
def test_nonsense_with_a_good_digest_is_refused(changed: dict[str, int]) -> None:
    with pytest.raises(Malformed, match="damaged"):
        Header.decode(header_bytes(**changed))


@pytest.mark.parametrize(
    "changed",
    [{"log2_n": 24}, {"log2_n": 255}, {"r": 255}, {"log2_n": 18, "r": 9}, {"p": 9}, {"p": 255}],
    ids=str,
)
def test_a_file_cannot_eat_the_memory(changed: dict[str, int]) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Malformed, match="MiB of memory") as caught:
            Header.decode(header_bytes(**changed))
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert "Do not trust" in caught.value.hint


def test_what_is_written_is_far_below_what_is_taken() -> None:
    assert Cost().memory_bytes == 64 * 1024 * 1024
    Cost(log2_n=18, r=8, p=8).check()
