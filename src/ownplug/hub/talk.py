"""How far a plug's start-up talk came since it connected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ownplug.core.meross import Message, Method
from ownplug.core.meross import namespaces as ns


@dataclass(frozen=True, slots=True, kw_only=True)
class StartupTalk:
    """What a plug has said of the talk that a home must answer; each question was answered at once.

    Attributes:
        connected_at: when it was let in and listened.
        address: from where.
        clock_questions: how often it asked for the time.
        binds: how often it said what it is.
        has_told_meter: whether it told how its meter is set.
    """

    connected_at: datetime
    address: str
    clock_questions: int = 0
    binds: int = 0
    has_told_meter: bool = False

    def heard(self, message: Message) -> StartupTalk:
        """Return it with one message more."""
        match (message.namespace, message.method):
            case (ns.SYSTEM_CLOCK, Method.PUSH):
                return replace(self, clock_questions=self.clock_questions + 1)
            case (ns.CONTROL_BIND, Method.SET | Method.PUSH):
                return replace(self, binds=self.binds + 1)
            case (ns.CONTROL_CONSUMPTION_CONFIG, Method.PUSH):
                return replace(self, has_told_meter=True)
            case _:
                return self
