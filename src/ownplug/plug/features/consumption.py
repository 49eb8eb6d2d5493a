"""The energy of the last days, as the plug itself remembers it: some thirty days, and not without faults.

Source: capture:mss310r-hw2.0.0-fw2.1.4 (`ConsumptionX`; slots in no useful order, days missing).
"""

from __future__ import annotations

from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import ConsumptionPayload
from ownplug.core.state import EnergyDay
from ownplug.plug.abilities import Abilities
from ownplug.plug.link import Link


class Energy:
    """The days that one plug remembers."""

    def __init__(self, link: Link, abilities: Abilities) -> None:
        self._link = link
        self._abilities = abilities

    async def days(self) -> list[EnergyDay]:
        """Ask for the energy of each day that the plug remembers, oldest first; some days may be missing.

        Days begin at midnight of the plug's own zone. After midnight some firmware shows yesterday's energy as
        today's for some minutes. Where a plug tells of a day twice, the newer record counts.

        Raises:
            DeviceError: the plug refused, or has no meter.
        """
        await self._abilities.first_of(ns.CONTROL_CONSUMPTION_X, lacking="meter")
        reply = await self._link.request(Method.GET, ns.CONTROL_CONSUMPTION_X, {"consumptionx": []})
        records = sorted(reply.read(ConsumptionPayload).days, key=lambda record: record.updated_at)
        latest = {record.date: record.energy_wh for record in records}
        return [EnergyDay(day=day, energy_wh=latest[day]) for day in sorted(latest)]
