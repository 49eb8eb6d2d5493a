"""Where a plug believes to be: its timers reckon sunrise and sunset from there.

Source: protocol notes, 5.8 (`System.Position`; 0, 0 where nobody told it).
"""

from __future__ import annotations

from ownplug.core.errors import Malformed, UsageError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import PlugPosition, PositionPayload, TimePayload
from ownplug.core.schedule import Place, TimeRule, Zone
from ownplug.core.units import Position
from ownplug.plug.abilities import Abilities
from ownplug.plug.link import Link

_NOWHERE = PlugPosition(longitude=0, latitude=0)
_UNIX_LIMIT, _DAY_S = 2**32, 86_400  # the plug's clock has 32 bits. Source: assumed

_MOST_RULES = 64  # three times what a plug has slots for: what it says must not cost us seconds


class Location:
    """The place of one plug."""

    def __init__(self, link: Link, abilities: Abilities) -> None:
        self._link = link
        self._abilities = abilities

    async def position(self) -> Position | None:
        """Ask the plug where it is; None where nobody told it, or it cannot be told.

        Raises:
            Malformed: there is no such place.
        """
        if ns.SYSTEM_POSITION not in await self._abilities.all():
            return None
        reply = await self._link.request(Method.GET, ns.SYSTEM_POSITION, {"position": {}})
        told = reply.read(PositionPayload).position
        if told == _NOWHERE:
            return None
        try:
            return Position.from_microdegrees(told.latitude, told.longitude)
        except UsageError as error:
            raise Malformed(f"The plug says that it is where nothing can be: {error}") from error

    async def tell(self, position: Position) -> None:
        """Tell the plug where it is.

        Raises:
            DeviceError: it refused, or cannot be told.
        """
        await self._abilities.first_of(ns.SYSTEM_POSITION, lacking="position that can be told")
        latitude, longitude = position.microdegrees
        told = PositionPayload(position=PlugPosition(latitude=latitude, longitude=longitude))
        await self._link.request(Method.SET, ns.SYSTEM_POSITION, told)

    async def place(self) -> Place:
        """Ask for everything that decides when a timer acts: the offsets of its clock, and its position.

        Raises:
            Malformed: its clock has offsets that no clock has.
        """
        reply = await self._link.request(Method.GET, ns.SYSTEM_TIME, {})
        told = reply.read(TimePayload).time.rules
        if len(told) > _MOST_RULES:
            raise Malformed(f"The plug's clock changes {len(told)} times; no plug remembers so many.")
        zone = Zone(rules=tuple(map(_possible, told)))
        position = await self.position()
        if position is None:
            return Place(zone=zone)
        return Place(zone=zone, latitude=position.latitude, longitude=position.longitude)


def _possible(rule: TimeRule) -> TimeRule:
    since_s, offset_s, _ = rule
    if not (0 <= since_s < _UNIX_LIMIT and abs(offset_s) <= _DAY_S):
        raise Malformed("The plug's clock has an offset that no clock has.")
    return rule
