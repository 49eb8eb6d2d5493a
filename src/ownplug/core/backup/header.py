"""The first 64 bytes of a backup: what kind of file it is, and how its key is made of a passphrase."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from ownplug.core.errors import Conflict, Malformed

MAGIC = b"\x89OWNPLUG"  # the first byte is in no text
VERSION = 1
HEADER_BYTES = 64
SALT_BYTES = 16
MEMORY_LIMIT_BYTES = 256 * 1024 * 1024
PARALLEL_LIMIT = 8

_FIELDS = struct.Struct(">8sHBBBBxx16sQ")  # magic, version, locked, log2 n, r, p, salt, bytes of content
_DIGEST_BYTES = 8
_PROOF_BYTES = HEADER_BYTES - _FIELDS.size - _DIGEST_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What scrypt takes to make a key; the default needs 64 MiB and a fraction of a second."""

    log2_n: int = 16
    r: int = 8
    p: int = 2

    @property
    def memory_bytes(self) -> int:
        """How much memory that takes."""
        return 128 * self.r << self.log2_n

    def check(self) -> None:
        """Refuse what would eat the memory of who reads the file, before anything is computed.

        Raises:
            Malformed: more than `MEMORY_LIMIT_BYTES`, more than `PARALLEL_LIMIT` rounds, or no parameters of scrypt.
        """
        if not (self.log2_n and self.r and self.p):
            raise Malformed("The backup is damaged: it does not say how its key is made.")
        if self.memory_bytes > MEMORY_LIMIT_BYTES or self.p > PARALLEL_LIMIT:
            raise Malformed(
                f"The backup wants {self.memory_bytes // 1024**2} MiB of memory, {self.p} times, to try a passphrase. "
                f"No backup of ownplug does: {MEMORY_LIMIT_BYTES // 1024**2} MiB and {PARALLEL_LIMIT} times are taken.",
                hint="Do not trust this file.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What kind of file it is.

    Attributes:
        content_bytes: how long the content is, without the tags of the frames.
        cost: how the key is made; None where nothing is locked.
        salt: 16 bytes of chance; zeros where nothing is locked.
        proof: shows whether a passphrase is right.
    """

    content_bytes: int
    cost: Cost | None = None
    salt: bytes = bytes(SALT_BYTES)
    proof: bytes = bytes(_PROOF_BYTES)

    @property
    def is_locked(self) -> bool:
        """Whether it needs a passphrase, and holds secrets."""
        return self.cost is not None

    def encode(self) -> bytes:
        """Write it."""
        said = self.fields()
        return said + hashlib.sha256(said).digest()[:_DIGEST_BYTES] + self.proof

    def fields(self) -> bytes:
        """Write what it says, without the bytes that prove it."""
        cost = self.cost or Cost(log2_n=0, r=0, p=0)
        numbers = (MAGIC, VERSION, self.is_locked, cost.log2_n, cost.r, cost.p)
        return _FIELDS.pack(*numbers, self.salt, self.content_bytes)

    @classmethod
    def decode(cls, data: bytes) -> Header:
        """Read it from the first `HEADER_BYTES` of a file.

        Raises:
            Malformed: the file is none of ours, cut, or damaged, or would eat the memory.
            Conflict: a newer ownplug made it.
        """
        if not data.startswith(MAGIC):
            raise Malformed("This file is no backup of ownplug.", hint="`ownplug hub backup` makes one.")
        if len(data) < HEADER_BYTES:
            raise Malformed("The backup was cut: its end is missing.", hint="Use another copy.")
        said = data[: _FIELDS.size]
        _, version, locked, log2_n, r, p, salt, content_bytes = _FIELDS.unpack(said)
        if version > VERSION:
            raise Conflict("The backup was made by a newer ownplug.", hint="Update ownplug.")
        digest = hashlib.sha256(said).digest()[:_DIGEST_BYTES]
        if data[len(said) : len(said) + _DIGEST_BYTES] != digest or locked > 1 or version < VERSION:
            raise Malformed("The backup is damaged at its beginning.", hint="Use another copy.")
        cost = Cost(log2_n=log2_n, r=r, p=p) if locked else None
        if cost is not None:
            cost.check()
        proof = data[HEADER_BYTES - _PROOF_BYTES : HEADER_BYTES]
        return cls(content_bytes=content_bytes, cost=cost, salt=salt, proof=proof)
