"""What is known about a plug."""

from __future__ import annotations

import dataclasses

import pytest

from ownplug.core.state import Availability, PlugState, RelayState


def test_a_new_state_claims_nothing() -> None:
    state = PlugState()
    assert state.availability is Availability.UNKNOWN
    assert (state.relays, state.reading, state.model, state.timezone, state.signal) == (
        (),
        None,
        None,
        None,
        None,
    )
    assert not state.bound
    assert state.abilities == frozenset()


def test_a_relay_is_found_by_its_channel_not_its_place() -> None:
    first, second = RelayState(channel=2, on=True), RelayState(channel=0, on=False)
    state = PlugState(relays=(first, second))
    assert state.relay(2) is first
    assert state.relay() is second


def test_a_channel_that_was_never_told_of_is_not_off_but_unknown() -> None:
    assert PlugState().relay(0) is None
    assert PlugState(relays=(RelayState(channel=0, on=True),)).relay(1) is None


def test_a_state_is_a_value() -> None:
    assert PlugState(signal=3) == PlugState(signal=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        PlugState().signal = 3  # type: ignore[misc]  # the very thing that must fail
