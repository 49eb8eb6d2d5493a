"""What a plug must know of its new home."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ownplug.core.errors import UsageError
from ownplug.core.meross.payloads import Gateway, KeyConfig, KeySet
from ownplug.core.secret import Secret
from ownplug.core.units import Position

_LONGEST_KEY = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAddress:
    """An MQTT server as plugs see it."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allegiance:
    """Whose a plug is: what `Config.Key` tells it.

    Raises:
        UsageError: something that a plug cannot take.
    """

    user_id: str
    key: Secret  # 1 to 32 characters
    servers: tuple[GatewayAddress, ...]  # one or two

    def __post_init__(self) -> None:
        if not 1 <= len(self.servers) <= 2:
            raise UsageError("A plug takes one or two MQTT servers.")
        # Without both, later plugs never open MQTT; a longer key is not known to work. Source: captures (3.2).
        if not self.user_id or not 0 < len(self.key.reveal()) <= _LONGEST_KEY:
            raise UsageError(f"A home has a user id, and a key of 1 to {_LONGEST_KEY} characters.")

    def key_set(self) -> KeySet:
        """Return it as `Config.Key` wants it; a home with one server has it twice.

        Source: captures (protocol notes, 3.2: without a second one strips stop reconnecting).
        """
        first, second = self.servers[0], self.servers[-1]
        gateway = Gateway(host=first.host, port=first.port, second_host=second.host, second_port=second.port)
        return KeySet(key=KeyConfig(user_id=self.user_id, key=self.key.reveal(), gateway=gateway))


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeToJoin(Allegiance):
    """What a plug must know of its new home.

    Raises:
        UsageError: something that a plug cannot take.
    """

    timezone: str  # an IANA name
    position: Position | None = None  # for the sun; None: not told

    def __post_init__(self) -> None:
        Allegiance.__post_init__(self)  # a class with slots is made anew, and super() would mean the old one
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UsageError(f"{self.timezone!r} is not a time zone.") from error
