"""Looking after one connected plug: take it in, learn what it is, give it zone and position, read its meter."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from ownplug.aio import Backoff, Broadcast, Clock
from ownplug.core.errors import DeviceError, LinkError, OwnplugError, WireError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.units import Position
from ownplug.hub.events import Event, PlugRegistered
from ownplug.hub.keeper import Keeper
from ownplug.hub.pace import Pace
from ownplug.hub.registry import Registry
from ownplug.hub.session import PlugSession
from ownplug.ledger import Ledger
from ownplug.plug import Plug

log = logging.getLogger(__name__)

# A plug says Bind within a second of hearing the time; one that was bound before may say nothing at all.
_BIND_GRACE_S = 5.0
_LOOK_AFTER_S = 600.0


class Attendant:
    """Looks after the plug of `session` for as long as `run` runs.

    Args:
        session: the plug, connected.
        registry: where it is remembered.
        events: told when it was a stranger.
        keeper: restores it where it has restarted.
        ledger: is told what it says of its days.
        clock: waits between readings.
        reading_interval_s: how long, where nothing happens; asked before each wait.
        position: where a plug is that was never told; None: it is not told either.
    """

    def __init__(
        self,
        session: PlugSession,
        *,
        registry: Registry,
        events: Broadcast[Event],
        keeper: Keeper,
        ledger: Ledger,
        clock: Clock,
        reading_interval_s: Callable[[], float],
        position: Position | None,
    ) -> None:
        self._session = session
        self._registry = registry
        self._events = events
        self._keeper = keeper
        self._ledger = ledger
        self._pace = Pace()
        self._clock = clock
        self._reading_interval_s = reading_interval_s
        self._position = position

    async def run(self) -> None:
        """Look after the plug; returns only where there is nothing to read regularly."""
        await self._take_in()
        await self._wait_for_bind()
        backoff = Backoff(first_s=1.0, factor=2.0, limit_s=60.0)
        while not await self._is_known():
            await self._clock.sleep(backoff.next_s())
        if self._position is not None and ns.SYSTEM_POSITION in self._session.state.abilities:
            await self._tell_position(self._position)
        if ns.CONTROL_ELECTRICITY in self._session.state.abilities:
            await self._read_regularly()

    async def _take_in(self) -> None:
        uuid = self._session.uuid
        if self._registry.get(uuid) is None:
            plug = await self._registry.add(uuid, self._clock.now())
            log.info("Took in %s (%s), which came with this home's login", plug.name, uuid)
            self._events.publish(PlugRegistered(at=plug.registered_at, uuid=uuid, name=plug.name))

    async def _wait_for_bind(self) -> None:
        try:
            async with asyncio.timeout(_BIND_GRACE_S):
                await self._session.said_bind.wait()
        except TimeoutError:
            log.debug("%s said no Bind", self._session.uuid)

    async def _is_known(self) -> bool:
        try:
            await self._learn()
        except (LinkError, WireError, DeviceError) as error:
            log.info("%s does not tell what it is yet: %s", self._name, error)
            return False
        return True

    async def _learn(self) -> None:
        session = self._session
        await session.request(Method.GET, ns.SYSTEM_ALL, {})
        if session.state.model and session.state.firmware:
            await self._registry.learn(session.uuid, session.state.model, session.state.firmware)
        await session.request(Method.GET, ns.SYSTEM_ABILITY, {})
        if not session.state.timezone:
            await session.set_time()
        await self._look_after()

    async def _look_after(self) -> None:
        """Ask what the plug tells only when it is asked, and what its safeguards want to know."""
        session = self._session
        # Not every generation has them, and those drop or ignore the question.
        if ns.SYSTEM_RUNTIME in session.state.abilities:
            await session.request(Method.GET, ns.SYSTEM_RUNTIME, {})
        if ns.SYSTEM_DND_MODE in session.state.abilities:
            await session.request(Method.GET, ns.SYSTEM_DND_MODE, {"DNDMode": {}})
        await self._keeper.look_after(session)

    async def _tell_position(self, position: Position) -> None:
        location = Plug(self._session, abilities=self._session.state.abilities).location
        try:
            if await location.position() is None:
                await location.tell(position)
        except (LinkError, WireError, DeviceError) as error:
            log.info("%s was not told where it is: %s", self._name, error)

    async def _read_regularly(self) -> None:
        looked_after_s = self._clock.monotonic()
        while True:
            try:
                await self._session.request(Method.GET, ns.CONTROL_ELECTRICITY, {})
                await self._weigh_days()
                if self._clock.monotonic() - looked_after_s >= _LOOK_AFTER_S:
                    looked_after_s = self._clock.monotonic()
                    await self._look_after()
            except OwnplugError as error:
                log.debug("No reading of %s: %s", self._name, error)
            await self._until_next_reading()

    async def _weigh_days(self) -> None:
        """Ask the plug for its days where that is due; what goes wrong there is no reason to stop reading it."""
        session = self._session
        if ns.CONTROL_CONSUMPTION_X not in session.state.abilities or not self._ledger.is_due(session.uuid):
            return
        energy = Plug(session, abilities=session.state.abilities).energy
        try:
            days, hours = await energy.records(), await energy.hours()
            corrections = await self._ledger.weigh(
                session.uuid, days, zone=session.state.timezone or "", shape=hours
            )
        except OwnplugError as error:
            log.info("%s could not be asked for its days: %s", self._name, error)
            self._ledger.could_not_ask(session.uuid)
            return
        for each in corrections:
            log.log(
                logging.INFO if each.hours else logging.DEBUG,  # what is not believed comes again each night
                "%s, %s: %.0f Wh became %.0f Wh (%s)",
                self._name,
                each.day,
                each.before_wh,
                each.after_wh,
                each.reason.value,
            )

    async def _until_next_reading(self) -> None:
        plug = self._registry.get(self._session.uuid)
        interval_s = self._pace.next_s(
            self._session.state.reading,
            usual_s=self._reading_interval_s(),
            is_watched=self._session.watchers > 0,
            limit=plug.safeguards.limit if plug else None,
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(interval_s):
                await self._session.wants_reading.wait()
        self._session.wants_reading.clear()

    @property
    def _name(self) -> str:
        return self._registry.name_of(self._session.uuid)
