"""The Wi-Fi network that a plug is to join."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from ownplug.core.errors import Malformed, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.meross.cipher import encrypt_wifi_password, wifi_key
from ownplug.core.meross.payloads import Network
from ownplug.core.secret import Secret

_LONGEST_SSID = 32
_SHORTEST_PASSWORD, _LONGEST_PASSWORD = 8, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiNetwork:
    """A network's name, any UTF-8, and its password; an open one has none.

    Raises:
        UsageError: longer or shorter, in bytes, than Wi-Fi allows, or no text at all.
    """

    ssid: str
    password: Secret

    def __post_init__(self) -> None:
        name, secret = _size(self.ssid, "A network's name"), _size(self.password.reveal(), "The password")
        if not 0 < name <= _LONGEST_SSID:
            raise UsageError(f"A network's name has 1 to {_LONGEST_SSID} bytes; this one has {name}.")
        if secret and not _SHORTEST_PASSWORD <= secret <= _LONGEST_PASSWORD:
            raise UsageError(
                f"A Wi-Fi password has {_SHORTEST_PASSWORD} to {_LONGEST_PASSWORD} bytes; this one has {secret}."
            )

    def plain(self, seen: Network | None) -> Network:
        """Return it as `Config.Wifi` wants it, with what the plug's own scan tells of it."""
        clear = base64.b64encode(self.password.reveal().encode()).decode()
        return self._as_told(clear, seen)

    def encrypted(self, seen: Network | None, *, model_type: str, uuid: Uuid) -> Network:
        """Return it as `Config.WifiX` of that plug wants it."""
        return self._as_told(encrypt_wifi_password(self.password, wifi_key(model_type, uuid)), seen)

    def find(self, scanned: list[Network]) -> Network | None:
        """Return the strongest access point of this network in a plug's scan, or None if it hears none."""
        own = [seen for seen in scanned if self._is(seen)]
        return max(own, key=lambda seen: seen.signal if isinstance(seen.signal, int) else 0, default=None)

    def _is(self, seen: Network) -> bool:
        try:
            return seen.ssid_bytes() == self.ssid.encode()
        except Malformed:  # somebody else's network, and no reason to stop
            return False

    def _as_told(self, password: str, seen: Network | None) -> Network:
        ssid = base64.b64encode(self.ssid.encode()).decode()
        if seen is None:
            return Network(ssid=ssid, password=password)
        return Network(
            ssid=ssid,
            password=password,
            bssid=seen.bssid,
            channel=seen.channel,
            encryption=seen.encryption,
            cipher=seen.cipher,
        )


def _size(text: str, what: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        # Without its cause, which would carry a password into a log.
        raise UsageError(f"{what} is not valid UTF-8.") from None
