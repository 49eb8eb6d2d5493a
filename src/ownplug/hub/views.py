"""What the hub's door shows: the home, a plug, a user, each at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ownplug.core.identity import Uuid
from ownplug.core.records import NO_SAFEGUARDS, Safeguards, Scope, Trip
from ownplug.core.secret import Secret
from ownplug.core.state import PlugState
from ownplug.hub.session import LinkKind
from ownplug.hub.talk import StartupTalk


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """Who the home is and where it listens; what is off is empty."""

    user_id: str
    key: Secret
    started_at: datetime  # the hub
    mqtts: str = ""  # host:port, as given to plugs
    mqtts_also: tuple[str, ...] = ()  # further ones, for programs that have a port built in
    mqtts_legacy: str = ""  # the same for plugs that speak old TLS only
    mqtt: str = ""
    web: str = ""
    cloud: str = ""
    ca: str = ""  # the file with the home's own CA certificate
    timezone: str = "UTC"  # the zone that its plugs are given
    position: str = ""  # and where they are, LATITUDE,LONGITUDE; empty: not told


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugView:
    """One plug of the home: what is remembered of it and how it is now."""

    uuid: Uuid
    name: str
    key: Secret
    registered_at: datetime
    state: PlugState
    model: str
    sub_type: str
    hardware: str
    firmware: str
    room: str = ""
    icon: str = ""
    series: int = 1  # which colour it has in charts
    safeguards: Safeguards = NO_SAFEGUARDS
    trip: Trip | None = None
    edition: str = ""  # of what the owner says of it; another after each change
    talk: StartupTalk | None = None  # of its newest connection since the hub started
    link: LinkKind | None = None  # by which it answers now; None: by none that is known
    answers_in_s: float | None = None  # so long the newest reply by that way took


@dataclass(frozen=True, slots=True, kw_only=True)
class UserView:
    """A user: what it may do through the API, and the topic filters of the MQTT server that it may read and write.

    With its login, programs written for the vendor's cloud see `app_plugs`; None: every plug.
    """

    name: str
    read: tuple[str, ...]
    write: tuple[str, ...]
    scope: Scope | None = None
    app_plugs: tuple[Uuid, ...] | None = None
