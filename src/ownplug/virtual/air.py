"""The air around a virtual plug: which Wi-Fi networks it hears, which passwords are right, which names are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

_OPEN = 0
_WPA2_PSK = 6
_FAINT = 5  # percent of signal below which nobody can stay. Source: assumed


class JoinFailure(Enum):
    """Why a network cannot be joined; the numbers are those of `Config.Trace` (assumed: real ones are not known)."""

    ABSENT = (1, "no such network")
    WRONG_PASSWORD = (2, "password wrong")
    WEAK = (3, "signal too weak")
    NO_ADDRESS = (4, "no address by DHCP")

    @property
    def code(self) -> int:
        """As `Config.Trace` tells it."""
        return self.value[0]

    @property
    def info(self) -> str:
        """In words."""
        return self.value[1]


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
    hidden: bool = False  # is in no scan, and can be joined by name
    band_ghz: float = 2.4  # these plugs hear 2.4 alone
    dhcp: bool = True  # gives addresses

    @property
    def is_open(self) -> bool:
        """Whether anybody may join."""
        return self.encryption == _OPEN

    @property
    def is_heard(self) -> bool:
        """Whether a plug's radio can hear it at all."""
        return self.band_ghz < 3


HOME = AccessPoint(ssid="Home")


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """The networks in reach.

    Attributes:
        networks: all there are.
        is_generous: every network exists and every password is right, so that nobody has to prepare the air
            before a plug can be tried.
        names: host names and their addresses, all that are known there; None: the names that this machine knows.
        ntp: `host:port` of the server to which `pool.ntp.org` and its like lead; empty: in generous air the time is
            simply told, in other air nobody answers.
    """

    networks: tuple[AccessPoint, ...] = (HOME,)
    is_generous: bool = True
    names: Mapping[str, str] | None = None
    ntp: str = ""

    @property
    def scan(self) -> tuple[AccessPoint, ...]:
        """What a scan shows."""
        return tuple(point for point in self.networks if point.is_heard and not point.hidden)

    def join(self, ssid: str, password: str) -> AccessPoint | JoinFailure:
        """The strongest access point that lets the plug in, or why none does."""
        heard = [point for point in self.networks if point.ssid == ssid and point.is_heard]
        if self.is_generous:
            return heard[0] if heard else AccessPoint(ssid=ssid, password=password)
        if not heard:
            return JoinFailure.ABSENT
        point = max(heard, key=lambda each: each.signal)
        if not (point.is_open or point.password == password):
            return JoinFailure.WRONG_PASSWORD
        if point.signal < _FAINT:
            return JoinFailure.WEAK
        return point if point.dhcp else JoinFailure.NO_ADDRESS

    def resolve(self, host: str) -> str | None:
        """What to connect to for a host name or address; None for a name that nobody knows."""
        return host if self.names is None else self.names.get(host)
