"""Watching a plug on a foreign server that goes away meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import LinkBroken
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.pairing import BrokerHost, GatewayAddress, open_broker_host

if TYPE_CHECKING:
    from tests.e2e.pairing.conftest import StartMosquitto

pytestmark = pytest.mark.e2e

UUID = Uuid("1911181236754000000134298f000001")
PATIENCE_S = 20.0


async def look_for_ever(host: BrokerHost) -> None:
    while True:
        await host.look(UUID)
        await asyncio.sleep(0.05)


async def test_a_server_that_is_gone_is_told_and_not_taken_for_a_plug_that_never_came(
    mosquitto: StartMosquitto,
) -> None:
    port = await asyncio.to_thread(mosquitto, "allow_anonymous true")
    server = GatewayAddress(host="127.0.0.1", port=port)
    async with (
        asyncio.timeout(PATIENCE_S),
        open_broker_host(server, UUID, user_id="10001", key=Secret("k")) as host,
    ):
        assert not (await host.look(UUID)).address
        await asyncio.to_thread(mosquitto.stop)
        with pytest.raises(LinkBroken, match="ended the connection by which the plug was watched"):
            await look_for_ever(host)
