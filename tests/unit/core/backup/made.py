"""Backups to try things with: small, and with a key that is made at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

from ownplug.core.backup import (
    HEADER_BYTES,
    Cost,
    Header,
    Manifest,
    Part,
    PartFacts,
    Piece,
    make_seal,
    manifest_bytes,
    open_seal,
    sealed,
    unpack,
    unsealed,
)
from ownplug.core.secret import Secret

PASSPHRASE = Secret("four words nobody guesses")
QUICK = Cost(log2_n=1, r=1, p=1)
SALT = bytes(range(16))
WHOLE = {
    Part.DATABASE: b"rows " * 100,
    Part.SETTINGS: b"[web]\n",
    Part.CA: b"ca",
    Part.CA_KEY: b"ca key",
    Part.SERVER: b"server",
    Part.SERVER_KEY: b"server key",
}
BARE = {Part.DATABASE: b"rows " * 100, Part.SETTINGS: b""}


def facts_of(part: Part, content: bytes) -> PartFacts:
    return PartFacts(part=part, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def manifest_of(parts: dict[Part, bytes]) -> Manifest:
    return Manifest(
        ownplug="0.1.0",
        schema=3,
        made_at=datetime(2026, 1, 5, 12, tzinfo=UTC),
        user_id="10001",
        advertised="192.168.1.10",
        plugs=3,
        parts=tuple(facts_of(part, content) for part, content in parts.items()),
    )


def seal_up(content: bytes, passphrase: Secret | None = PASSPHRASE) -> bytes:
    header, seal = make_seal(len(content), passphrase, SALT, QUICK)
    return b"".join(sealed(header, seal, [content]))


def backup_of(parts: dict[Part, bytes], passphrase: Secret | None = PASSPHRASE) -> bytes:
    return seal_up(manifest_bytes(manifest_of(parts))[0] + b"".join(parts.values()), passphrase)


def read(data: bytes, passphrase: Secret | None = PASSPHRASE, *, step: int = 7000) -> dict[Part, bytes]:
    """All that is in a backup, as a program reads it that knows nothing about it."""
    header = Header.decode(data[:HEADER_BYTES])
    seal = open_seal(header, passphrase)
    frames = unsealed(header, seal, _in_steps(data[HEADER_BYTES:], step))
    found: dict[Part, bytes] = {}
    for each in unpack(frames, header.content_bytes, has_secrets=header.is_locked):
        match each:
            case Manifest():
                found = {facts.part: b"" for facts in each.parts}
            case Piece():
                found[each.part] += each.data
    return found


def _in_steps(data: bytes, step: int) -> Iterator[bytes]:
    for at in range(0, len(data), step):
        yield data[at : at + step]
