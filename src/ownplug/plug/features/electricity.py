"""What the meter measures now, and how it is calibrated.

Source: capture:mss310r-hw2.0.0-fw2.1.4.
"""

from __future__ import annotations

from ownplug.aio import Clock
from ownplug.core.errors import UsageError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.facts import reading_of
from ownplug.core.meross.payloads import ElectricityPayload, MeterConfig, MeterConfigPayload
from ownplug.core.state import Reading
from ownplug.plug.abilities import Abilities
from ownplug.plug.link import Link


class Meter:
    """The meter of one plug."""

    def __init__(self, link: Link, abilities: Abilities, clock: Clock) -> None:
        self._link = link
        self._abilities = abilities
        self._clock = clock

    async def read(self, channel: int = 0) -> Reading:
        """Ask for power, voltage and current now. A plug whose clock was never set answers with zeros.

        Raises:
            DeviceError: the plug refused, or has no meter.
            UsageError: it measures no such outlet.
        """
        await self._abilities.first_of(ns.CONTROL_ELECTRICITY, lacking="meter")
        question = {"electricity": {"channel": channel}}
        reply = await self._link.request(Method.GET, ns.CONTROL_ELECTRICITY, question)
        told = reply.read(ElectricityPayload).readings
        for electricity in told if isinstance(told, list) else [told]:
            if electricity.channel == channel:
                return reading_of(electricity, self._clock.now())
        raise UsageError(f"This plug does not measure an outlet {channel}.")

    async def calibration(self) -> MeterConfig:
        """Ask for the coefficients that the meter was given in the factory.

        Raises:
            DeviceError: the plug refused, or does not tell.
        """
        await self._abilities.first_of(ns.CONTROL_CONSUMPTION_CONFIG, lacking="calibration to tell of")
        reply = await self._link.request(Method.GET, ns.CONTROL_CONSUMPTION_CONFIG, {})
        return reply.read(MeterConfigPayload).config
