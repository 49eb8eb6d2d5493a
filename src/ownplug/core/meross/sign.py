"""The signature: proof that the sender holds the key, and of nothing else.

It covers neither the payload nor freshness (`docs/security.md`): it tells friend from stranger, not true from
forged. Rights, addresses and TLS carry the weight.
"""

from __future__ import annotations

import hashlib

from ownplug.core.secret import Secret


def sign(message_id: str, key: Secret, timestamp: int) -> str:
    """Return the `sign` of a header: MD5 of message id, key and decimal timestamp, in lower-case hex.

    Source: capture:mss310r-hw2.0.0-fw2.1.4; published vectors in the tests.
    """
    return md5_hex(f"{message_id}{key.reveal()}{timestamp}")


def md5_hex(text: str) -> str:
    """MD5 of UTF-8 text in lower-case hex: what this protocol uses wherever it hashes."""
    return hashlib.md5(text.encode("utf-8", "backslashreplace"), usedforsecurity=False).hexdigest()
