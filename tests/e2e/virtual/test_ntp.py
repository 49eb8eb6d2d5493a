"""A strip that asks a time server of its air by UDP, and stalls without one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ownplug.core.secret import Secret
from ownplug.core.sntp import encode_answer
from ownplug.virtual import Air, Timing, VirtualPlug, VirtualPlugSettings, at_home, find_profile

pytestmark = pytest.mark.e2e

NOW_S = 1_700_000_000
MEMORY = at_home("127.0.0.1", 1, key=Secret("k" * 32), user_id="1")
QUICK = Timing(retry_s=0.05, join_s=0.01)


class TimeServer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.asked = 0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.asked += 1
        if self.asked > 1:  # the first is lost
            self._transport.sendto(b"noise", addr)
            self._transport.sendto(encode_answer(data, NOW_S), addr)


@pytest.mark.parametrize("answers", [True, False])
async def test_the_time_of_the_air(answers: bool) -> None:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(TimeServer, local_addr=("127.0.0.1", 0))
    try:
        place = f"127.0.0.1:{transport.get_extra_info('sockname')[1]}" if answers else ""
        air = Air(is_generous=False, ntp=place, networks=(Air().networks[0],))
        settings = VirtualPlugSettings(
            profile=find_profile("mss425e"), air=air, flash=MEMORY, timing=QUICK, http_port=None
        )
        async with asyncio.timeout(30), VirtualPlug(settings) as plug:
            if answers:
                await plug.until(lambda: plug.failures > 0)
                assert plug.status().unix_s == pytest.approx(NOW_S, abs=30)
                assert server.asked >= 2
            else:
                await asyncio.sleep(0.5)
                assert (plug.failures, plug.status().clock_is_set, plug.state) == (0, False, "connecting")
    finally:
        transport.close()
