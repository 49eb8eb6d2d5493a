"""What pairing does, step by step, as people follow it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ownplug.core.identity import Uuid


class Phase(Enum):
    """The steps, in this order; which of the last ones there are depends on the plug."""

    IDENTIFY = "identify the plug"
    SCAN = "look for the network through the plug"
    SERVER = "try the server as a plug does"
    TIME = "set its clock, time zone and place"
    KEY = "tell it whose it is and which server to use"
    WIFI = "tell it the network"
    CONNECT = "wait for it: TLS, login, its inbox"
    CLOCK = "answer its question for the time"
    BIND = "acknowledge its bind"
    METER = "acknowledge its meter's settings"
    ONLINE = "ask it whether it is at home"
    SWITCH = "switch it and read it back"

    @property
    def code(self) -> str:
        """Its name for programs."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A phase that begins (`found` is empty) or ended well, with what was found."""

    phase: Phase
    done: bool
    found: str = ""
    uuid: Uuid | None = None
