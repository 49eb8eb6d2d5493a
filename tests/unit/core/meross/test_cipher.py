"""The Wi-Fi password of newer plugs, judged by published vectors and by decryption."""

from __future__ import annotations

import base64
import random
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from meross_iot.controller.mixins.encryption import EncryptionAlg, EncryptionSuiteMixin

from ownplug.core.errors import Malformed
from ownplug.core.identity import Uuid
from ownplug.core.meross.cipher import body_key, decrypt, encrypt, encrypt_wifi_password, wifi_key
from ownplug.core.secret import Secret

KEY = "535f634f1db33f1bfdc5adc4e21c1d99"


def test_the_published_key() -> None:
    assert wifi_key("mss310", Uuid("1811081234567825182734298f1a2b3c")).reveal() == KEY


@pytest.mark.parametrize(
    ("password", "encrypted"),
    [
        ("correct horse", "0gC9jLqeDtZw2/u20PBCjw=="),
        ("0123456789abcdef", "Muc/fHf7doiCtstxK4TQJSXHrlqAcD+BScefLdGwJuE="),
    ],
    ids=["within a block", "a whole block, so one more follows"],
)
def test_published_passwords(password: str, encrypted: str) -> None:
    assert encrypt_wifi_password(Secret(password), Secret(KEY)) == encrypted


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=64))
def test_a_plug_reads_every_password_as_text_that_ends_at_the_first_zero_byte(password: str) -> None:
    encrypted = base64.b64decode(encrypt_wifi_password(Secret(password), Secret(KEY)), validate=True)
    decryptor = Cipher(algorithms.AES(KEY.encode()), modes.CBC(b"0" * 16)).decryptor()
    clear = decryptor.update(encrypted) + decryptor.finalize()
    assert clear.partition(b"\0")[0] == password.encode()
    assert b"\0" in clear


# Composed and computed with OpenSSL (protocol notes, section 14).
PLUG = Uuid("1811081234567825182734298f1a2b3c")
HOME = Secret("0123456789abcdef0123456789abcdef")
BODY_KEY = "30188fc0d7145890bb464657c24ec151"
BODY = b'{"header":{"method":"GET"},"payload":{}}'
CLOSED = b"r1bYjBCi8t2YwnfWBPWuXKUYg2DSn1J3qCi14C8Rrx8CnCuwBBZa5aMs6JvJ+6V4"


class Theirs(EncryptionSuiteMixin):  # type: ignore[misc]
    """The cipher of a published program, with the key of one plug."""

    def __init__(self, uuid: Uuid, key: str) -> None:
        self._encryption_alg = EncryptionAlg.ECDHE256
        self._encryption_key: bytes = b""
        self.set_encryption_key(uuid.text, key, uuid.mac.text)

    @property
    def key(self) -> str:
        return self._encryption_key.decode()


def test_the_published_key_and_body_of_the_local_network() -> None:
    key = body_key(PLUG, PLUG.mac, HOME)
    assert key.reveal() == BODY_KEY
    assert encrypt(BODY, key) == CLOSED
    assert decrypt(CLOSED, key) == BODY


@given(
    st.binary(max_size=300).filter(lambda data: not data.endswith(b"\0")),
    st.text("0123456789abcdef", min_size=32, max_size=32),
)
def test_a_published_program_opens_what_ours_closes_and_ours_what_it_closes(data: bytes, home: str) -> None:
    theirs, key = Theirs(PLUG, home), body_key(PLUG, PLUG.mac, Secret(home))
    assert key.reveal() == theirs.key
    assert encrypt(data, key).decode() == theirs.encrypt(data)
    assert theirs.decrypt(encrypt(data, key)).rstrip(b"\0") == data
    assert decrypt(theirs.encrypt(data), key) == data


def test_200_passwords_are_encrypted_as_a_published_program_does() -> None:
    chance = random.Random(1)
    theirs = Theirs(PLUG, HOME.reveal())
    theirs._encryption_key = KEY.encode()
    for _ in range(200):
        length = chance.randrange(1, 65)
        password = (
            "".join(chance.choice("aZ9 _!ß€語😀") for _ in range(length))
            .encode()[:64]
            .decode("utf-8", "ignore")
        )
        assert encrypt_wifi_password(Secret(password), Secret(KEY)) == theirs.encrypt(password.encode())


@pytest.mark.parametrize("data", [b"", b"!", b"AAAA", "Ü".encode()])
def test_what_is_not_encrypted_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"Base64|blocks"):
        decrypt(data, Secret(KEY))


@given(st.binary(max_size=100))
def test_any_bytes_are_noise_or_malformed(data: bytes) -> None:
    with suppress(Malformed):
        assert isinstance(decrypt(data, Secret(KEY)), bytes)
