"""Bodies on the local network as newer firmware wants them: encrypted once the plug has a home.

Until then they are in clear, and `System.Ability` stays so, for it is how a program learns that the rest is not. What
else comes in clear is not answered.

Source: protocol notes, 2.1; assumed (that other namespaces are not exempt, on which sources disagree).
"""

from __future__ import annotations

from ownplug.core.errors import Malformed
from ownplug.core.meross import decode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.cipher import body_key, decrypt, encrypt
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.dispatch import Answered

_CLEAR = b"{"


class Envelope:
    """How one request came, and so how its answer goes: a key that it changes does not count yet.

    Args:
        device: whose.
    """

    def __init__(self, device: Device) -> None:
        is_closed = device.is_paired and ns.ENCRYPT_ECDHE in device.profile.abilities
        self._key = body_key(device.uuid, device.mac, device.key) if is_closed else None

    def open(self, data: bytes) -> bytes | None:
        """The message in a body; None if it must not be answered."""
        if self._key is None:
            return data
        try:
            if not data.lstrip().startswith(_CLEAR):
                return decrypt(data, self._key)
            is_exempt = decode_message(data).namespace == ns.SYSTEM_ABILITY
        except Malformed:
            return None
        self._key = None
        return data if is_exempt else None

    def close(self, answered: Answered) -> bytes:
        """The body that carries an answer."""
        return answered.body if self._key is None else encrypt(answered.body, self._key)
