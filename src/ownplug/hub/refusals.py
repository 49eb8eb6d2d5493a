"""Who could not come in, and why: the only witness when a plug was told to come and does not."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ownplug.core.identity import Mac

_REMEMBERED = 200  # anybody in the network can cause them


class RefusalCause(Enum):
    """At which step."""

    TLS = "tls"
    LOGIN = "login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One attempt that failed.

    Attributes:
        at: when.
        address: from where.
        cause: at which step.
        detail: what was wrong, as a sentence; part of it may be the client's own words.
        mac: as which plug it signed in; None where it did not come so far.
    """

    at: datetime
    address: str
    cause: RefusalCause
    detail: str
    mac: Mac | None = None


class Refusals:
    """The newest refusals, oldest first; older ones are forgotten.

    Attributes:
        totals: how many there were since the start, by step.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.totals = dict.fromkeys(RefusalCause, 0)
        self._now = now
        self._kept: deque[Refusal] = deque(maxlen=_REMEMBERED)

    def note(self, address: str, cause: RefusalCause, detail: str, *, mac: Mac | None = None) -> None:
        """Remember one."""
        self.totals[cause] += 1
        self._kept.append(Refusal(at=self._now(), address=address, cause=cause, detail=detail, mac=mac))

    def all(self) -> list[Refusal]:
        """Return what is remembered."""
        return list(self._kept)
