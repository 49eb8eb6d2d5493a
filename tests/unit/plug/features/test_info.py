"""What plugs tell of themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ownplug.core.identity import Firmware, Model
from ownplug.core.state import RelayState
from ownplug.plug import Plug
from ownplug.testing.recorded_plug import RecordedPlug
from ownplug.testing.recordings import UUID

ToPlug = Callable[[RecordedPlug], Plug]
Script = Callable[..., RecordedPlug]

ALL = "Appliance.System.All"


async def test_a_recorded_plug_of_the_second_generation(mss310r: RecordedPlug, to_plug: ToPlug) -> None:
    info = await to_plug(mss310r).info()
    assert (info.uuid, info.mac) == (UUID, "48:e1:e9:52:29:46")
    assert info.model == Model(type="mss310r", sub_type="un", hardware="2.0.0", chip="mt7682")
    assert info.firmware == Firmware(version="2.1.4", compiled="2019/11/27 11:48:08 GMT +08:00")
    assert info.relays == (
        RelayState(channel=0, on=True, changed_at=datetime(2023, 2, 10, 9, 13, 48, tzinfo=UTC)),
    )
    assert (info.address, info.server) == ("192.168.1.50", "192.168.1.10:8883")
    assert (info.clock, info.timezone) == (datetime(2023, 2, 10, 9, 14, 10, tzinfo=UTC), "")
    assert len(info.abilities) == 28


async def test_a_recorded_plug_of_the_first_generation(mss210: RecordedPlug, to_plug: ToPlug) -> None:
    info = await to_plug(mss210).info()
    assert info.model == Model(type="mss210", sub_type="us", hardware="1.0.0", chip="MT7688")
    assert info.firmware == Firmware(version="1.1.12", compiled="2018-12-17 11:01:45")
    assert info.relays == (
        RelayState(channel=0, on=False, changed_at=datetime(2022, 2, 20, 21, 4, 46, tzinfo=UTC)),
    )
    assert (info.address, info.server) == ("192.168.0.16", "mqtt-eu-2.meross.com:443")
    assert info.timezone == "Europe/Madrid"
    assert "Appliance.Control.Toggle" in info.abilities


async def test_a_plug_that_knows_neither_time_nor_server_says_so(script: Script, to_plug: ToPlug) -> None:
    hardware, firmware = {"type": "mss310", "uuid": UUID}, {"version": "2.1.7"}
    for time in ({}, {"time": {"timestamp": 450}}):
        everything = {"all": {"system": {"hardware": hardware, "firmware": firmware, **time}}}
        info = await to_plug(script(("GETACK", ALL, everything))).info()
        assert (info.clock, info.timezone, info.server, info.relays) == (None, "", "", ())


@pytest.mark.parametrize(
    ("told", "server"),
    [
        ({"server": "hub", "port": 8883}, "hub:8883"),
        ({"server": "hub", "port": "8883"}, "hub:8883"),
        ({"server": "hub", "port": ""}, "hub"),
        ({"server": "", "port": 0}, ""),
    ],
)
async def test_the_server_of_a_plug(
    script: Script, to_plug: ToPlug, told: dict[str, object], server: str
) -> None:
    hardware, firmware = {"type": "mss310", "uuid": UUID}, {"version": "2.1.7", **told}
    everything = {"all": {"system": {"hardware": hardware, "firmware": firmware}}}
    assert (await to_plug(script(("GETACK", ALL, everything))).info()).server == server


async def test_the_recorded_signal(mss310r: RecordedPlug, mss210: RecordedPlug, to_plug: ToPlug) -> None:
    assert await to_plug(mss310r).about.signal() == 86
    assert await to_plug(mss210).about.signal() == 100
