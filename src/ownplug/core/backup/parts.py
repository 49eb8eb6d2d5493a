"""What a home is made of: the only things that a backup can hold."""

from __future__ import annotations

from enum import Enum

_MIB = 1024 * 1024


class Part(Enum):
    """One part of a home; its value is its name in a backup."""

    DATABASE = "database"
    SETTINGS = "settings"
    CA = "ca-certificate"
    CA_KEY = "ca-key"
    SERVER = "server-certificate"
    SERVER_KEY = "server-key"

    @property
    def limit_bytes(self) -> int:
        """The longest that it may be."""
        return _LIMITS.get(self, _MIB)


_LIMITS = {Part.DATABASE: 32 * 1024 * _MIB}  # below what one AES-GCM key may lock

TLS_PARTS = frozenset({Part.CA, Part.CA_KEY, Part.SERVER, Part.SERVER_KEY})


def required_parts(*, has_secrets: bool) -> frozenset[Part]:
    """Return what a backup must hold; besides these it may hold the settings, which need not exist."""
    return frozenset({Part.DATABASE}) | (TLS_PARTS if has_secrets else frozenset())
