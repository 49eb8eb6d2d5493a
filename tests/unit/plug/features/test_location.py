"""Where a plug believes to be, and by which offsets its clock goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.unit.plug.features.bench_link import BenchLink
from tests.unit.virtual.conftest import Bench

from ownplug.core.errors import DeviceError, Malformed
from ownplug.core.meross import namespaces as ns
from ownplug.core.schedule import Place, Zone
from ownplug.core.units import Position
from ownplug.plug import Plug
from ownplug.testing.recorded_plug import RecordedPlug

ToPlug = Callable[[RecordedPlug], Plug]
Script = Callable[..., RecordedPlug]

BERLIN = Position(latitude=52.52, longitude=13.405)


async def test_a_plug_that_nobody_told_is_nowhere() -> None:
    plug = Plug(BenchLink(Bench()))
    assert await plug.location.position() is None
    assert await plug.location.place() == Place(zone=Zone())


async def test_a_plug_knows_what_it_was_told() -> None:
    plug = Plug(BenchLink(Bench()))
    await plug.location.tell(BERLIN)
    await plug.time.set("Europe/Berlin")
    assert await plug.location.position() == BERLIN
    place = await plug.location.place()
    assert (place.latitude, place.longitude) == (52.52, 13.405)
    assert {offset_s for _, offset_s, _ in place.zone.rules} == {3600, 7200}


async def test_a_plug_that_cannot_be_told_is_nowhere(script: Script, to_plug: ToPlug) -> None:
    plug = to_plug(script())
    assert await plug.location.position() is None
    with pytest.raises(DeviceError, match="no position"):
        await plug.location.tell(BERLIN)


@pytest.mark.parametrize(("longitude", "latitude"), [(181_000_000, 0), (0, 90_000_001), (10**30, 1)])
async def test_a_place_that_cannot_be_is_an_error(
    script: Script, to_plug: ToPlug, longitude: int, latitude: int
) -> None:
    told = {"position": {"longitude": longitude, "latitude": latitude}}
    plug = script(("GETACK", ns.SYSTEM_POSITION, told), abilities=(ns.SYSTEM_POSITION,))
    with pytest.raises(Malformed, match=r"where nothing can be|not readable|position"):
        await to_plug(plug).location.position()


@pytest.mark.parametrize("rules", [[[-1, 0, 0]], [[2**40, 0, 0]], [[0, 10**15, 0]], [[0, 0, 0]] * 65])
async def test_a_clock_that_cannot_be_is_an_error(
    script: Script, to_plug: ToPlug, rules: list[list[int]]
) -> None:
    told = {"time": {"timestamp": 1, "timezone": "x", "timeRule": rules}}
    with pytest.raises(Malformed, match=r"offset that no clock has|changes 65 times"):
        await to_plug(script(("GETACK", ns.SYSTEM_TIME, told))).location.place()
