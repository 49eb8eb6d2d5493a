"""What a message tells about its plug: old state and message in, new state out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from ownplug.core.identity import Firmware, Model
from ownplug.core.meross import Message, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import (
    Ability,
    AllPayload,
    ElectricityPayload,
    Relay,
    RuntimePayload,
    TimePayload,
    TogglePayload,
    ToggleXPayload,
    relays_of,
)
from ownplug.core.state import PlugState, Reading, RelayState
from ownplug.core.units import amperes, volts, watts

Step = Callable[[PlugState, Message, datetime], PlugState]


def reduce(state: PlugState, message: Message, now: datetime) -> PlugState:
    """Return the state after `message`; what it does not concern stays as it was.

    Raises:
        Malformed: the message says something that cannot be read. The state is unchanged.
    """
    if message.method not in _TELLING:
        return state
    step = _STEPS.get(message.namespace)
    return step(state, message, now) if step else state


# An acknowledged SET says nothing, and an ERROR nothing about the plug.
_TELLING = frozenset({Method.GETACK, Method.PUSH})


def _all(state: PlugState, message: Message, _now: datetime) -> PlugState:
    told = message.read(AllPayload).all
    hardware, firmware = told.system.hardware, told.system.firmware
    return replace(
        state,
        model=Model(
            type=hardware.type,
            sub_type=hardware.sub_type,
            hardware=hardware.version,
            chip=hardware.chip_type,
        ),
        firmware=Firmware(version=firmware.version, compiled=firmware.compile_time),
        address=firmware.inner_ip,
        timezone=told.system.time.zone if told.system.time else state.timezone,
        relays=_merged(state.relays, told.relays),
    )


def _ability(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return replace(state, abilities=frozenset(message.read(Ability).ability))


def _toggle_x(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return replace(state, relays=_merged(state.relays, relays_of(message.read(ToggleXPayload))))


def _toggle(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return replace(state, relays=_merged(state.relays, [message.read(TogglePayload).toggle]))


def _electricity(state: PlugState, message: Message, now: datetime) -> PlugState:
    told = message.read(ElectricityPayload).electricity
    reading = Reading(
        at=now,
        power_w=watts(told.power),
        voltage_v=volts(told.voltage),
        current_a=amperes(told.current),
    )
    return replace(state, reading=reading)


def _runtime(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return replace(state, signal=message.read(RuntimePayload).runtime.signal)


def _time(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return replace(state, timezone=message.read(TimePayload).time.zone)


_STEPS: dict[str, Step] = {
    ns.SYSTEM_ALL: _all,
    ns.SYSTEM_ABILITY: _ability,
    ns.SYSTEM_RUNTIME: _runtime,
    ns.SYSTEM_TIME: _time,
    ns.CONTROL_TOGGLE_X: _toggle_x,
    ns.CONTROL_TOGGLE: _toggle,
    ns.CONTROL_ELECTRICITY: _electricity,
}


def _merged(known: tuple[RelayState, ...], told: list[Relay]) -> tuple[RelayState, ...]:
    relays = {relay.channel: relay for relay in known}
    for relay in told:
        relays[relay.channel] = RelayState(
            channel=relay.channel, on=relay.is_on, changed_at=_moment(relay.changed_at)
        )
    return tuple(relays[channel] for channel in sorted(relays))


def _moment(timestamp: object) -> datetime | None:
    # A plug without the time dates its changes 1970; such a date is no fact.
    if not isinstance(timestamp, int) or not 86_400 * 365 < timestamp <= 253402300799:
        return None
    return datetime.fromtimestamp(timestamp, UTC)
