"""The energy of the last days, as the plug itself remembers it: some thirty days, and not without faults.

Source: capture:mss310r-hw2.0.0-fw2.1.4 (`ConsumptionX`; slots in no useful order, days missing).
"""

from __future__ import annotations

from datetime import date

from ownplug.core.energy.reconcile import Told
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import ConsumptionDay, ConsumptionHoursPayload, ConsumptionPayload
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
        records = sorted(await self.records(), key=lambda record: record.updated_s)
        latest = {record.day: record.energy_wh for record in records}
        return [EnergyDay(day=day.isoformat(), energy_wh=latest[day]) for day in sorted(latest)]

    async def records(self) -> list[Told]:
        """Ask for the records of its days as they are, in the plug's own order.

        Raises:
            As `days`.
        """
        await self._abilities.first_of(ns.CONTROL_CONSUMPTION_X, lacking="meter")
        reply = await self._link.request(Method.GET, ns.CONTROL_CONSUMPTION_X, {"consumptionx": []})
        return [told for record in reply.read(ConsumptionPayload).days if (told := _told(record)) is not None]

    async def hours(self) -> dict[int, int]:
        """Ask for the energy of its last hours, in Wh, by Unix time within each; empty where it keeps none.

        Source: capture:em06-fw2.3.8 (its moments are near the end of each hour); newer plugs with a meter list the
        namespace, too.

        Raises:
            DeviceError: the plug refused.
        """
        if ns.CONTROL_CONSUMPTION_H not in await self._abilities.all():
            return {}
        reply = await self._link.request(
            Method.GET, ns.CONTROL_CONSUMPTION_H, {"consumptionH": [{"channel": 0}]}
        )
        meters = reply.read(ConsumptionHoursPayload).meters
        return {
            hour.updated_at: hour.energy_wh for meter in meters if meter.channel == 0 for hour in meter.hours
        }


def _told(record: ConsumptionDay) -> Told | None:
    """Return a record; None if its day is in no calendar, as after a torn write."""
    try:
        day = date.fromisoformat(record.date)
    except ValueError:
        return None
    return Told(day=day, energy_wh=record.energy_wh, updated_s=record.updated_at)
