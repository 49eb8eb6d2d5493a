"""What the world tells the firmware (inputs) and what the firmware wants done in it (effects)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ownplug.core.meross.login import Login
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware.httpd import Request
from ownplug.virtual.parts.outlet import Load


class LifeState(StrEnum):
    """How far a plug has come on its way home."""

    OFF = "off"
    REBOOTING = "rebooting"
    FACTORY = "factory"  # in factory mode: off the air until the console leads it out
    PAIRING = "pairing"
    JOINING = "joining"  # the Wi-Fi network
    CONNECTING = "connecting"  # to the MQTT server
    STARTING = "starting"  # connected, in its start-up talk
    ONLINE = "online"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAsked:
    """A request came in by HTTP; exactly one `HttpAnswer` with the same number will follow."""

    number: int
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerReady:
    """The connection that was asked for stands, and the subscription is acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerLost:
    """The connection that was asked for failed, or ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A message came from the broker."""

    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed:
    """Somebody let go of the button after so long."""

    held_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCycled:
    """The plug was pulled and put back in, or it is put in for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLost:
    """The plug was pulled; until it is put in again it is told nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultsChosen:
    """From now on this goes wrong, and nothing else."""

    faults: Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPluggedIn:
    """Somebody plugged something else into the plug."""

    load: Load


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTold:
    """A time server has answered."""

    unix_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageProgress:
    """So much of the image that was asked for has come."""

    number: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCame:
    """The image that was asked for is there."""

    number: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFailed:
    """The image that was asked for will not come."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleTyped:
    """Bytes came in by the serial console."""

    data: bytes


Happening: TypeAlias = (
    PowerCycled
    | PowerLost
    | FaultsChosen
    | LoadPluggedIn
    | TimeTold
    | ImageProgress
    | ImageCame
    | ImageFailed
)
"""What comes by none of the plug's wires."""

Input: TypeAlias = HttpAsked | BrokerReady | BrokerLost | Delivered | ButtonPressed | ConsoleTyped | Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """Send these bytes and end the connection; without any bytes, drop it."""

    number: int
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectBroker:
    """Connect by TLS and MQTT, subscribe to `inbox` with QoS 1, and report how it went."""

    host: str
    port: int
    client_id: str
    login: Login
    inbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveBroker:
    """End the connection to the broker, without MQTT's farewell: plugs never say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishMessage:
    """Publish with QoS 1, not retained."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePrinted:
    """Send these bytes by the serial console, once the settings are kept that they may tell of."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchImage:
    """Fetch a firmware image by HTTP, of `limit` bytes at most, and tell how it goes under its number."""

    number: int
    url: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTime:
    """Ask the time servers of the internet, once, and tell the time if one answers."""


Effect: TypeAlias = (
    HttpAnswer | ConnectBroker | LeaveBroker | PublishMessage | ConsolePrinted | FetchImage | AskTime
)
