"""The air around a virtual plug: which Wi-Fi networks it sees and which passwords are right."""

from __future__ import annotations

from dataclasses import dataclass

_OPEN = 0
_WPA2_PSK = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    """One Wi-Fi network; `encryption` and `cipher` as in `Config.WifiList` (6 and 3: WPA2 with AES)."""

    ssid: str
    password: str = ""
    bssid: str = "02:00:5e:00:53:01"  # documentation range of RFC 7042, made local
    signal: int = 76  # 0 to 100
    channel: int = 6
    encryption: int = _WPA2_PSK
    cipher: int = 3

    @property
    def is_open(self) -> bool:
        """Whether anybody may join."""
        return self.encryption == _OPEN


HOME = AccessPoint(ssid="Home")


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """The networks in reach.

    Attributes:
        networks: what a scan shows.
        is_generous: every network exists and every password is right, so that nobody has to prepare the air
            before a plug can be tried.
    """

    networks: tuple[AccessPoint, ...] = (HOME,)
    is_generous: bool = True

    def join(self, ssid: str, password: str) -> AccessPoint | None:
        """The access point that lets the plug in, or None."""
        known = next((point for point in self.networks if point.ssid == ssid), None)
        if self.is_generous:
            return known or AccessPoint(ssid=ssid, password=password)
        if known is None or not (known.is_open or known.password == password):
            return None
        return known
