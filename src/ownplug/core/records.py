"""What a home remembers on disk: who it is, its plugs, its users, and who else may use its API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRecord:
    """Who a home is: one user id and one key, which its plugs and programs share."""

    user_id: str  # decimal: plugs and cloud programs want digits
    key: Secret  # 32 hexadecimal characters
    advertised: str = ""  # the address last given to plugs


class AfterPowerLoss(Enum):
    """What a plug shall be when it has restarted."""

    KEEP = "keep"  # as its firmware has it: most remember what they were
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLimit:
    """A plug that uses more than `power_w` watts for `for_s` seconds is switched off, and stays off."""

    power_w: float
    for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguards:
    """What the hub sees to about one plug.

    Attributes:
        after_power_loss: what it shall be after a restart.
        limit: how much it may use; None: anything.
        never_off: nothing that comes through the hub may switch it off.
    """

    after_power_loss: AfterPowerLoss = AfterPowerLoss.KEEP
    limit: PowerLimit | None = None
    never_off: bool = False


NO_SAFEGUARDS = Safeguards()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A limit that was broken: the plug stays off until somebody allows it again."""

    at: datetime
    power_w: float


SERIES = 5
"""How many colours charts have for plugs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugRecord:
    """A plug that belongs to the home."""

    uuid: Uuid
    name: str
    registered_at: datetime
    key: Secret | None = None  # its own key; None: the home's
    model: str = ""
    sub_type: str = ""
    hardware: str = ""
    firmware: str = ""
    room: str = ""  # in the owner's words; empty: nobody said
    icon: str = ""  # the name of a picture; empty: nobody chose one
    series: int = 1  # which colour it has in charts: 1 to SERIES
    safeguards: Safeguards = NO_SAFEGUARDS
    trip: Trip | None = None
    uptime_s: float | None = None  # how long it had been up when it was last asked


class Scope(Enum):
    """What a login may do through the API.

    `read` sees everything but secrets, `switch` also switches plugs, `admin` also changes what is remembered, and sees
    secrets.
    """

    READ = "read"
    SWITCH = "switch"
    ADMIN = "admin"

    def covers(self, wanted: Scope) -> bool:
        """Whether who has this may do what `wanted` is for."""
        order = list(Scope)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """A person or program with a name and a password: what it may do through the API and on the MQTT server."""

    name: str
    password_hash: Secret  # argon2, of the password's MD5 where it begins with `md5:`
    read: tuple[str, ...] = ()  # topic filters
    write: tuple[str, ...] = ()
    scope: Scope | None = None  # None: the API is closed to it
    app_plugs: tuple[Uuid, ...] | None = (
        None  # what programs of the vendor's cloud see with its login; None: all
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """A program that uses the API; of its token only the digest is known."""

    id: str
    name: str
    scope: Scope
    digest: str  # SHA-256, hexadecimal: the token is random and long, so nothing slower is needed
    made_at: datetime


class Door(Enum):
    """Where people and programs sign in with name and password."""

    PAGE = "page"
    CLOUD = "cloud"  # the vendor's HTTP interface


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRecord:
    """Where a user has signed in: a browser, or a program; of what it shows only the digest is known.

    Attributes:
        door: by which it came in, and which is all that it opens.
        password_mark: of the user's password at that time. When it changes, the user is signed out everywhere.
    """

    digest: str  # SHA-256, hexadecimal
    user: str
    password_mark: str
    ends_at: datetime
    door: Door = Door.PAGE


class UserChange(Enum):
    """What is not as it was about the name of an MQTT user."""

    RIGHTS = "it has other topic filters"
    LOGIN = "it has another password"
    PERSON = "nobody has it any more, or somebody new"
