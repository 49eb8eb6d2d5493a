"""What a pairing that fails leaves behind, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from ownplug.core.errors import PairingFailed, Unreachable
from ownplug.core.secret import Secret
from ownplug.pairing import WifiNetwork, Wish, take_home
from ownplug.virtual import VirtualPlug, VirtualPlugSettings

pytestmark = pytest.mark.e2e


class DyingHub:
    """A hub that takes part at first and is gone when it should forget a plug."""

    def __init__(self) -> None:
        self.asked_to_forget = False

    async def home(self, *, show_secrets: bool) -> dict[str, Any]:
        assert show_secrets
        return {"user_id": "1", "key": "k", "mqtts": "127.0.0.1:1", "timezone": "UTC", "position": ""}

    async def plugs(self) -> list[dict[str, Any]]:
        return []

    async def refusals(self) -> list[dict[str, Any]]:
        return []

    async def forget(self, plug: str) -> None:
        self.asked_to_forget = True
        raise Unreachable("No hub answers.")


async def test_the_cause_is_told_although_the_hub_is_gone_too() -> None:
    hub: Any = DyingHub()
    async with VirtualPlug(VirtualPlugSettings()) as plug:
        network = WifiNetwork(ssid="Home", password=Secret(""))
        wish = Wish(network=network, url=f"http://{plug.http[0]}:{plug.http[1]}")
        with pytest.raises(PairingFailed) as caught:
            await take_home(hub, wish, tell=lambda _: None)
    assert caught.value.code == "port-closed"  # of the server that it should come to
    assert hub.asked_to_forget
