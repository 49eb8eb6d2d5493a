"""The plug's own light."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ownplug.core.errors import DeviceError
from ownplug.plug import Plug
from ownplug.testing.recorded_plug import RecordedPlug

ToPlug = Callable[[RecordedPlug], Plug]
Script = Callable[..., RecordedPlug]

DND_MODE = "Appliance.System.DNDMode"


async def test_do_not_disturb_means_that_the_light_is_off(mss310r: RecordedPlug, to_plug: ToPlug) -> None:
    assert await to_plug(mss310r).light.is_on() is False


async def test_without_it_the_light_is_on(script: Script, to_plug: ToPlug) -> None:
    plug = script(("GETACK", DND_MODE, {"DNDMode": {"mode": 0}}), abilities=(DND_MODE,))
    assert await to_plug(plug).light.is_on() is True


@pytest.mark.parametrize(("on", "mode"), [(True, 0), (False, 1)])
async def test_the_light_is_set_in_the_plugs_own_words(
    script: Script, to_plug: ToPlug, on: bool, mode: int
) -> None:
    plug = script(("SETACK", DND_MODE, {}), abilities=(DND_MODE,))
    await to_plug(plug).set_light(on=on)
    assert (plug.heard[-1].method, plug.heard[-1].data()) == ("SET", {"DNDMode": {"mode": mode}})


async def test_a_plug_whose_light_cannot_be_set_says_so(script: Script, to_plug: ToPlug) -> None:
    plug = to_plug(script())
    with pytest.raises(DeviceError, match="no light"):
        await plug.set_light(on=True)
    with pytest.raises(DeviceError, match="no light"):
        await plug.light.is_on()
