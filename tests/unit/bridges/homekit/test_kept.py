from __future__ import annotations

from dataclasses import replace

import pytest

from ownplug.bridges.homekit.kept import Kept, Pairing, Shape, decode_kept, encode_kept, new_kept
from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.hub import Device, Feature, Kind


def device(number: int, *channels: int, metered: bool = False) -> Device:
    outlets = [Feature(id=f"on_{each}", kind=Kind.SWITCH, name="Outlet", channel=each) for each in channels]
    meter = [Feature(id="power", kind=Kind.SENSOR, name="Power")] if metered else []
    return Device(
        uuid=Uuid(f"17062234111010360001{number:012x}"),
        name=f"plug {number}",
        room="",
        model="mss310",
        hardware="",
        firmware="",
        is_online=True,
        features=(*outlets, *meter),
    )


def remember(kept: Kept, *devices: Device) -> Kept:
    for each in devices:
        kept = kept.with_shape(each.uuid, kept.shape(each))
    return kept


def test_what_is_kept_is_read_back() -> None:
    pairing = Pairing(name="A-B", public_key="00ff", is_admin=True)
    kept = remember(replace(new_kept(), pairings=(pairing,), config_number=7, shown="x"), device(1, 0))
    again = decode_kept(encode_kept(kept))
    assert again == kept
    assert again.is_paired
    assert not again.unpaired().is_paired


def test_no_two_bridges_begin_alike() -> None:
    assert len({new_kept().device_id for _ in range(20)}) == 20
    assert len({new_kept().setup_code.reveal() for _ in range(20)}) == 20


def test_its_secrets_are_seen_by_nobody() -> None:
    kept = new_kept()
    assert kept.setup_code.reveal() not in repr(kept)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"device_id": 7}', b'{"device_id": "x"}'])
def test_what_is_something_else_is_said(content: bytes) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        decode_kept(content)


def test_every_plug_has_a_number_that_no_other_ever_had() -> None:
    kept = remember(new_kept(), *(device(number, 0) for number in range(8)))
    numbers = [shape.aid for shape in kept.shapes.values()]
    assert numbers == [2, 3, 4, 5, 6, 8, 9, 10]  # 1 is the bridge, 7 is no number for iOS
    assert remember(kept, device(3, 0)).shapes == kept.shapes


def test_what_a_plug_had_it_has() -> None:
    kept = remember(new_kept(), device(1, 0, 1, metered=True), device(1, 0))
    assert kept.shape(device(1, 2)) == Shape(aid=2, channels=(0, 1, 2), is_metered=True)
