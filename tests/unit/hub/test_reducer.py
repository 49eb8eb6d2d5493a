"""What plugs tell, from recordings of real ones and from anything that could come instead."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.identity import Firmware, Model
from ownplug.core.meross import Message, MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.core.state import Availability, PlugState, Reading, RelayState
from ownplug.hub.reducer import reduce
from ownplug.testing.recordings import read_recording

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MAKER = MessageMaker(key=Secret("key"), sender="", new_id=lambda: "0" * 32)
KNOWN = PlugState(
    availability=Availability.ONLINE,
    since=NOW,
    bound=True,
    relays=(RelayState(channel=0, on=True, changed_at=NOW),),
    reading=Reading(at=NOW, power_w=1.0, voltage_v=230.0, current_a=0.1),
    model=Model(type="mss310"),
    firmware=Firmware(version="2.1.7"),
    address="192.168.1.50",
    signal=50,
    abilities=frozenset({ns.SYSTEM_ALL}),
    timezone="Europe/Madrid",
)


def told(namespace: str, payload: object, method: Method = Method.GETACK) -> Message:
    return decode_message(encode_message(MAKER.make(method, namespace, payload, now_s=4)))


def after_recording(reference: Path, name: str) -> PlugState:
    state = PlugState()
    for row in read_recording(reference / "traces" / name):
        if row.is_told:
            state = reduce(state, told(row.namespace, row.payload, Method(row.method)), NOW)
    return state


def test_a_recorded_plug_with_a_meter_is_understood(reference: Path) -> None:
    state = after_recording(reference, "mss310r-hw2.0.0-fw2.1.4.csv")
    assert state.model == Model(type="mss310r", sub_type="un", hardware="2.0.0", chip="mt7682")
    assert state.firmware == Firmware(version="2.1.4", compiled="2019/11/27 11:48:08 GMT +08:00")
    assert state.timezone == ""
    assert state.signal == 86
    assert ns.CONTROL_ELECTRICITY in state.abilities
    assert [(relay.channel, relay.on) for relay in state.relays] == [(0, True)]
    assert state.reading is not None
    assert state.reading.at == NOW
    assert state.reading.voltage_v == pytest.approx(218, abs=25)
    assert 0 <= state.reading.power_w < 4000
    # Whether it is there is not for the plug to say.
    assert state.availability is Availability.UNKNOWN


def test_a_recorded_plug_of_the_first_generation_is_understood(reference: Path) -> None:
    state = after_recording(reference, "mss210-hw1-fw1.1.12.json")
    assert state.model == Model(type="mss210", sub_type="us", hardware="1.0.0", chip="MT7688")
    assert state.timezone == "Europe/Madrid"
    assert [(relay.channel, relay.on) for relay in state.relays] == [(0, False)]
    assert state.reading is None


def test_a_recorded_meter_without_relays_is_understood(reference: Path) -> None:
    state = after_recording(reference, "em06-fw2.3.8.json")
    assert state.model is not None
    assert state.model.type == "em06"
    assert state.relays == ()
    assert "Appliance.Control.ElectricityX" in state.abilities


@pytest.mark.parametrize("method", [Method.GETACK, Method.PUSH])
@pytest.mark.parametrize(
    "payload",
    [
        {"togglex": {"channel": 0, "onoff": 0, "lmTime": 1552176889}},
        {"togglex": [{"channel": 0, "onoff": 0, "lmTime": 1552176889}]},
        {"channel": 0, "togglex": {"channel": 0, "onoff": 0, "lmTime": 1552176889}},
    ],
)
def test_a_relay_is_told_in_any_of_its_shapes(method: Method, payload: dict[str, Any]) -> None:
    state = reduce(KNOWN, told(ns.CONTROL_TOGGLE_X, payload, method), NOW)
    assert state.relays == (
        RelayState(channel=0, on=False, changed_at=datetime.fromtimestamp(1552176889, UTC)),
    )


def test_the_first_generation_names_no_channel() -> None:
    state = reduce(KNOWN, told(ns.CONTROL_TOGGLE, {"toggle": {"onoff": 0}}, Method.PUSH), NOW)
    assert state.relays == (RelayState(channel=0, on=False, changed_at=None),)


def test_the_outlets_of_a_strip_are_kept_apart() -> None:
    all_on = told(ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": n, "onoff": 1} for n in (2, 0, 1)]})
    one_off = told(ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 1, "onoff": 0}]}, Method.PUSH)
    state = reduce(reduce(PlugState(), all_on, NOW), one_off, NOW)
    assert [(relay.channel, relay.on) for relay in state.relays] == [(0, True), (1, False), (2, True)]


def test_a_reading_is_in_si_units() -> None:
    payload = {"electricity": {"channel": 0, "current": 174, "voltage": 2368, "power": 13058}}
    state = reduce(PlugState(), told(ns.CONTROL_ELECTRICITY, payload), NOW)
    assert state.reading == Reading(at=NOW, power_w=13.058, voltage_v=236.8, current_a=0.174)


def test_the_reading_of_another_outlet_is_not_that_of_the_plug() -> None:
    payload = {"electricity": {"channel": 1, "current": 174, "voltage": 2368, "power": 13058}}
    assert reduce(KNOWN, told(ns.CONTROL_ELECTRICITY, payload), NOW) is KNOWN


def test_a_plug_that_does_not_know_the_time_dates_nothing() -> None:
    payload = {"togglex": [{"channel": 0, "onoff": 0, "lmTime": 4}]}
    [relay] = reduce(KNOWN, told(ns.CONTROL_TOGGLE_X, payload), NOW).relays
    assert relay.changed_at is None


@pytest.mark.parametrize("zone", ["", "Europe/Berlin"])
def test_the_zone_is_told_with_the_time_and_with_everything(zone: str) -> None:
    payload = {"time": {"timestamp": 4, "timezone": zone, "timeRule": []}}
    assert reduce(KNOWN, told(ns.SYSTEM_TIME, payload, Method.PUSH), NOW).timezone == zone


@pytest.mark.parametrize(("signal", "known"), [(0, 0), (76, 76), (100, 100), (-50, None), (101, None)])
def test_a_signal_has_0_to_100(signal: int, known: int | None) -> None:
    assert reduce(KNOWN, told(ns.SYSTEM_RUNTIME, {"runtime": {"signal": signal}}), NOW).signal == known


@pytest.mark.parametrize("method", [Method.SETACK, Method.ERROR, Method.SET, Method.GET, Method.DELETEACK])
def test_only_answers_and_pushes_tell_something(method: Method) -> None:
    payload = {"togglex": [{"channel": 0, "onoff": 0}]}
    assert reduce(KNOWN, told(ns.CONTROL_TOGGLE_X, payload, method), NOW) is KNOWN


@pytest.mark.parametrize("namespace", ["Appliance.Control.Spray", ns.CONTROL_BIND, ns.SYSTEM_CLOCK, ""])
def test_what_the_hub_does_not_keep_changes_nothing(namespace: str) -> None:
    assert reduce(KNOWN, told(namespace, {"x": 1}, Method.PUSH), NOW) is KNOWN


def test_keys_that_nobody_knows_do_not_matter(reference: Path) -> None:
    plain = {"electricity": {"channel": 0, "current": 174, "voltage": 2368, "power": 13058}}
    strange = {
        "electricity": {**plain["electricity"], "config": {"voltageRatio": 188}, "new": [{}]},
        "more": 1,
    }
    assert reduce(KNOWN, told(ns.CONTROL_ELECTRICITY, strange), NOW) == reduce(
        KNOWN, told(ns.CONTROL_ELECTRICITY, plain), NOW
    )


@pytest.mark.parametrize(
    ("namespace", "payload"),
    [
        (ns.SYSTEM_ALL, {}),
        (ns.SYSTEM_ALL, {"all": {"system": {"hardware": {}}}}),
        (ns.SYSTEM_ABILITY, {"ability": []}),
        (ns.SYSTEM_RUNTIME, {"runtime": {"signal": "strong"}}),
        (ns.SYSTEM_TIME, {"time": {"timestamp": -1}}),
        (ns.SYSTEM_TIME, {"time": {"timestamp": 10**20}}),
        (ns.CONTROL_TOGGLE_X, {"togglex": "on"}),
        (ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 0, "onoff": 0, "lmTime": 10**20}]}),
        (ns.CONTROL_TOGGLE, {"togglex": []}),
        (ns.CONTROL_ELECTRICITY, {"electricity": {"current": 1, "voltage": 2}}),
        (ns.CONTROL_ELECTRICITY, {"electricity": {"current": 1, "voltage": 2, "power": 10**400}}),
        (ns.CONTROL_ELECTRICITY, {"electricity": []}),
    ],
)
def test_what_cannot_be_read_is_malformed(namespace: str, payload: object) -> None:
    with pytest.raises(Malformed):
        reduce(KNOWN, told(namespace, payload), NOW)


def test_a_plug_cannot_fill_the_memory_with_outlets() -> None:
    state = PlugState()
    for start in range(0, 10_000, 1000):
        relays = [{"channel": channel, "onoff": 1} for channel in range(start, start + 1000)]
        state = reduce(
            state, told(ns.CONTROL_TOGGLE_X, {"togglex": [*relays, {"channel": -1, "onoff": 1}]}), NOW
        )
    assert [relay.channel for relay in state.relays] == list(range(64))


def test_a_plug_cannot_fill_the_memory_with_text() -> None:
    long = "x" * 10_000
    payload = {
        "all": {
            "system": {
                "hardware": {"type": long, "subType": long, "version": long, "chipType": long, "uuid": long},
                "firmware": {"version": long, "compileTime": long, "innerIp": long},
                "time": {"timestamp": 4, "timezone": long},
            }
        }
    }
    state = reduce(PlugState(), told(ns.SYSTEM_ALL, payload), NOW)
    assert len(repr(state)) < 2000


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
_KEYS = st.sampled_from(
    [
        *("all", "system", "hardware", "firmware", "time", "digest", "control", "togglex", "toggle"),
        *("type", "uuid", "version", "timestamp", "timezone", "timeRule", "electricity", "runtime", "signal"),
        *("channel", "onoff", "lmTime", "current", "voltage", "power", "ability"),
    ]
)
_PAYLOADS = st.dictionaries(
    _KEYS,
    st.recursive(
        _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner), max_leaves=12
    ),
)
_READ = [
    *(ns.SYSTEM_ALL, ns.SYSTEM_ABILITY, ns.SYSTEM_RUNTIME, ns.SYSTEM_TIME),
    *(ns.CONTROL_TOGGLE, ns.CONTROL_TOGGLE_X, ns.CONTROL_ELECTRICITY),
]


@given(st.sampled_from(_READ), st.sampled_from(list(Method)), _PAYLOADS)
def test_any_payload_is_understood_or_malformed(namespace: str, method: Method, payload: object) -> None:
    try:
        state = reduce(KNOWN, told(namespace, payload, method), NOW)
    except Malformed:
        return
    assert state.availability is KNOWN.availability
    assert state.bound is KNOWN.bound


@given(
    st.dictionaries(
        st.sampled_from(["current", "voltage", "power", "channel"]),
        st.integers() | st.integers(min_value=10**300, max_value=10**310) | st.text("0123456789", max_size=6),
    )
)
def test_any_number_of_a_meter_is_a_reading_or_malformed(numbers: dict[str, object]) -> None:
    message = decode_message(
        encode_message(told(ns.CONTROL_ELECTRICITY, {}))[:-3]
        + json.dumps({"electricity": numbers}).encode()
        + b"}"
    )
    try:
        state = reduce(KNOWN, message, NOW)
    except Malformed:
        return
    assert state is KNOWN or state.reading is not None


def test_a_reading_ends_when_the_relay_moves_and_only_then() -> None:
    same = told(ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 0, "onoff": 1, "lmTime": 4}]}, Method.PUSH)
    assert reduce(KNOWN, same, NOW).reading == KNOWN.reading
    moved = told(ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 0, "onoff": 0, "lmTime": 4}]}, Method.PUSH)
    assert reduce(KNOWN, moved, NOW).reading is None


@pytest.mark.parametrize(
    "namespace", [ns.CONTROL_TIMER_X, ns.CONTROL_TRIGGER_X, ns.CONTROL_TIMER, ns.CONTROL_TRIGGER]
)
def test_a_pushed_rule_is_a_change_and_an_answer_is_none(namespace: str) -> None:
    pushed = told(namespace, {"whatever": []}, Method.PUSH)
    assert reduce(KNOWN, pushed, NOW).rule_changes == KNOWN.rule_changes + 1
    assert reduce(KNOWN, told(namespace, {"whatever": []}), NOW) == KNOWN
