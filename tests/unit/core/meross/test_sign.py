"""The signature, judged by published vectors and by the MerossIot library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meross_iot.utilities.mqtt import verify_message_signature

from ownplug.core.meross.sign import md5_hex, sign
from ownplug.core.secret import Secret

MESSAGE_ID = "00112233445566778899aabbccddeeff"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("message_id", "key", "timestamp", "expected"),
    [
        (MESSAGE_ID, KEY, 1541642325, "9cdd3f1c422d8d1cfe4a5afca5b7b900"),
        (MESSAGE_ID, "", 1541642325, "f84aba21cf70358c65e26bc96c42db03"),
        ("", "", 0, "cfcd208495d565ef66e7dff9f98764da"),
    ],
    ids=["with a key", "with an empty key", "of nothing"],
)
def test_published_vectors(message_id: str, key: str, timestamp: int, expected: str) -> None:
    assert sign(message_id, Secret(key), timestamp) == expected


@given(message_id=st.text(), key=st.text(), timestamp=st.integers())
def test_a_foreign_library_accepts_every_signature(message_id: str, key: str, timestamp: int) -> None:
    header = {
        "messageId": message_id,
        "timestamp": timestamp,
        "sign": sign(message_id, Secret(key), timestamp),
    }
    assert verify_message_signature(header, key)


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_any_text_can_be_hashed(text: str) -> None:
    assert len(md5_hex(text)) == 32
