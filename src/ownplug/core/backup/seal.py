"""The seal of a backup's frames: locked under a key made of a passphrase, or a checksum where nothing is secret."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from ownplug.core.backup.header import MEMORY_LIMIT_BYTES, Cost, Header
from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from ownplug.core.secret import Secret

TAG_BYTES = 16
PASSPHRASE_LENGTH = 10  # characters
_KEY_BYTES = 32


class Seal(Protocol):
    """Closes and opens the frames of one backup. A frame knows its number, and whether it is the last."""

    def close(self, content: bytes, *, number: int, is_last: bool) -> bytes:
        """Make a frame, `TAG_BYTES` longer than its content."""

    def open(self, frame: bytes, *, number: int, is_last: bool) -> bytes | None:
        """Return what is in a frame; None if that is not what was closed there."""


def check_passphrase(passphrase: Secret) -> None:
    """Refuse a passphrase that is too short.

    Raises:
        UsageError: it is.
    """
    if len(passphrase.reveal()) < PASSPHRASE_LENGTH:
        raise UsageError(
            f"A passphrase has at least {PASSPHRASE_LENGTH} characters.",
            hint="Four or five words that nobody would guess are good.",
        )


def make_seal(
    content_bytes: int, passphrase: Secret | None, salt: bytes, cost: Cost | None = None
) -> tuple[Header, Seal]:
    """Make header and seal of a new backup; with a passphrase it takes a fraction of a second.

    Args:
        content_bytes: how long the content will be.
        passphrase: None locks nothing.
        salt: 16 bytes of chance, never used before.
        cost: what scrypt shall take.
    """
    if passphrase is None:
        bare = Header(content_bytes=content_bytes)
        return bare, _Checksum(bare.encode())
    header = Header(content_bytes=content_bytes, cost=cost or Cost(), salt=salt)
    keys = _derive(header, passphrase)
    proven = replace(header, proof=_proof(header, keys))
    return proven, _Lock(proven.encode(), keys.frames)


def open_seal(header: Header, passphrase: Secret | None) -> Seal:
    """Make the seal of a backup that is there.

    Raises:
        UsageError: the passphrase is wrong or missing, or there is one and the file has none.
    """
    if header.cost is None:
        if passphrase is not None:
            raise UsageError("This backup holds no secrets and has no passphrase.")
        return _Checksum(header.encode())
    if passphrase is None:
        raise UsageError("This backup is locked with a passphrase.", hint="Use --passphrase-stdin.")
    keys = _derive(header, passphrase)
    if not hmac.compare_digest(_proof(header, keys), header.proof):
        raise UsageError("The passphrase is wrong.", hint="Upper and lower case and spaces count.")
    return _Lock(header.encode(), keys.frames)


@dataclass(frozen=True, slots=True)
class _Keys:
    """What scrypt makes of a passphrase: one key for the frames, one for the proof."""

    frames: bytes = field(repr=False)
    proof: bytes = field(repr=False)


def _derive(header: Header, passphrase: Secret) -> _Keys:
    cost = header.cost or Cost()
    # One spelling: what looks the same may be typed as one character here, and as a letter and its accent there.
    text = unicodedata.normalize("NFC", passphrase.reveal()).encode("utf-8", "surrogatepass")
    made = hashlib.scrypt(
        text,
        salt=header.salt,
        n=1 << cost.log2_n,
        r=cost.r,
        p=cost.p,
        maxmem=2 * MEMORY_LIMIT_BYTES,
        dklen=2 * _KEY_BYTES,
    )
    return _Keys(made[:_KEY_BYTES], made[_KEY_BYTES:])


def _proof(header: Header, keys: _Keys) -> bytes:
    return hmac.digest(keys.proof, header.fields(), "sha256")[: len(header.proof)]


def _place(header: bytes, number: int, *, is_last: bool) -> bytes:
    """What a frame belongs to: this file, this place, and whether the file ends there."""
    return header + number.to_bytes(8) + bytes([is_last])


class _Lock:
    """AES-256-GCM. The key is of this file alone, so the number of a frame is its nonce."""

    def __init__(self, header: bytes, key: bytes) -> None:
        self._header = header
        self._cipher = _cipher(key)

    def close(self, content: bytes, *, number: int, is_last: bool) -> bytes:
        place = _place(self._header, number, is_last=is_last)
        return self._cipher.encrypt(number.to_bytes(12), content, place)

    def open(self, frame: bytes, *, number: int, is_last: bool) -> bytes | None:
        from cryptography.exceptions import InvalidTag

        place = _place(self._header, number, is_last=is_last)
        try:
            return self._cipher.decrypt(number.to_bytes(12), frame, place)
        except InvalidTag:
            return None


class _Checksum:
    """SHA-256, against accidents: whoever changes such a file on purpose can make it anew."""

    def __init__(self, header: bytes) -> None:
        self._header = header

    def close(self, content: bytes, *, number: int, is_last: bool) -> bytes:
        return content + self._tag(content, number, is_last=is_last)

    def open(self, frame: bytes, *, number: int, is_last: bool) -> bytes | None:
        content, tag = frame[:-TAG_BYTES], frame[-TAG_BYTES:]
        return content if tag == self._tag(content, number, is_last=is_last) else None

    def _tag(self, content: bytes, number: int, *, is_last: bool) -> bytes:
        return hashlib.sha256(_place(self._header, number, is_last=is_last) + content).digest()[:TAG_BYTES]


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
