"""The plug's clock and zone. Without them it meters nothing, and its days are UTC days.

Source: captures (protocol notes, 4.5 and 4.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ownplug.aio import Clock
from ownplug.core.errors import UsageError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.facts import moment_of
from ownplug.core.meross.payloads import PlugTime, TimePayload
from ownplug.core.meross.timerule import time_rules
from ownplug.plug.link import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugClock:
    """What time it is for a plug."""

    at: datetime | None  # None: it does not know
    timezone: str  # empty: it was never told one


class TimeKeeping:
    """The clock of one plug."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    async def read(self) -> PlugClock:
        """Ask the plug what time it is, and where."""
        reply = await self._link.request(Method.GET, ns.SYSTEM_TIME, {})
        told = reply.read(TimePayload).time
        return PlugClock(at=moment_of(told.timestamp), timezone=told.zone)

    async def set(self, timezone: str) -> None:
        """Give the plug this machine's time, a zone, and its summer times of the next years.

        Args:
            timezone: an IANA name such as "Europe/Berlin".

        Raises:
            UsageError: there is no such zone.
        """
        now = self._clock.now()
        rules = time_rules(_zone(timezone), now)
        time = PlugTime(timestamp=int(now.timestamp()), zone=timezone, rules=rules)
        await self._link.request(Method.SET, ns.SYSTEM_TIME, TimePayload(time=time))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"{name!r} is not a time zone.", hint="Write it as Europe/Berlin.") from error
