from __future__ import annotations

import pytest
from tests.unit.core.backup.made import PASSPHRASE, QUICK, SALT, seal_up

from ownplug.core.backup import HEADER_BYTES, Header, make_seal, open_seal, sealed, unsealed
from ownplug.core.backup.frames import FRAME_BYTES
from ownplug.core.errors import Conflict, Malformed
from ownplug.core.secret import Secret

FRAME = FRAME_BYTES + 16
CONTENT = bytes(range(256)) * (FRAME_BYTES // 256) * 2 + b"the last"


def opened(data: bytes, passphrase: Secret | None = PASSPHRASE) -> bytes:
    header = Header.decode(data[:HEADER_BYTES])
    return b"".join(unsealed(header, open_seal(header, passphrase), [data[HEADER_BYTES:]]))


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
@pytest.mark.parametrize("length", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES])
def test_what_is_sealed_is_opened(length: int, passphrase: Secret | None) -> None:
    content = CONTENT[:length]
    data = seal_up(content, passphrase)
    assert opened(data, passphrase) == content
    frames = max(1, -(-length // FRAME_BYTES))
    assert len(data) == HEADER_BYTES + length + 16 * frames


def test_without_a_passphrase_it_is_readable_and_with_one_it_is_not() -> None:
    assert b"the last" in seal_up(b"the last", None)
    assert b"the last" not in seal_up(b"the last")


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
@pytest.mark.parametrize("step", [1, 5, FRAME + 1])
def test_the_pieces_in_which_it_comes_do_not_matter(step: int, passphrase: Secret | None) -> None:
    data = seal_up(b"some words", passphrase)
    header = Header.decode(data[:HEADER_BYTES])
    pieces = (data[at : at + step] for at in range(HEADER_BYTES, len(data), step))
    assert b"".join(unsealed(header, open_seal(header, passphrase), pieces)) == b"some words"


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
@pytest.mark.parametrize("missing", [1, 10, 24, 25, FRAME, 2 * FRAME, 2 * FRAME + 24])
def test_a_cut_is_seen_wherever_it_is(missing: int, passphrase: Secret | None) -> None:
    with pytest.raises(Malformed, match="was cut"):
        opened(seal_up(CONTENT, passphrase)[:-missing], passphrase)


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
@pytest.mark.parametrize("more", [b"\x00", bytes(FRAME), b"a whole other file"])
def test_what_was_appended_is_seen(more: bytes, passphrase: Secret | None) -> None:
    with pytest.raises(Malformed, match="appended"):
        opened(seal_up(CONTENT, passphrase) + more, passphrase)


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_frames_cannot_change_places(passphrase: Secret | None) -> None:
    data = seal_up(CONTENT, passphrase)
    first, second = data[HEADER_BYTES:][:FRAME], data[HEADER_BYTES:][FRAME : 2 * FRAME]
    swapped = data[:HEADER_BYTES] + second + first + data[HEADER_BYTES + 2 * FRAME :]
    with pytest.raises(Malformed, match="damaged, in its frame 0"):
        opened(swapped, passphrase)
    twice = data[:HEADER_BYTES] + first + first + data[HEADER_BYTES + 2 * FRAME :]
    with pytest.raises(Malformed, match="damaged, in its frame 1"):
        opened(twice, passphrase)


def test_nothing_of_a_damaged_frame_comes_out() -> None:
    data = bytearray(seal_up(CONTENT))
    data[HEADER_BYTES + FRAME + 1000] ^= 1
    header = Header.decode(bytes(data[:HEADER_BYTES]))
    frames = unsealed(header, open_seal(header, PASSPHRASE), [bytes(data[HEADER_BYTES:])])
    assert next(frames) == CONTENT[:FRAME_BYTES]
    with pytest.raises(Malformed, match="frame 1"):
        next(frames)


@pytest.mark.parametrize("content", [b"short", b"longer than it was said"])
def test_content_of_another_length_than_was_said_is_no_backup(content: bytes) -> None:
    header, seal = make_seal(10, PASSPHRASE, SALT, QUICK)
    with pytest.raises(Conflict, match="changed while"):
        list(sealed(header, seal, [content]))


def test_a_length_beyond_all_bounds_costs_nothing() -> None:
    header, seal = make_seal(2**63, PASSPHRASE, SALT, QUICK)
    with pytest.raises(Malformed, match="was cut"):
        list(unsealed(header, seal, [bytes(100)]))
