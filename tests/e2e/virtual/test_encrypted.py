"""Our own link to a plug that wants its bodies encrypted; what judges the cipher is in the unit and judge tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ownplug import connect
from ownplug.core.errors import DeviceError, LinkBroken
from ownplug.core.meross import Method
from ownplug.core.secret import Secret
from ownplug.plug import HttpLink
from ownplug.virtual import VirtualPlug, VirtualPlugSettings, at_home, find_profile

pytestmark = pytest.mark.e2e

KEY = Secret("0123456789abcdef0123456789abcdef")
MEMORY = at_home("127.0.0.1", 1, key=KEY, user_id="1")


@pytest.fixture
async def plug() -> Any:
    async with VirtualPlug(VirtualPlugSettings(profile=find_profile("mss110"), flash=MEMORY)) as plug:
        yield plug


async def test_it_is_switched_like_any_other(plug: VirtualPlug) -> None:
    async with connect(f"http://{plug.http[0]}:{plug.http[1]}", key=KEY) as ours:
        await ours.switch(on=False)
        assert plug.status().relays == {0: False}
        await ours.switch(on=True)
        assert plug.status().relays == {0: True}
        told = await ours.request("Appliance.Config.OverTemp", {})
        assert told.data()["overTemp"]["enable"] == 1


async def test_it_refuses_another_key(plug: VirtualPlug) -> None:
    async with connect(f"http://{plug.http[0]}:{plug.http[1]}", key=Secret("f" * 32)) as ours:
        with pytest.raises(DeviceError, match="not its key"):
            await ours.switch(on=False)
    assert plug.relay_on


async def test_a_link_that_is_given_the_key_goes_on_encrypted(plug: VirtualPlug) -> None:
    url = f"http://{plug.http[0]}:{plug.http[1]}"
    async with HttpLink(url, key=Secret(""), trusting=True) as link:
        with pytest.raises(LinkBroken):
            await link.request(Method.GET, "Appliance.System.All", {})
        link.take_key(KEY)
        told = await link.request(Method.GET, "Appliance.System.All", {})
        assert told.data()["all"]["system"]["hardware"]["type"] == "mss110"


def test_the_command_line_reaches_it_too(launch: Callable[..., Any], ownplug: Callable[..., Any]) -> None:
    server = ("--mqtt", "mqtts://127.0.0.1:1", "--key", KEY.reveal(), "--user-id", "1")
    told = launch("virtual", "run", "--model", "mss110", *server).ready()
    assert ownplug("off", f"http://{told['http']}", "--key", KEY.reveal())["on"] is False
