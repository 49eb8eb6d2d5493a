"""The chance of a virtual plug: the same for the same seed, so that a run can be repeated; nothing in it is secret."""

from __future__ import annotations

import hashlib

_DRAWN = 64  # bytes: so many more than any limit needs that each number below it is as likely


class Chance:
    """Numbers drawn from a seed; one takes a tenth of the memory of `random.Random`, which counts in a fleet.

    Args:
        seed: the same is the same luck.
    """

    __slots__ = ("_count", "_key")

    def __init__(self, seed: str) -> None:
        self._key = hashlib.blake2b(seed.encode(), digest_size=16).digest()
        self._count = 0

    def below(self, limit: int) -> int:
        """A number from 0 to below `limit`, each as likely."""
        self._count += 1
        drawn = hashlib.blake2b(b"%d" % self._count, digest_size=_DRAWN, key=self._key).digest()
        return int.from_bytes(drawn, "big") % limit
