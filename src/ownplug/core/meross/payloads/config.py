"""`Appliance.Config.*`: what pairing tells a plug.

Source: published pairing programs agree on it (protocol notes, 3.2).
"""

from __future__ import annotations

import base64
import binascii

import msgspec
from msgspec import field

from ownplug.core.errors import Malformed


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """The MQTT servers of a plug. The second is always filled: some plugs never reconnect without it."""

    host: str
    port: int
    second_host: str = field(name="secondHost", default="")
    second_port: int = field(name="secondPort", default=0)
    redirect: int = 1


class KeyConfig(msgspec.Struct, frozen=True, kw_only=True):
    """To whom a plug belongs."""

    user_id: str = field(name="userId", default="")
    key: str = ""
    gateway: Gateway


class KeySet(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Config.Key`."""

    key: KeyConfig


class Network(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A Wi-Fi network, as a plug's scan shows it and as `Config.Wifi` takes it."""

    ssid: str  # Base64
    bssid: str = ""
    signal: int | msgspec.UnsetType = msgspec.UNSET  # 0 to 100
    channel: int | msgspec.UnsetType = msgspec.UNSET
    encryption: int | msgspec.UnsetType = msgspec.UNSET
    cipher: int | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET  # Base64, of the clear or of the encrypted text

    def ssid_bytes(self) -> bytes:
        """The network's name: any bytes, often UTF-8.

        Raises:
            Malformed: the text is not Base64.
        """
        try:
            return base64.b64decode(self.ssid, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Malformed(f"A network's name is not Base64: {self.ssid!r}") from error


class WifiListPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Config.WifiList`."""

    networks: list[Network] = field(name="wifiList")


class WifiSet(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Config.Wifi` and `WifiX`."""

    wifi: Network


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """How the last attempt to join a network ended."""

    ssid: str = ""
    bssid: str | msgspec.UnsetType = msgspec.UNSET
    rssi: int | msgspec.UnsetType = msgspec.UNSET
    code: int
    info: str


class TracePayload(msgspec.Struct, frozen=True, kw_only=True):
    """`Appliance.Config.Trace`."""

    trace: Trace
