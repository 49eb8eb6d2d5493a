from __future__ import annotations

from dataclasses import replace

import pytest

from ownplug.bridges.homekit.description import Meter, digest, homekit_name, shown, version
from ownplug.bridges.homekit.kept import Shape
from ownplug.core.identity import Uuid
from ownplug.hub import Device, Feature, Kind

UUID = Uuid("1706223411101036000134298f1a2b3c")


def outlet(channel: int, *, on: bool | None) -> Feature:
    return Feature(
        id=f"on_{channel}" if channel else "on", kind=Kind.SWITCH, name="Outlet", value=on, channel=channel
    )


def sensor(name: str, value: float | None) -> Feature:
    return Feature(id=name, kind=Kind.SENSOR, name=name, value=value)


READING = (
    sensor("power", 60.04),
    sensor("energy", 1.2345),
    sensor("voltage", 229.87),
    sensor("current", 0.26118),
)
KETTLE = Device(
    uuid=UUID,
    name="kettle",
    room="kitchen",
    model="mss310",
    hardware="2.0.0",
    firmware="2.1.7",
    is_online=True,
    features=(outlet(0, on=True), *READING),
)
SHAPE = Shape(aid=5, channels=(0,), is_metered=True)


def test_a_plug_is_an_accessory_with_its_meter() -> None:
    found = shown(KETTLE, SHAPE)
    assert (found.aid, found.name, found.serial) == (5, "kettle", "34:29:8f:1a:2b:3c")
    assert (found.model, found.firmware, found.hardware) == ("mss310", "2.1.7", "2.0.0")
    [only] = found.outlets
    assert (only.name, only.feature_id, only.is_on, only.is_in_use) == ("kettle", "on", True, True)
    assert only.meter == Meter(power_w=60.0, energy_kwh=1.234, voltage_v=229.9, current_a=0.261)


@pytest.mark.parametrize(("power_w", "in_use"), [(0.0, False), (1.0, False), (1.1, True), (None, False)])
def test_it_is_in_use_when_something_is_used(power_w: float | None, in_use: bool) -> None:
    device = replace(KETTLE, features=(outlet(0, on=True), sensor("power", power_w)))
    assert shown(device, SHAPE).outlets[0].is_in_use is in_use


def test_without_a_meter_it_is_in_use_when_it_is_on() -> None:
    shape = replace(SHAPE, is_metered=False, channels=(0, 2))
    device = replace(KETTLE, features=(outlet(0, on=False), outlet(2, on=True)))
    assert [(each.feature_id, each.name, each.is_in_use) for each in shown(device, shape).outlets] == [
        ("on", "kettle", False),
        ("on_2", "kettle 2", True),
    ]


def test_what_a_plug_does_not_tell_at_the_moment_is_still_there() -> None:
    """Right after a start of the hub; a layout that shrank would cost scenes and automations."""
    shape = replace(SHAPE, channels=(0, 1))
    silent = replace(KETTLE, is_online=False, features=(outlet(0, on=None),))
    before = replace(KETTLE, features=(outlet(0, on=True), outlet(1, on=True), *READING))
    assert shown(silent, shape).layout == shown(before, shape).layout
    assert [each.is_on for each in shown(silent, shape).outlets] == [False, False]


def test_the_digest_is_another_one_when_homes_have_to_read_anew() -> None:
    kettle = shown(KETTLE, SHAPE)
    lamp = shown(replace(KETTLE, name="lamp"), replace(SHAPE, aid=6))
    assert digest([kettle, lamp]) == digest([lamp, kettle])
    off = shown(replace(KETTLE, is_online=False, features=(outlet(0, on=False), *READING)), SHAPE)
    assert digest([off, lamp]) == digest([kettle, lamp])
    for changed in (
        [kettle],
        [kettle, shown(replace(KETTLE, name="other"), replace(SHAPE, aid=6))],
        [kettle, replace(lamp, firmware="9.9.9")],
        [kettle, shown(replace(KETTLE, name="lamp"), replace(SHAPE, aid=6, channels=(0, 1)))],
    ):
        assert digest(changed) != digest([kettle, lamp])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kettle", "kettle"),
        ("Küche, Bob's TV-2", "Küche, Bob's TV-2"),
        ("_Tee/Kanne ☕ ", "Tee Kanne"),
        ("\x1b[2Jlamp\u202e", "2Jlamp"),
        ("☕", "Plug"),
        ("'-.", "Plug"),
        ("ü" * 60, "ü" * 32),
    ],
)
def test_names_have_what_apples_devices_accept(name: str, expected: str) -> None:
    assert homekit_name(name) == expected
    assert len(homekit_name(name).encode()) <= 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.1.7", "2.1.7"),
        ("1.10", "1.10.0"),
        ("v3", "3.0.0"),
        ("2.1.7.9-beta", "2.1.7"),
        ("0.1.0.dev0", "0.1.0"),
        ("", "0.0.0"),
        ("unknown", "0.0.0"),
    ],
)
def test_versions_have_three_numbers(text: str, expected: str) -> None:
    assert version(text) == expected
