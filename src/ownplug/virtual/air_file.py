"""The air around virtual plugs as a TOML file.

ntp = "127.0.0.1:12300"       # who answers for pool.ntp.org; without it, nobody

[[network]]
ssid = "Home"
password = "secret123"        # without one it is open
signal = 60                   # and bssid, channel, encryption, cipher, hidden, band_ghz, dhcp

[names]                       # without this table: the names that this machine knows
"hub.lan" = "127.0.0.1"
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from ownplug.core.errors import UsageError
from ownplug.virtual.air import AccessPoint, Air

_SSID_BYTES, _PASSWORD_BYTES = 32, 64
_OPEN, _NO_CIPHER = 0, 0
_LAST_PORT = 65535


class _Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the file; what is left out is as `AccessPoint` has it."""

    ssid: str
    password: str = ""
    bssid: str | msgspec.UnsetType = msgspec.UNSET
    signal: int | msgspec.UnsetType = msgspec.UNSET
    channel: int | msgspec.UnsetType = msgspec.UNSET
    encryption: int | msgspec.UnsetType = msgspec.UNSET
    cipher: int | msgspec.UnsetType = msgspec.UNSET
    hidden: bool | msgspec.UnsetType = msgspec.UNSET
    band_ghz: float | msgspec.UnsetType = msgspec.UNSET
    dhcp: bool | msgspec.UnsetType = msgspec.UNSET


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    network: list[_Network] = []
    names: dict[str, str] | None = None
    ntp: str = ""


def load_air(path: Path) -> Air:
    """Read the air from a file.

    Raises:
        UsageError: it cannot be read, or says something that no air has; the sentence names the place.
    """
    try:
        told = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
        networks = tuple(_access_point(network) for network in told.network)
        _check_place(told.ntp)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"The air in {path} cannot be used: {reason}.") from error
    return Air(networks=networks, is_generous=False, names=told.names, ntp=told.ntp)


def _access_point(network: _Network) -> AccessPoint:
    for name, text, limit in (
        ("ssid", network.ssid, _SSID_BYTES),
        ("password", network.password, _PASSWORD_BYTES),
    ):
        if len(text.encode()) > limit:
            raise msgspec.ValidationError(
                f"the {name} of network {network.ssid!r} has more than {limit} bytes"
            )
    if network.signal is not msgspec.UNSET and not 0 <= network.signal <= 100:
        raise msgspec.ValidationError(f"the signal of network {network.ssid!r} is not 0 to 100")
    told = {
        field: value
        for field in network.__struct_fields__
        if (value := getattr(network, field)) is not msgspec.UNSET
    }
    if not network.password:
        told = {"encryption": _OPEN, "cipher": _NO_CIPHER} | told
    return AccessPoint(**told)


def _check_place(place: str) -> None:
    host, _, port = place.rpartition(":")
    if place and not (host and port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT):
        raise msgspec.ValidationError(f"ntp is not HOST:PORT but {place!r}")
