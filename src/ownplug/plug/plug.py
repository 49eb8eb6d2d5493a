"""One plug as its owner sees it: a link, and on it what the plug can do."""

from __future__ import annotations

from collections.abc import Iterable

from ownplug.aio import Clock, SystemClock
from ownplug.core.meross import Message, Method
from ownplug.core.schedule import AutoOff, Timer
from ownplug.core.state import EnergyDay, Reading, RelayState
from ownplug.plug.abilities import Abilities
from ownplug.plug.features.clock import TimeKeeping
from ownplug.plug.features.consumption import Energy
from ownplug.plug.features.electricity import Meter
from ownplug.plug.features.firmware import Upgrading
from ownplug.plug.features.info import About, PlugInfo
from ownplug.plug.features.light import Light
from ownplug.plug.features.location import Location
from ownplug.plug.features.rules import Rules
from ownplug.plug.features.switching import Switching
from ownplug.plug.link import Link
from ownplug.plug.rule_dialects import AUTO_OFF_DIALECTS, TIMER_DIALECTS


class Plug:
    """A Meross plug, reached by any link.

    Every call asks the plug; nothing but the list of its abilities is remembered. Each may raise `LinkError`
    (it cannot be reached), `DeviceError` (it refused, or cannot do that) and `WireError` (it talks nonsense).

    Args:
        link: the way to it; whoever opened it closes it.
        clock: dates readings; the machine's by default.
        abilities: what the plug is known to answer; asked of it when needed, otherwise.

    Attributes:
        link: the way to it.
        switching: its relays.
        meter: power, voltage and current, and the calibration.
        energy: the energy of the last days.
        about: what it is and how it is.
        light: its own light.
        time: its clock and zone.
        location: where it believes to be, for the sun.
        timers: what it does by itself, and when.
        auto_offs: after what time it turns itself off.
        upgrading: replaces its firmware.
    """

    def __init__(
        self, link: Link, *, clock: Clock | None = None, abilities: Iterable[str] | None = None
    ) -> None:
        clock = clock or SystemClock()
        known = Abilities(link, abilities)
        self.link = link
        self.switching = Switching(link, known)
        self.meter = Meter(link, known, clock)
        self.energy = Energy(link, known)
        self.about = About(link, known)
        self.light = Light(link, known)
        self.time = TimeKeeping(link, clock)
        self.location = Location(link, known)
        self.timers: Rules[Timer] = Rules(link, known, clock, dialects=TIMER_DIALECTS, kind="timer")
        self.auto_offs: Rules[AutoOff] = Rules(
            link, known, clock, dialects=AUTO_OFF_DIALECTS, kind="auto-off"
        )
        self.upgrading = Upgrading(link, known)

    async def turn_on(self, channel: int = 0) -> None:
        """Switch on; returns when the plug has acknowledged it."""
        await self.switching.switch(on=True, channel=channel)

    async def turn_off(self, channel: int = 0) -> None:
        """Switch off; returns when the plug has acknowledged it."""
        await self.switching.switch(on=False, channel=channel)

    async def switch(self, *, on: bool, channel: int = 0) -> None:
        """Switch on or off; returns when the plug has acknowledged it."""
        await self.switching.switch(on=on, channel=channel)

    async def toggle(self, channel: int = 0) -> RelayState:
        """Switch to the other side of what the relay is now; return what it then is."""
        return await self.switching.toggle(channel=channel)

    async def is_on(self, channel: int = 0) -> bool:
        """Ask whether the relay is on."""
        return (await self.switching.relay(channel)).on

    async def electricity(self, channel: int = 0) -> Reading:
        """Ask for power, voltage and current now."""
        return await self.meter.read(channel)

    async def energy_days(self) -> list[EnergyDay]:
        """Ask for the energy of the last days, oldest first; some may be missing."""
        return await self.energy.days()

    async def info(self) -> PlugInfo:
        """Ask what the plug is and how it is."""
        return await self.about.read()

    async def set_light(self, *, on: bool) -> None:
        """Let the plug's own light show what it does, or keep it dark."""
        await self.light.set(on=on)

    async def request(
        self, namespace: str, payload: object | None = None, method: Method = Method.GET
    ) -> Message:
        """Ask anything in the plug's own language; `Message.data()` of the reply has all that it said.

        Args:
            namespace: `Appliance.<Group>.<Name>`.
            payload: a mapping; empty by default.
            method: GET, SET, DELETE or PUSH.
        """
        return await self.link.request(method, namespace, {} if payload is None else payload)
