"""A virtual plug between foreign programs: mosquitto as its server, paho as its hub."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ownplug.virtual import Timing, VirtualPlug, VirtualPlugSettings, find_profile

pytestmark = pytest.mark.e2e

DEADLINE_S = 30.0
QUICK = Timing(
    farewell_s=0.02,
    reboot_s=0.02,
    join_s=0.02,
    retry_s=0.1,
    clock_every_s=0.05,
    bind_every_s=0.1,
    bind_wait_s=0.5,
    home_wait_s=2.0,
)

Make = Callable[..., Any]


@contextmanager
def running(mosquitto: Any) -> Iterator[Any]:
    mosquitto.start()
    try:
        yield mosquitto
    finally:
        mosquitto.stop()


async def within(wait: Awaitable[None]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        await wait


async def is_in_state(plug: VirtualPlug, state: str) -> None:
    await within(plug.until(lambda: plug.state == state))


def count(heard: list[tuple[str, dict[str, Any]]], namespace: str) -> int:
    return sum(message["header"]["namespace"] == f"Appliance.{namespace}" for _, message in heard)


async def test_a_plug_that_nobody_answers_falls_back_to_pairing(
    make_mosquitto: Make, make_answerer: Make, pair_by_hand: Make
) -> None:
    async with VirtualPlug(VirtualPlugSettings(timing=QUICK)) as plug:
        with running(make_mosquitto(plug.mac.text, plug.uuid.text)) as mosquitto:
            nobody = await asyncio.to_thread(make_answerer, mosquitto, is_silent=True)
            await asyncio.to_thread(pair_by_hand, plug.http, mosquitto.port)
            await is_in_state(plug, "starting")
            assert plug.led == "green flashing"
            await is_in_state(plug, "pairing")
            assert plug.led == "green and orange in turn"
            assert not plug.key
            assert count(nobody.heard, "System.Clock") == 10
            assert count(nobody.heard, "Control.Bind") == 0
            nobody.stop()


@pytest.mark.parametrize("profile", ["mss310@2.1.7", "mss310r@2.1.4", "mss310@6.1.12"])
async def test_a_plug_that_is_answered_stays_and_obeys(
    make_mosquitto: Make, make_answerer: Make, pair_by_hand: Make, ask: Make, profile: str
) -> None:
    async with VirtualPlug(VirtualPlugSettings(timing=QUICK, profile=find_profile(profile))) as plug:
        with running(make_mosquitto(plug.mac.text, plug.uuid.text)) as mosquitto:
            home = await asyncio.to_thread(make_answerer, mosquitto)
            await asyncio.to_thread(pair_by_hand, plug.http, mosquitto.port)
            await is_in_state(plug, "online")

            uuid = plug.uuid.text
            home.send(uuid, "GET", "System.All", {})
            told = await asyncio.to_thread(home.wait_for, lambda topic, _: topic == "/app/10001-t/subscribe")
            assert told["payload"]["all"]["system"]["hardware"]["uuid"] == uuid
            assert told["header"]["from"] == f"/appliance/{uuid}/publish"

            home.send(uuid, "SET", "Control.ToggleX", {"togglex": {"channel": 0, "onoff": 0}})
            pushed = await asyncio.to_thread(
                home.wait_for,
                lambda _, message: message["header"]["method"] == "PUSH" and "togglex" in message["payload"],
            )
            assert pushed["payload"]["togglex"][0]["onoff"] == 0
            assert (plug.relay_on, plug.relay_edges, plug.led) == (False, 1, "off")

            by_http = await asyncio.to_thread(ask, plug.http, "GET", "System.Online")
            assert by_http["payload"]["online"]["status"] == 1
            stranger = await asyncio.to_thread(ask, plug.http, "GET", "System.Online", key="wrong")
            assert stranger["payload"]["error"]["code"] == 5001

            # mosquitto's own words: MQTT 3.1, clean session, keepalive 30, the MAC as user name
            log = mosquitto.log.read_text()
            assert f"as fmware:{uuid}_" in log
            assert f"(p1, c1, k30, u'{plug.mac}')" in log
            home.stop()


async def test_a_plug_at_home_comes_back_after_its_server_does(
    make_mosquitto: Make, make_answerer: Make, pair_by_hand: Make
) -> None:
    async with VirtualPlug(VirtualPlugSettings(timing=QUICK)) as plug:
        mosquitto = make_mosquitto(plug.mac.text, plug.uuid.text)
        with running(mosquitto):
            home = await asyncio.to_thread(make_answerer, mosquitto)
            await asyncio.to_thread(pair_by_hand, plug.http, mosquitto.port)
            await is_in_state(plug, "online")
            home.stop()
        await is_in_state(plug, "connecting")
        edges = plug.relay_edges
        with running(mosquitto):
            home = await asyncio.to_thread(make_answerer, mosquitto)
            await is_in_state(plug, "online")
            home.stop()
        assert plug.relay_edges == edges


@pytest.mark.parametrize("half_open", [False, True])
async def test_after_a_loss_of_power_it_comes_back_under_another_name(
    make_mosquitto: Make, make_answerer: Make, pair_by_hand: Make, half_open: bool
) -> None:
    async with VirtualPlug(VirtualPlugSettings(timing=QUICK)) as plug:
        with running(make_mosquitto(plug.mac.text, plug.uuid.text)) as mosquitto:
            home = await asyncio.to_thread(make_answerer, mosquitto)
            await asyncio.to_thread(pair_by_hand, plug.http, mosquitto.port)
            await is_in_state(plug, "online")
            await within(plug.reboot(leave_half_open=half_open))
            await is_in_state(plug, "online")
            log = mosquitto.log.read_text()
            names = {word for word in log.split() if word.startswith("fmware:")}
            assert len(names) == 2
            was_told = f"Client fmware:{plug.uuid}" in log  # "Client ... disconnected"
            assert was_told is not half_open
            home.stop()
