"""How the hub behaves."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ownplug.core.errors import UsageError
from ownplug.core.units import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """Settings of the hub; the file's section `[hub]`."""

    timezone: str = "UTC"
    """The owner's zone as an IANA name. Plugs that have none are given it; without one, newer meters read 0."""

    position: str = ""
    """Where the home is, as `LATITUDE,LONGITUDE` in degrees: timers in plugs reckon sunrise and sunset by it. Empty:
    plugs are told nothing, and reckon with the equator."""

    request_timeout_s: float = 5.0
    """How long a plug may take to answer, in seconds. Real plugs answer in tenths; a busy radio takes a few."""

    command_ttl_s: float = 10.0
    """How old a command may get before it is dropped, in seconds: who pressed a switch has given up by then, and a
    plug that moves later surprises people."""

    reading_interval_s: float = 30.0
    """How often an online plug at which nothing happens is asked for its power, in seconds: plugs never tell it by
    themselves. One whose power changes is asked every other second for a while, one that is looked at each second."""

    http_fallback: bool = False
    """Whether a plug that is not connected may be reached by plain HTTP. Off: HTTP on the home's network is
    neither secret nor proof of who answers."""

    app_logins: bool = True
    """Whether programs may use the MQTT server with the home's user id and key, as programs written for the vendor's
    cloud do. Off: neither there nor by the vendor's HTTP interface; users with topics of their own are not meant."""

    login_attempts: int = 5
    """Wrong passwords of a person, in a row and from one address, that cost nothing. Each further one doubles the
    time in which that name is not listened to from there. Plugs and programs with the home's key never wait."""

    login_penalty_limit_s: float = 60.0
    """The longest such time, in seconds; 0 turns it off."""

    def __post_init__(self) -> None:
        if not 0.1 <= self.request_timeout_s <= 600:
            raise UsageError("hub.request_timeout_s is between 0.1 and 600 seconds.")
        if not 1 <= self.command_ttl_s <= 3600:
            raise UsageError("hub.command_ttl_s is between 1 and 3,600 seconds.")
        if not 1 <= self.reading_interval_s <= 86_400:
            raise UsageError("hub.reading_interval_s is between 1 and 86,400 seconds.")
        if self.position:
            Position.parse(self.position)
        try:
            ZoneInfo(self.timezone)
        # OSError: "Europe" is a folder of zones.
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UsageError(
                f"{self.timezone[:80]!r} is not a time zone.",
                hint="Use a name such as Europe/Berlin: hub.timezone.",
            ) from error
