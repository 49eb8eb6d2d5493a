"""The Wi-Fi password of newer plugs, judged by published vectors and by decryption."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.identity import Uuid
from ownplug.core.meross.cipher import encrypt_wifi_password, wifi_key
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
