"""Sees to the safeguards of plugs: refuses what they forbid, switches off above a limit, restores after a restart."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from ownplug.aio import Broadcast, Clock
from ownplug.core.errors import Locked, Malformed, NotFound, OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Method, decode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.facts import uptime_s_of
from ownplug.core.records import AfterPowerLoss, PlugRecord, Trip
from ownplug.core.state import PlugState, Reading
from ownplug.hub.events import CommandRefused, Event, LimitBroken
from ownplug.hub.registry import Registry
from ownplug.hub.safeguards import LimitWatch, has_restarted, refusal, sides_of
from ownplug.hub.session import PlugSession

log = logging.getLogger(__name__)

Switch = Callable[[Uuid, bool], Awaitable[None]]
Work = Callable[[], Awaitable[None]]
Spawn = Callable[[str, Work], None]

_BOTH = frozenset({True, False})


class _Debug(msgspec.Struct):
    system: _DebugSystem


class _DebugSystem(msgspec.Struct):
    uptime: str = msgspec.field(name="sysUpTime")


class _DebugPayload(msgspec.Struct):
    debug: _Debug


class Keeper:
    """The safeguards of all plugs of a home.

    Args:
        registry: knows what the owner wants of each plug.
        events: told what was refused, and which limit was broken.
        clock: dates it.
        switch: switches the first outlet of a plug.
        spawn: has something done that `seen` cannot wait for.
    """

    def __init__(
        self, *, registry: Registry, events: Broadcast[Event], clock: Clock, switch: Switch, spawn: Spawn
    ) -> None:
        self._registry = registry
        self._events = events
        self._clock = clock
        self._switch = switch
        self._spawn = spawn
        self._watches: dict[Uuid, LimitWatch] = {}
        self._acting: set[Uuid] = set()
        self._asked_s: dict[
            Uuid, float
        ] = {}  # when each was last asked how long it is up, by the monotonic clock

    def check(self, plug: PlugRecord, *, on: bool, by: str) -> None:
        """Let `by` switch a plug to that side.

        Raises:
            Locked: its safeguards forbid it.
        """
        self._check(plug, frozenset({on}), by)

    def check_message(
        self, plug: PlugRecord, *, method: str, namespace: str, payload: Mapping[str, Any], by: str
    ) -> None:
        """Let `by` send a plug a message of its own language.

        Raises:
            Locked: it would switch the plug to where its safeguards forbid, now or by a rule that the plug keeps.
        """
        self._check(plug, sides_of(method, namespace, payload), by)

    def lets_pass(self, uuid: Uuid, message: bytes, by: str) -> bool:
        """Whether the bytes that a client of the MQTT server sends to a plug may reach it; a refusal is told here."""
        plug = self._registry.get(uuid)
        if plug is None or not (plug.safeguards.never_off or plug.trip):
            return True  # most plugs: nothing is decoded for them
        try:
            found = decode_message(message)
            sides = sides_of(found.method, found.namespace, found.data())
        except Malformed:
            sides = _BOTH
        try:
            self._check(plug, sides, by)
        except Locked:
            return False
        return True

    def refused(self, plug: PlugRecord, reason: str, by: str) -> None:
        """Tell that something was refused: why, and who had asked."""
        log.warning("Refused: %s (asked by %s)", reason, by)
        self._events.publish(
            CommandRefused(at=self._clock.now(), uuid=plug.uuid, name=plug.name, by=by, reason=reason)
        )

    def seen(self, uuid: Uuid, old: PlugState, new: PlugState) -> None:
        """Look at what has changed about a plug."""
        plug = self._registry.get(uuid)
        if plug is None:
            return
        if plug.trip is not None:
            if _is_on(new) and (new.relays is not old.relays or new.reading is not old.reading):
                self._act(uuid, lambda: self._turn_off(plug))
            return
        if plug.safeguards.limit is None:
            self._watches.pop(uuid, None)
        elif new.reading is not old.reading:
            watch = self._watches.setdefault(uuid, LimitWatch())
            reading = new.reading
            if watch.is_broken(plug.safeguards.limit, reading) and reading is not None:
                self._act(uuid, lambda: self._trip(plug, reading))

    async def look_after(self, session: PlugSession) -> None:
        """Ask a plug how long it has been up, and restore it if it has restarted; to be called when it has come.

        To be called now and then, too: when the hub itself was away, only what the plug said before is known.

        Raises:
            LinkError, DeviceError, WireError: it went away, or does not tell how long it is up.
        """
        plug = self._registry.get(session.uuid)
        if plug is None or plug.safeguards.after_power_loss is AfterPowerLoss.KEEP:
            return
        uptime_s = await self._uptime_s(session)
        if uptime_s is None:
            return
        expected_s = self._expected_s(plug)
        self._asked_s[plug.uuid] = self._clock.monotonic()
        await self._registry.note(plug.uuid, uptime_s=uptime_s)
        wanted = plug.safeguards.after_power_loss is AfterPowerLoss.ON
        is_due = has_restarted(uptime_s, expected_s=expected_s) and _is_on(session.state) is not wanted
        if is_due and not refusal(plug, frozenset({wanted})):
            log.info("%s restarted: it is switched %s", plug.name, "on" if wanted else "off")
            await self._switch(plug.uuid, wanted)

    async def allow_again(self, plug: PlugRecord) -> PlugRecord:
        """Take back that a plug was switched off by its limit; it stays off until somebody switches it on."""
        self._watches.pop(plug.uuid, None)
        return await self._registry.allow_again(plug.uuid)

    def _check(self, plug: PlugRecord, sides: frozenset[bool], by: str) -> None:
        reason = refusal(plug, sides)
        if reason:
            self.refused(plug, reason, by)
            hint = (
                "`ownplug plugs safeguard` changes that."
                if plug.trip is None
                else "`ownplug plugs allow` does."
            )
            raise Locked(f"{reason}.", hint=hint)

    def _act(self, uuid: Uuid, work: Work) -> None:
        """Have one thing at a time done about a plug."""
        if uuid in self._acting:
            return
        self._acting.add(uuid)

        async def act() -> None:
            try:
                await work()
            finally:
                self._acting.discard(uuid)

        self._spawn(f"safeguards of {uuid}", act)

    def _expected_s(self, plug: PlugRecord) -> float:
        """How long a plug should have been up by now, at least: how long the hub itself was away, nobody knows."""
        if plug.uptime_s is None:
            return 0.0
        asked_s = self._asked_s.get(plug.uuid)
        return plug.uptime_s + (0.0 if asked_s is None else self._clock.monotonic() - asked_s)

    async def _uptime_s(self, session: PlugSession) -> float | None:
        if ns.SYSTEM_DEBUG not in session.state.abilities:
            return None
        reply = await session.request(Method.GET, ns.SYSTEM_DEBUG, {})
        return uptime_s_of(reply.read(_DebugPayload).debug.system.uptime)

    async def _trip(self, plug: PlugRecord, reading: Reading) -> None:
        log.warning("%s uses %.0f W, more than its limit: it is switched off", plug.name, reading.power_w)
        try:
            await self._registry.note(plug.uuid, trip=Trip(at=reading.at, power_w=reading.power_w))
        except NotFound:
            return
        at, power_w = self._clock.now(), reading.power_w
        self._events.publish(LimitBroken(at=at, uuid=plug.uuid, name=plug.name, power_w=power_w))
        await self._turn_off(plug)

    async def _turn_off(self, plug: PlugRecord) -> None:
        try:
            await self._switch(plug.uuid, False)  # noqa: FBT003 - the port's own shape
        except OwnplugError as error:
            # Its next reading, or its coming back, leads here again.
            log.error("%s broke its limit and is not off yet: %s", plug.name, error)  # noqa: TRY400


def _is_on(state: PlugState) -> bool:
    return any(relay.on for relay in state.relays)
