"""What a message tells about its plug: old state and message in, new state out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ownplug.core.identity import Firmware, Model
from ownplug.core.meross import Message, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.facts import firmware_of, model_of, reading_of, relay_state_of
from ownplug.core.meross.payloads import (
    Ability,
    AllPayload,
    DndModePayload,
    ElectricityPayload,
    Relay,
    RuntimePayload,
    TimePayload,
    TogglePayload,
    ToggleXPayload,
    relays_of,
)
from ownplug.core.state import PlugState, RelayState

Step = Callable[[PlugState, Message, datetime], PlugState]

# More than any plug has: what a plug tells is kept, so it must not grow at the plug's will.
_CHANNELS = range(64)
_LONGEST_TEXT = 64  # characters


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
    known = replace(
        state,
        model=_short_model(model_of(hardware)),
        firmware=_short_firmware(firmware_of(firmware)),
        address=_short(firmware.inner_ip),
        timezone=_short(told.system.time.zone) if told.system.time else state.timezone,
    )
    return _with_relays(known, told.relays)


def _ability(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return replace(state, abilities=frozenset(message.read(Ability).ability))


def _toggle_x(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return _with_relays(state, relays_of(message.read(ToggleXPayload)))


def _toggle(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return _with_relays(state, [message.read(TogglePayload).toggle])


def _electricity(state: PlugState, message: Message, now: datetime) -> PlugState:
    told = message.read(ElectricityPayload).electricity
    if told.channel != 0:
        return state  # the one reading of a plug is that of its first outlet
    return replace(state, reading=reading_of(told, now))


def _runtime(state: PlugState, message: Message, _now: datetime) -> PlugState:
    signal = message.read(RuntimePayload).runtime.signal
    return replace(state, signal=signal if 0 <= signal <= 100 else None)


def _dnd_mode(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return replace(state, light_on=message.read(DndModePayload).dnd_mode.mode == 0)


def _time(state: PlugState, message: Message, _now: datetime) -> PlugState:
    return replace(state, timezone=_short(message.read(TimePayload).time.zone))


def _rules(state: PlugState, message: Message, _now: datetime) -> PlugState:
    # A GETACK of the same namespace tells what there is, and no change.
    return replace(state, rule_changes=state.rule_changes + (message.method == Method.PUSH))


_STEPS: dict[str, Step] = {
    ns.SYSTEM_ALL: _all,
    ns.SYSTEM_ABILITY: _ability,
    ns.SYSTEM_RUNTIME: _runtime,
    ns.SYSTEM_DND_MODE: _dnd_mode,
    ns.SYSTEM_TIME: _time,
    ns.CONTROL_TOGGLE_X: _toggle_x,
    ns.CONTROL_TOGGLE: _toggle,
    ns.CONTROL_ELECTRICITY: _electricity,
    ns.CONTROL_TIMER: _rules,
    ns.CONTROL_TIMER_X: _rules,
    ns.CONTROL_TRIGGER: _rules,
    ns.CONTROL_TRIGGER_X: _rules,
}


def _with_relays(state: PlugState, told: list[Relay]) -> PlugState:
    relays = _merged(state.relays, told)
    switched = any(
        old.on is not new.on for old in state.relays for new in relays if old.channel == new.channel
    )
    # What was measured before a relay moved is no longer what flows: better nothing than a lie.
    return replace(state, relays=relays, reading=None if switched else state.reading)


def _merged(known: tuple[RelayState, ...], told: list[Relay]) -> tuple[RelayState, ...]:
    relays = {relay.channel: relay for relay in known}
    for relay in (relay for relay in told if relay.channel in _CHANNELS):
        relays[relay.channel] = relay_state_of(relay)
    return tuple(relays[channel] for channel in sorted(relays))


def _short_model(model: Model) -> Model:
    return Model(
        type=_short(model.type),
        sub_type=_short(model.sub_type),
        hardware=_short(model.hardware),
        chip=_short(model.chip),
    )


def _short_firmware(firmware: Firmware) -> Firmware:
    return Firmware(version=_short(firmware.version), compiled=_short(firmware.compiled))


def _short(text: str) -> str:
    return text[:_LONGEST_TEXT]
