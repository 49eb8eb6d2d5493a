"""Uuid and MAC of a virtual plug, made from a seed: the same seed is the same plug."""

from __future__ import annotations

import hashlib

from ownplug.core.identity import Uuid

# The OUI of plugs of this generation; home-assistant programs look for these seven digits.
# Source: protocol notes, section 0 and 7.2.
_MAC_START = "34298f1"
_MAC_ROOM = 16**5


def make_uuid(seed: int, index: int = 0) -> Uuid:
    """The uuid of plug number `index` of a fleet: a date, fourteen digits and the MAC, all hexadecimal.

    Two plugs of a fleet never share one, up to 1,048,576 of them.
    """
    drawn = int.from_bytes(hashlib.sha256(f"ownplug {seed}".encode()).digest(), "big")
    drawn, tail = divmod(drawn, _MAC_ROOM)
    drawn, digits = divmod(drawn, 10**14)
    drawn, day = divmod(drawn, 28)
    month = drawn % 12
    mac = f"{_MAC_START}{(tail + index) % _MAC_ROOM:05x}"
    return Uuid.parse(f"18{month + 1:02}{day + 1:02}{digits:014}{mac}")
