"""What a plug must hear to come home: the answers to its start-up talk.

A plug that is not answered falls back to pairing and blinks for ever, so this is the heart of the hub. Pure:
message and time in, answers out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ownplug.core.meross import Message, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import Clock, ClockPayload, PlugTime, TimePayload

Rules = Callable[[datetime], list[tuple[int, int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to send to the plug; a reply repeats the message id of what it answers."""

    method: Method
    namespace: str
    payload: object
    is_reply: bool = False


class Responder:
    """Answers one home's plugs.

    Args:
        timezone: the owner's zone, an IANA name.
        rules: that zone's `timeRule` from a given time on.
    """

    def __init__(self, *, timezone: str, rules: Rules) -> None:
        self._timezone = timezone
        self._rules = rules
        self._today: tuple[datetime, list[tuple[int, int, int]]] | None = None

    def use_zone(self, timezone: str, rules: Rules) -> None:
        """Give plugs another zone from now on; arguments as above."""
        self._timezone, self._rules, self._today = timezone, rules, None

    def receive(self, message: Message, now: datetime) -> list[Answer]:
        """Return what `message`, sent by a plug of its own accord, must be answered with.

        Raises:
            Malformed: the message cannot be read.
        """
        match (message.namespace, message.method):
            case (ns.SYSTEM_CLOCK, Method.PUSH):
                # Source: captures (4.5); a freshly signed header is one of the two forms that work.
                return [Answer(method=Method.PUSH, namespace=ns.SYSTEM_CLOCK, payload=_clock(now))]
            case (ns.CONTROL_BIND, Method.SET):
                # Unacknowledged, newer firmware blinks green for ever. Source: captures (4.5).
                return [Answer(method=Method.SETACK, namespace=ns.CONTROL_BIND, payload={}, is_reply=True)]
            case (ns.CONTROL_CONSUMPTION_CONFIG, Method.PUSH):
                # Newer plugs drop the connection if it does not come back. Source: captures (4.5).
                return [Answer(method=Method.PUSH, namespace=message.namespace, payload=message.payload)]
            case (ns.SYSTEM_TIME, Method.PUSH) if not message.read(TimePayload).time.zone:
                return [self.set_time(now)]
            case _:
                return []

    def set_time(self, now: datetime) -> Answer:
        """Return the request that gives a plug clock, zone and summer time: without them its meter reads 0."""
        time = PlugTime(timestamp=int(now.timestamp()), zone=self._timezone, rules=self._rules_of_today(now))
        return Answer(method=Method.SET, namespace=ns.SYSTEM_TIME, payload=TimePayload(time=time))

    def _rules_of_today(self, now: datetime) -> list[tuple[int, int, int]]:
        # Worked out once a day: it takes milliseconds, and after an outage all plugs come at once.
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if self._today is None or self._today[0] != day:
            self._today = day, self._rules(day)
        return self._today[1]


def _clock(now: datetime) -> ClockPayload:
    return ClockPayload(clock=Clock(timestamp=int(now.timestamp())))
