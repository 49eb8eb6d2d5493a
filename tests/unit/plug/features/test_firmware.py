"""Another firmware for the plug."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ownplug.core.errors import DeviceError
from ownplug.plug import Plug
from ownplug.testing.recorded_plug import RecordedPlug

ToPlug = Callable[[RecordedPlug], Plug]
Script = Callable[..., RecordedPlug]

UPGRADE = "Appliance.Control.Upgrade"
URL, MD5 = "http://192.168.1.10:41000/ab12.bin", "09ad" * 8


async def test_the_plug_is_told_where_the_image_lies_and_its_md5(script: Script, to_plug: ToPlug) -> None:
    plug = script(("SETACK", UPGRADE, {}), abilities=(UPGRADE,))
    await to_plug(plug).upgrading.begin(url=URL, md5=MD5)
    asked = plug.heard[-1]
    assert (asked.method, asked.namespace) == ("SET", UPGRADE)
    assert asked.data() == {"upgrade": {"url": URL, "md5": MD5}}


async def test_a_plug_that_does_not_list_it_is_not_asked(script: Script, to_plug: ToPlug) -> None:
    plug = script(("SETACK", UPGRADE, {}))
    with pytest.raises(DeviceError, match="no way to take another firmware"):
        await to_plug(plug).upgrading.begin(url=URL, md5=MD5)
    with pytest.raises(DeviceError, match="no way to take another firmware"):
        await to_plug(plug).upgrading.check()
    assert UPGRADE not in [message.namespace for message in plug.heard]
