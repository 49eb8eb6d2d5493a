"""What the meter measures."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from ownplug.core.errors import DeviceError, Malformed, UsageError
from ownplug.core.meross.payloads import MeterConfig
from ownplug.core.state import Reading
from ownplug.plug import Plug
from ownplug.testing import FakeClock
from ownplug.testing.recorded_plug import RecordedPlug

ToPlug = Callable[[RecordedPlug], Plug]
Script = Callable[..., RecordedPlug]

ELECTRICITY = "Appliance.Control.Electricity"


def said(channel: int, power: int) -> dict[str, int]:
    return {"channel": channel, "current": 1, "voltage": 2300, "power": power}


async def test_the_recorded_readings_in_their_order(
    mss310r: RecordedPlug, to_plug: ToPlug, clock: FakeClock
) -> None:
    plug = to_plug(mss310r)
    readings = [await plug.electricity() for _ in range(5)]
    assert readings == [
        Reading(at=clock.now(), power_w=power_w, voltage_v=voltage_v, current_a=current_a)
        for power_w, voltage_v, current_a in [
            (0.714, 218.0, 0.056),
            (0.714, 218.0, 0.076),
            (1.71, 218.0, 0.095),
            (0.996, 218.0, 0.056),
            (0.0, 216.2, 0.0),
        ]
    ]


async def test_a_channel_is_asked_for_and_picked(script: Script, to_plug: ToPlug) -> None:
    both = {"electricity": [said(1, 1000), said(2, 2000)]}
    recorded = script(("GETACK", ELECTRICITY, both), abilities=(ELECTRICITY,))
    plug = to_plug(recorded)
    assert (await plug.electricity(channel=2)).power_w == 2.0
    assert recorded.heard[-1].data() == {"electricity": {"channel": 2}}
    with pytest.raises(UsageError, match="outlet 3"):
        await plug.electricity(channel=3)


async def test_a_reading_of_another_outlet_is_not_passed_off_as_this_ones(
    script: Script, to_plug: ToPlug
) -> None:
    recorded = script(("GETACK", ELECTRICITY, {"electricity": said(0, 5)}), abilities=(ELECTRICITY,))
    with pytest.raises(UsageError):
        await to_plug(recorded).electricity(channel=1)


async def test_the_recorded_calibration(mss310r: RecordedPlug, to_plug: ToPlug) -> None:
    calibration = await to_plug(mss310r).meter.calibration()
    assert calibration == MeterConfig(voltage_ratio=188, current_ratio=100)
    assert calibration.max_current is msgspec.UNSET


async def test_a_plug_without_a_meter_says_so_without_being_asked(
    mss210: RecordedPlug, to_plug: ToPlug
) -> None:
    plug = to_plug(mss210)
    with pytest.raises(DeviceError, match="no meter"):
        await plug.electricity()
    with pytest.raises(DeviceError, match="no calibration"):
        await plug.meter.calibration()
    assert len(mss210.heard) == 1


async def test_nonsense_from_a_meter_is_malformed(script: Script, to_plug: ToPlug) -> None:
    nonsense = {"electricity": said(0, 10**400)}
    with pytest.raises(Malformed):
        await to_plug(script(("GETACK", ELECTRICITY, nonsense), abilities=(ELECTRICITY,))).electricity()
