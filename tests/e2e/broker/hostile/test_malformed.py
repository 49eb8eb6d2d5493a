"""Packets that are wrong in every field end their own connection and nothing else."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from tests.e2e.broker.hostile.malformed import broken_connects, broken_packets

from ownplug.core.mqtt import Connack, ConnectCode, Pingreq, Pingresp

if TYPE_CHECKING:
    from tests.e2e.broker.hostile.conftest import Attacker, Beside

pytestmark = pytest.mark.e2e

REFUSALS = {
    b"",
    b"\x20\x02\x00\x01",  # unacceptable protocol
    b"\x20\x02\x00\x02",  # identifier rejected
}


async def test_connects_that_are_wrong_in_every_field(attacker: Attacker, beside: Beside) -> None:
    cases = list(broken_connects())
    async with beside(f"{len(cases)} CONNECTs, each wrong in one field"):
        for case in cases:
            async with attacker.call() as raw:
                await raw.say(case.data)
                assert await raw.closed() in REFUSALS, case.what


async def test_packets_that_are_wrong_in_every_field_before_login(attacker: Attacker, beside: Beside) -> None:
    cases = [case for case in broken_packets() if case.data[0] != 0x10]
    async with beside(f"{len(cases)} packets, each wrong in one field, no login"):
        for case in cases:
            async with attacker.call() as raw:
                await raw.say(case.data)
                assert await raw.closed() in REFUSALS, case.what


async def test_packets_that_are_wrong_in_every_field_after_login(attacker: Attacker, beside: Beside) -> None:
    cases = list(broken_packets())
    async with beside(f"{len(cases)} packets, each wrong in one field, logged in"):
        for case in cases:
            async with attacker.let_in(attacker.app()) as raw:
                await raw.say(case.data)
                assert await raw.closed() == b"", case.what


async def test_every_broken_packet_in_small_pieces(attacker: Attacker, beside: Beside) -> None:
    chance = random.Random(3)
    async with beside("30 broken packets byte by byte"):
        for case in chance.sample(list(broken_packets()), 30):
            async with attacker.let_in(attacker.app()) as raw:
                for byte in case.data:
                    await raw.say(bytes([byte]))
                assert await raw.closed() == b"", case.what


@pytest.mark.parametrize(
    "where", ["plain", "raw on tls", "raw on old tls", "inside tls", "inside old tls", "logged in"]
)
async def test_random_blobs(attacker: Attacker, old_attacker: Attacker, beside: Beside, where: str) -> None:
    chance = random.Random(where)
    async with beside(f"300 random blobs, {where}"):
        for _ in range(300):
            blob = chance.randbytes(chance.randrange(1, 4096))
            if where == "logged in":
                async with attacker.let_in(attacker.app()) as raw:
                    await raw.say(blob)
                continue
            ways = {
                "plain": attacker.call,
                "raw on tls": attacker.call_raw_on_tls,
                "raw on old tls": old_attacker.call_raw_on_tls,
                "inside tls": attacker.call_tls,
                "inside old tls": old_attacker.call_tls,
            }
            async with ways[where]() as raw:
                await raw.say(blob)  # cut by us where it happens to begin a packet


async def test_good_packets_around_random_bytes_are_answered(attacker: Attacker) -> None:
    async with attacker.let_in(attacker.app()) as raw:
        await raw.say(Pingreq(), b"\xf0" + random.Random(1).randbytes(100))
        assert await raw.hear() == Pingresp()
        assert await raw.hear() is None


async def test_a_second_connect_ends_the_connection(attacker: Attacker) -> None:
    async with attacker.call() as raw:
        await raw.say(attacker.app(), attacker.app())
        assert await raw.hear() == Connack(code=ConnectCode.ACCEPTED)
        assert await raw.hear() is None
