from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.unit.core.backup.made import PASSPHRASE, QUICK, SALT

from ownplug.core.backup import check_passphrase, make_seal, open_seal
from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret


def test_it_is_plain_scrypt_and_aes_gcm() -> None:
    """As the page describes it, so that another program can read a backup."""
    header, seal = make_seal(5, PASSPHRASE, SALT, QUICK)
    frame = seal.close(b"hello", number=3, is_last=True)
    made = hashlib.scrypt(PASSPHRASE.reveal().encode(), salt=SALT, n=2, r=1, p=1, dklen=64)
    place = header.encode() + (3).to_bytes(8) + b"\x01"
    assert AESGCM(made[:32]).decrypt((3).to_bytes(12), frame, place) == b"hello"
    assert header.proof == hmac.digest(made[32:], header.encode()[:40], "sha256")[:16]


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_a_frame_opens_at_its_place_only(passphrase: Secret | None) -> None:
    header, seal = make_seal(5, passphrase, SALT, QUICK)
    frame = seal.close(b"hello", number=3, is_last=False)
    again = open_seal(header, passphrase)
    assert again.open(frame, number=3, is_last=False) == b"hello"
    assert again.open(frame, number=4, is_last=False) is None
    assert again.open(frame, number=3, is_last=True) is None
    other, _ = make_seal(6, passphrase, SALT, QUICK)
    assert open_seal(other, passphrase).open(frame, number=3, is_last=False) is None


@pytest.mark.parametrize("wrong", ["Four words nobody guesses", "four words nobody guesses ", "", "x" * 1000])
def test_a_wrong_passphrase_is_told(wrong: str) -> None:
    header, _ = make_seal(5, PASSPHRASE, SALT, QUICK)
    with pytest.raises(UsageError, match="The passphrase is wrong"):
        open_seal(header, Secret(wrong))


def test_a_missing_and_a_needless_passphrase_are_told() -> None:
    with pytest.raises(UsageError, match="locked with a passphrase"):
        open_seal(make_seal(5, PASSPHRASE, SALT, QUICK)[0], None)
    with pytest.raises(UsageError, match="has no passphrase"):
        open_seal(make_seal(5, None, SALT)[0], PASSPHRASE)


def test_an_accent_may_be_typed_as_one_character_or_as_two() -> None:
    header, _ = make_seal(5, Secret("caf\u00e9 caf\u00e9 caf\u00e9"), SALT, QUICK)
    open_seal(header, Secret("cafe\u0301 cafe\u0301 cafe\u0301"))


def test_half_of_a_character_is_a_passphrase_like_another() -> None:
    header, _ = make_seal(5, Secret("\udcff" * 10), SALT, QUICK)
    open_seal(header, Secret("\udcff" * 10))


def test_a_short_passphrase_is_refused() -> None:
    check_passphrase(Secret("0123456789"))
    with pytest.raises(UsageError, match="at least 10"):
        check_passphrase(Secret("012345678"))
