"""What a home remembers on disk: who it is, its plugs, its MQTT users; and what may change about a user."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """A person or program that may use the MQTT server, and the topic filters it was given."""

    name: str
    password_hash: Secret  # argon2
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


class UserChange(Enum):
    """What is not as it was about the name of an MQTT user."""

    RIGHTS = "it has other topic filters"
    LOGIN = "it has another password"
    PERSON = "nobody has it any more, or somebody new"
