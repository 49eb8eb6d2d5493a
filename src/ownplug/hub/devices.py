"""The plugs of the home as devices with features: what bridges show in their own words, so that none has its own list.

A device is a snapshot. Who follows it is given the newest snapshot, never a history: a slow reader misses steps, and
never the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ownplug.aio import Clock, Subscription
from ownplug.core.energy.reconcile import WH_J
from ownplug.core.errors import NotFound, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.meross import namespaces as ns
from ownplug.core.state import Availability, PlugState, RelayState
from ownplug.hub.energy import By, Energy
from ownplug.hub.events import Event
from ownplug.hub.lights import Lights
from ownplug.hub.views import PlugView
from ownplug.ledger import Grain

_ENERGY_S = 15.0  # so old may a counter be that is shown
_LOOK_S = 15.0  # between two looks for what no event tells, such as a counter or a new firmware
_BLINKS, _BLINK_S = 3, 0.7
_KWH_J = 1000 * WH_J


class Kind(Enum):
    """What can be done with a feature."""

    SWITCH = "switch"  # it is on or off, and can be set
    SENSOR = "sensor"  # a number
    TEXT = "text"
    BUTTON = "button"  # it can be pressed, and is nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing that a device shows or does.

    Attributes:
        id: its name for programs: `on` (further outlets `on_1`, …), `power`, `voltage`, `current`, `energy`,
            `energy_today`, `signal`, `light`, `firmware`, `identify`.
        kind: what can be done with it.
        name: for people.
        unit: of a sensor: W, V, A, kWh or %.
        value: as it is now; None: not known, or a button.
        channel: of a switch that is an outlet.
    """

    id: str
    kind: Kind
    name: str
    unit: str = ""
    value: bool | float | str | None = None
    channel: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One plug of the home at one moment."""

    uuid: Uuid
    name: str
    room: str
    model: str
    hardware: str
    firmware: str
    is_online: bool
    features: tuple[Feature, ...]

    def find(self, feature_id: str) -> Feature | None:
        """Return a feature; None if this device has none of that name."""
        return next((feature for feature in self.features if feature.id == feature_id), None)

    @property
    def outlets(self) -> tuple[Feature, ...]:
        """What it switches, by channel."""
        return tuple(feature for feature in self.features if feature.channel is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceGone:
    """The home does not know the plug any more."""

    uuid: Uuid


class DevicesHub(Protocol):
    """What devices need of the hub's door."""

    lights: Lights

    @property
    def energy(self) -> Energy:
        """What the plugs have used."""

    def plugs(self) -> tuple[list[PlugView], str | None]:
        """Return all plugs."""

    def plug(self, reference: str, /) -> PlugView:
        """Return one plug."""

    async def switch(self, reference: str, /, *, on: bool, channel: int = 0) -> RelayState:
        """Switch a relay."""

    async def toggle(self, reference: str, /, *, channel: int = 0) -> RelayState:
        """Switch a relay to the other side."""


class Devices:
    """All devices: `HubApi.devices`.

    Args:
        hub: the hub's door, by which what is set goes.
        listen: to what happens, of each plug the latest only.
        clock: tells when a counter is old.
    """

    def __init__(
        self, hub: DevicesHub, listen: Callable[[], AbstractContextManager[Subscription[Event]]], clock: Clock
    ) -> None:
        self._hub = hub
        self._listen = listen
        self._clock = clock
        self._counters = _Counters(hub, clock)

    async def all(self) -> list[Device]:
        """Return every device, in the order in which the plugs came."""
        await self._counters.refresh()
        plugs, _ = self._hub.plugs()
        return [self._device(plug) for plug in plugs]

    async def changes(self) -> AsyncIterator[Device | DeviceGone]:
        """Yield every device as it is now, then each one that has changed, as it is by then; for ever.

        A reader that falls behind gets the newest of each.
        """
        known: dict[Uuid, Device] = {}
        with self._listen() as events:
            while True:
                for device in await self.all():
                    if known.get(device.uuid) != device:
                        known[device.uuid] = device
                        yield device
                for gone in self._gone(known):
                    yield gone
                end_s = asyncio.get_running_loop().time() + _LOOK_S
                try:
                    while (uuid := await _next(events, end_s)) is not None:
                        for change in self._changed(known, uuid):
                            yield change
                except StopAsyncIteration:
                    return  # the hub ends

    async def set(self, uuid: Uuid, feature_id: str, *, on: bool) -> None:
        """Switch an outlet, or let the light show what the plug does; returns when the plug has said that it is so.

        Raises:
            UsageError: it has no such switch.
            NotFound, Locked, Expired, LinkError, DeviceError: see `HubApi.switch`.
        """
        feature = self._feature(uuid, feature_id, Kind.SWITCH)
        if feature.channel is None:
            await self._hub.lights.set(uuid.text, on=on)
        else:
            await self._hub.switch(uuid.text, on=on, channel=feature.channel)

    async def toggle(self, uuid: Uuid, feature_id: str) -> None:
        """Set a switch to the other side of what the plug says it is on.

        Raises:
            As `set`.
        """
        feature = self._feature(uuid, feature_id, Kind.SWITCH)
        if feature.channel is None:
            await self._hub.lights.set(uuid.text, on=not await self._hub.lights.is_on(uuid.text))
        else:
            await self._hub.toggle(uuid.text, channel=feature.channel)

    def name_of(self, uuid: Uuid) -> str:
        """What people call a device, or its uuid where the home does not know it."""
        try:
            return self._hub.plug(uuid.text).name
        except NotFound:
            return uuid.text

    async def press(self, uuid: Uuid, feature_id: str) -> None:
        """Press a button: `identify` lets the plug's light blink, and leaves it as it was.

        Raises:
            UsageError: it has no such button.
            NotFound, LinkError, DeviceError: see `HubApi.switch`.
        """
        self._feature(uuid, feature_id, Kind.BUTTON)
        lights = self._hub.lights
        was_on = await lights.is_on(uuid.text)
        try:
            for _ in range(_BLINKS):
                for on in (not was_on, was_on):
                    await lights.set(uuid.text, on=on)
                    await self._clock.sleep(_BLINK_S)
        finally:
            await lights.set(uuid.text, on=was_on)

    def _feature(self, uuid: Uuid, feature_id: str, kind: Kind) -> Feature:
        feature = self._device(self._hub.plug(uuid.text)).find(feature_id)
        if feature is None or feature.kind is not kind:
            raise UsageError(f"The plug has no {kind.value} {feature_id[:40]!r}.")
        return feature

    def _changed(self, known: dict[Uuid, Device], uuid: Uuid) -> Iterator[Device | DeviceGone]:
        try:
            device = self._device(self._hub.plug(uuid.text))
        except NotFound:
            yield from self._gone(known, [uuid])
            return
        if known.get(uuid) != device:
            known[uuid] = device
            yield device

    def _gone(self, known: dict[Uuid, Device], among: Iterable[Uuid] | None = None) -> Iterator[DeviceGone]:
        plugs, _ = self._hub.plugs()
        left = {plug.uuid for plug in plugs}
        for uuid in list(known if among is None else among):
            if uuid in known and uuid not in left:
                del known[uuid]
                yield DeviceGone(uuid=uuid)

    def _device(self, plug: PlugView) -> Device:
        return Device(
            uuid=plug.uuid,
            name=plug.name,
            room=plug.room,
            model=plug.model,
            hardware=plug.hardware,
            firmware=plug.firmware,
            is_online=plug.state.availability is Availability.ONLINE,
            features=tuple(_features(plug, *self._counters.of(plug.uuid))),
        )


class _Counters:
    """What the plugs have used, read once for all who show it."""

    def __init__(self, hub: DevicesHub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._read_s: float | None = None
        self._total_j: dict[Uuid, int] = {}
        self._today_wh: dict[str, float] = {}

    async def refresh(self) -> None:
        """Read them, unless they are new."""
        now_s = self._clock.monotonic()
        if self._read_s is not None and now_s - self._read_s < _ENERGY_S:
            return
        self._read_s = now_s
        energy = self._hub.energy
        today = energy.calendar.day(energy.now_s())
        totals = await energy.totals(By.PLUG, Grain.DAY, today, today)
        self._today_wh = {total.key: total.energy_wh for total in totals}
        self._total_j = await energy.counters_j()

    def of(self, uuid: Uuid) -> tuple[float, float]:
        """Return what a plug has used in all and today, in kWh."""
        return self._total_j.get(uuid, 0) / _KWH_J, self._today_wh.get(uuid.text, 0.0) / 1000


async def _next(events: Subscription[Event], end_s: float) -> Uuid | None:
    """Return to whom something happens next; None: nothing does until `end_s`."""
    try:
        async with asyncio.timeout_at(end_s):
            return (await anext(events)).uuid
    except TimeoutError:
        return None


def _features(plug: PlugView, total_kwh: float, today_kwh: float) -> Iterator[Feature]:
    state = plug.state
    yield from _outlets(state)
    if ns.CONTROL_ELECTRICITY in state.abilities:
        reading = state.reading
        # Where the relay is open nothing flows, also before the meter was read again.
        none = 0.0 if state.relays and not any(relay.on for relay in state.relays) else None
        yield _sensor("power", "Power", "W", reading.power_w if reading else none)
        yield _sensor("voltage", "Voltage", "V", reading.voltage_v if reading else None)
        yield _sensor("current", "Current", "A", reading.current_a if reading else none)
        yield _sensor("energy", "Energy", "kWh", round(total_kwh, 3))
        yield _sensor("energy_today", "Energy today", "kWh", round(today_kwh, 3))
    if ns.SYSTEM_RUNTIME in state.abilities:
        yield _sensor("signal", "Signal", "%", state.signal)
    if ns.SYSTEM_DND_MODE in state.abilities:
        yield Feature(id="light", kind=Kind.SWITCH, name="Light", value=state.light_on)
        yield Feature(id="identify", kind=Kind.BUTTON, name="Identify")
    yield Feature(id="firmware", kind=Kind.TEXT, name="Firmware", value=plug.firmware or None)


def _outlets(state: PlugState) -> Iterator[Feature]:
    """Yield what it switches; a plug that has not told of itself yet has one outlet, about which nothing is known."""
    if not state.relays:
        yield Feature(id="on", kind=Kind.SWITCH, name="Outlet", channel=0)
    for relay in state.relays:
        number = relay.channel
        yield Feature(
            id=f"on_{number}" if number else "on",
            kind=Kind.SWITCH,
            name=f"Outlet {number}" if number else "Outlet",
            value=relay.on,
            channel=number,
        )


def _sensor(feature_id: str, name: str, unit: str, value: float | None) -> Feature:
    return Feature(id=feature_id, kind=Kind.SENSOR, name=name, unit=unit, value=value)
