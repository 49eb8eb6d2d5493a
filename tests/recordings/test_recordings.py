"""Every line that real devices said, read by our types: nothing misread, nothing skipped without a word."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ownplug.core.errors import Malformed
from ownplug.core.meross import (
    Message,
    MessageMaker,
    Method,
    as_data,
    decode_message,
    encode_message,
    payloads,
)
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.testing.recordings import UUID, Direction, Row, read_recording, unmask

MSS310R = "mss310r-hw2.0.0-fw2.1.4.csv"
MSS210 = "mss210-hw1-fw1.1.12.json"
EM06 = "em06-fw2.3.8.json"
FILES = [MSS310R, MSS210, EM06]

KEY = Secret("0123456789abcdef0123456789abcdef")

# The type that reads what a device says in a namespace.
TYPED: dict[str, type[msgspec.Struct]] = {
    ns.SYSTEM_ALL: payloads.AllPayload,
    ns.SYSTEM_ABILITY: payloads.Ability,
    ns.SYSTEM_RUNTIME: payloads.RuntimePayload,
    ns.SYSTEM_DND_MODE: payloads.DndModePayload,
    ns.CONTROL_TOGGLE: payloads.TogglePayload,
    ns.CONTROL_TOGGLE_X: payloads.ToggleXPayload,
    ns.CONTROL_ELECTRICITY: payloads.ElectricityPayload,
    ns.CONTROL_CONSUMPTION_X: payloads.ConsumptionPayload,
    ns.CONTROL_CONSUMPTION_CONFIG: payloads.MeterConfigPayload,
    ns.CONTROL_TIMER: payloads.TimerPayload,
    ns.CONTROL_TIMER_X: payloads.TimerXPayload,
    ns.CONTROL_TRIGGER: payloads.TriggerPayload,
    ns.CONTROL_TRIGGER_X: payloads.TriggerXPayload,
    ns.DIGEST_TIMER_X: payloads.RuleDigestPayload,
    ns.DIGEST_TRIGGER_X: payloads.RuleDigestPayload,
}
# What no type reads, and why: `Message.data()` still has all of it.
UNTYPED = {
    ns.SYSTEM_POSITION: "only the plug itself reckons with its position yet",
    ns.SYSTEM_DEBUG: "for people to look at; differs with every firmware",
    "Appliance.Config.Info": "holds the secret HomeKit code: not looked at",
    "Appliance.Control.ConsumptionH": "EM06: other families of devices come later",
    "Appliance.Control.CircuitFactor": "EM06: other families of devices come later",
    "Appliance.Control.AlertConfig": "EM06: other families of devices come later",
    "Appliance.Control.Sensor.History": "EM06: other families of devices come later",
}
# Fields that devices said in a typed namespace and that no type reads, and why.
UNREAD = {
    "all.system.firmware.encrypt": "tells nothing: newer devices have it and still take plain HTTP",
    "all.system.firmware.secondServer": "of the first generation only",
    "all.system.firmware.secondPort": "of the first generation only",
    "all.system.online.bindId": "nothing needs it",
    "all.system.online.who": "meaning unknown",
    "all.control.trigger": "rules are read in their own namespaces",
    "all.control.timer": "rules are read in their own namespaces",
    "all.digest.triggerx": "rules are read in their own namespaces",
    "all.digest.timerx": "rules are read in their own namespaces",
    "channel": "says again what the relays say",
    "electricity.config.voltageRatio": "calibration has its own namespace",
    "electricity.config.electricityRatio": "calibration has its own namespace",
}


@pytest.fixture(scope="module")
def recordings(reference: Path) -> dict[str, list[Row]]:
    return {name: read_recording(reference / "traces" / name) for name in FILES}


@pytest.fixture(scope="module")
def told(recordings: dict[str, list[Row]]) -> list[Row]:
    """Everything that a device said."""
    return [row for rows in recordings.values() for row in rows if row.is_told]


def as_message(row: Row) -> Message:
    """The row as it would come over the wire."""
    maker = MessageMaker(key=KEY, sender=f"/appliance/{UUID}/publish", new_id=lambda: f"{row.number:032x}")
    message = maker.make(Method(row.method), row.namespace, row.payload, now_s=1676020450)
    return decode_message(encode_message(message))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value of a payload with the keys that lead to it; an empty list or object is a value too."""
    match value:
        case dict() if value:
            for key, inner in value.items():
                yield from leaves(inner, f"{path}.{key}" if path else key)
        case list() if value:
            for inner in value:
                yield from leaves(inner, path)
        case _:
            yield path, value


def grouped(value: Any) -> dict[str, list[Any]]:
    """The values of a payload by path, in their order."""
    found: dict[str, list[Any]] = {}
    for path, leaf in leaves(value):
        found.setdefault(path, []).append(leaf)
    return found


def test_every_line_of_every_recording_is_accounted_for(
    recordings: dict[str, list[Row]], reference: Path
) -> None:
    counted = {
        name: Counter("log" if row.is_log else row.direction.name.lower() for row in rows)
        for name, rows in recordings.items()
    }
    assert counted == {
        MSS310R: {"asked": 26, "answered": 26, "remembered": 2, "log": 3},
        MSS210: {"asked": 15, "answered": 15, "remembered": 2, "log": 11},
        EM06: {"asked": 12, "answered": 7, "remembered": 2, "log": 24},
    }
    assert counted[MSS310R].total() == len((reference / "traces" / MSS310R).read_text().splitlines())


def test_every_namespace_that_a_device_speaks_of_is_typed_or_excused(told: list[Row]) -> None:
    spoken = {row.namespace for row in told}
    assert spoken - TYPED.keys() == UNTYPED.keys()
    assert spoken >= TYPED.keys()


def test_every_answer_is_read_by_its_type_and_no_value_is_changed(told: list[Row]) -> None:
    for row in told:
        if row.namespace not in TYPED or row.method == Method.SETACK:
            continue
        read = grouped(as_data(as_message(row).read(TYPED[row.namespace])))
        for path, said in grouped(row.payload).items():
            if path in read:
                assert read[path] == said, f"line {row.number}: {path}"


def test_what_no_type_reads_is_known_and_has_a_reason(told: list[Row]) -> None:
    unread: set[str] = set()
    for row in told:
        if row.namespace in TYPED and row.method != Method.SETACK:
            read = grouped(as_data(as_message(row).read(TYPED[row.namespace])))
            unread |= grouped(row.payload).keys() - read.keys()
    empty = {
        "all.digest",
        "all.control.trigger",
        "all.control.timer",
    }  # as objects and lists that hold nothing
    assert unread - empty == UNREAD.keys() - empty


def test_what_a_type_adds_is_only_what_the_device_left_out(told: list[Row]) -> None:
    added: set[str] = set()
    for row in told:
        if row.namespace in TYPED and row.method != Method.SETACK:
            read = grouped(as_data(as_message(row).read(TYPED[row.namespace])))
            added |= read.keys() - grouped(row.payload).keys()
    assert added == {
        "all.control",  # of the other generation
        "all.digest",
        "all.digest.togglex",  # EM06
        "all.control.toggle.channel",  # the first generation names none
        "toggle.channel",
    }


def test_an_answer_without_a_type_is_kept_whole(told: list[Row]) -> None:
    for row in told:
        assert as_message(row).data() == row.payload


def test_an_acknowledged_command_says_nothing(told: list[Row]) -> None:
    acknowledged = [row for row in told if row.method == Method.SETACK]
    assert len(acknowledged) == 2
    assert all(row.payload == {} for row in acknowledged)


def test_recorded_commands_are_what_ours_are(recordings: dict[str, list[Row]]) -> None:
    commands = [row for rows in recordings.values() for row in rows if row.method == Method.SET]
    assert [row.namespace for row in commands] == [ns.CONTROL_TOGGLE_X, ns.CONTROL_TOGGLE_X]
    for row, on in zip(commands, [False, True], strict=True):
        [relay] = payloads.relays_of(as_message(row).read(payloads.ToggleXPayload))
        assert (relay.channel, relay.is_on) == (0, on)


def test_a_recorded_question_has_one_empty_key_or_none(recordings: dict[str, list[Row]]) -> None:
    asked = [row for rows in recordings.values() for row in rows if row.direction is Direction.ASKED]
    questions = [row for row in asked if row.method in {Method.GET, Method.PUSH} and not row.is_log]
    assert len(questions) == len(asked) - 2
    for row in questions:
        assert list(row.payload.values()) in ([{}], [[]], [])


def test_every_question_of_a_plug_was_answered_or_the_connection_dropped(
    recordings: dict[str, list[Row]],
) -> None:
    dropped = {}
    for name, rows in recordings.items():
        asked = sum(row.direction is Direction.ASKED for row in rows)
        answered = sum(row.direction is Direction.ANSWERED for row in rows)
        dropped[name] = sum("ServerDisconnectedError" in str(row.payload) for row in rows if row.is_log)
        assert asked == answered + dropped[name], name
    # EM06 lists namespaces that it does not answer in this form.
    assert dropped == {MSS310R: 0, MSS210: 0, EM06: 5}


def test_the_home_that_was_recorded_apart_from_the_lines_reads_as_well(reference: Path) -> None:
    for name in (MSS210, EM06):
        held = unmask(msgspec.json.decode((reference / "traces" / name).read_bytes())["data"]["payload"])
        told_all = msgspec.convert(held, payloads.AllPayload, strict=False).all
        assert told_all.system.hardware.type in name
        assert len(msgspec.convert(held, payloads.Ability).ability) == {MSS210: 22, EM06: 27}[name]


def test_the_relay_of_each_generation_is_found(recordings: dict[str, list[Row]]) -> None:
    found = {
        name: [as_message(row).read(payloads.AllPayload).all.relays for row in rows if _tells_all(row)]
        for name, rows in recordings.items()
    }
    changes = [relay.changed_at for relay in itertools.chain(*found[MSS310R])]
    assert changes == [1676020428] * 2 + [1676020509] * 3
    assert {relay.onoff for relay in itertools.chain(*found[MSS210])} == {0}
    assert found[EM06] == [[]]


def _tells_all(row: Row) -> bool:
    return row.is_told and row.namespace == ns.SYSTEM_ALL


@pytest.mark.parametrize("mask", ["#", "####", "###########0", "@2"])
def test_a_mask_becomes_a_value_of_the_right_type(mask: str) -> None:
    assert unmask({"port": mask, "server": mask}) == {"port": 8883, "server": "192.168.1.10"}
    assert unmask([{"a": 5, "b": "text", "c": None}]) == [{"a": 5, "b": "text", "c": None}]


def test_a_mask_where_nothing_plausible_is_known_is_told() -> None:
    with pytest.raises(Malformed, match="surprise"):
        unmask({"surprise": "####"})


def test_another_table_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"data":{"trace":[["a","b"]]}}')
    with pytest.raises(Malformed, match="columns"):
        read_recording(tmp_path / "other.json")
