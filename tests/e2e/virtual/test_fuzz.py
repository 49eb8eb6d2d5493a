"""Bytes that nobody should send, on both wires of a running virtual plug: it never crashes and never hangs."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ownplug.aio import SystemClock
from ownplug.core.mqtt import Connack, ConnectCode, Packet, Puback, Publish, QoS, Suback, encode
from ownplug.core.secret import Secret
from ownplug.transport.certificates import ensure_certificates
from ownplug.transport.tls import server_context
from ownplug.virtual import Timing, VirtualPlug, VirtualPlugSettings, at_home, find_profile

pytestmark = pytest.mark.e2e

SEEDS = range(4)
BLOBS = 120  # by HTTP, for each seed
VISITS = 40  # of the plug to a hostile server, for each seed
DEADLINE_S = 30.0
KEY = "0123456789abcdef0123456789abcdef"
QUICK = Timing(retry_s=0.01, join_s=0.01, reboot_s=0.02, clock_every_s=0.05)

GET_ALL = (
    b'{"header":{"messageId":"1","namespace":"Appliance.System.All","method":"GET","payloadVersion":1,'
    b'"from":"fuzz","timestamp":1,"sign":"x"},"payload":{}}'
)
REQUEST = b"POST /config HTTP/1.1\r\nHost: plug\r\nContent-Length: %d\r\n\r\n%s" % (len(GET_ALL), GET_ALL)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The same with some bytes changed, left out, repeated or followed by noise; sometimes nothing but noise."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(5):
            case 0 if at < len(changed):
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randrange(20)]
            case 2:
                changed[at:at] = chance.randbytes(chance.randrange(20))
            case 3:
                changed[at:at] = changed[: chance.randrange(200)]
            case _:
                changed += chance.randbytes(chance.randrange(300))
    return bytes(changed) if chance.random() < 0.9 else chance.randbytes(chance.randrange(1, 2000))


async def throw(address: tuple[str, int], data: bytes, chance: random.Random) -> None:
    """Send bytes in pieces and take whatever comes, if anything does; then hang up, politely or not."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        while data:
            size = chance.randrange(1, len(data) + 1)
            writer.write(data[:size])
            data = data[size:]
            await asyncio.sleep(0)
        if chance.random() < 0.7:
            writer.write_eof()
            await asyncio.wait_for(reader.read(), DEADLINE_S)  # noqa: TID251 - a foreign program's patience
    except OSError:
        pass
    finally:
        writer.transport.abort()


async def answers(plug: VirtualPlug, ask: Callable[..., Any]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        told = await asyncio.to_thread(ask, plug.http, "GET", "System.All", key=plug.key.reveal())
    assert told["header"]["method"] == "GETACK"


@pytest.mark.parametrize("model", ["mss310@2.1.7", "mss310@1.1.18", "em06@2.3.8"])
@pytest.mark.parametrize("seed", SEEDS)
async def test_any_bytes_by_http(ask: Callable[..., Any], model: str, seed: int) -> None:
    chance = random.Random(seed)
    async with VirtualPlug(VirtualPlugSettings(profile=find_profile(model))) as plug:
        for number in range(BLOBS):
            await throw(plug.http, mutated(REQUEST, chance), chance)
            if number % 40 == 0:
                await answers(plug, ask)
        await answers(plug, ask)


class HostileServer:
    """Lets a plug in, as far as it likes, and then says what no server says."""

    def __init__(self, chance: random.Random, inbox: str) -> None:
        self.visits = 0
        self._chance = chance
        self._inbox = inbox

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        try:
            for data in self._words():
                writer.write(data)
                await writer.drain()
                if self._chance.random() < 0.5:
                    async with asyncio.timeout(0.02):
                        await reader.read(4096)
        except (OSError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort()

    def _words(self) -> Iterator[bytes]:
        topic, chance = self._inbox, self._chance
        packets: list[Packet] = [
            Connack(session_present=False, code=ConnectCode.ACCEPTED),
            Suback(packet_id=1, granted=(QoS.AT_LEAST_ONCE,)),
            Publish(topic=topic, payload=GET_ALL, qos=QoS.AT_LEAST_ONCE, packet_id=7),
            Puback(packet_id=2),
            Publish(topic="x" * 300, payload=chance.randbytes(50), qos=QoS.EXACTLY_ONCE, packet_id=8),
            Publish(topic=topic, payload=b"", qos=QoS.AT_MOST_ONCE, packet_id=None),
        ]
        honest = chance.randrange(len(packets) + 1)
        for number, packet in enumerate(packets):
            yield encode(packet) if number < honest else mutated(encode(packet), chance)


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_bytes_by_mqtt(ask: Callable[..., Any], tmp_path: Path, seed: int) -> None:
    files = await ensure_certificates(tmp_path / "tls", ["127.0.0.1"], SystemClock())
    hostile = HostileServer(random.Random(seed), "/appliance/x/subscribe")
    context = server_context(files.server, files.server_key)
    server = await asyncio.start_server(hostile.serve, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        memory = at_home("127.0.0.1", port, key=Secret(KEY), user_id="10001")
        async with VirtualPlug(VirtualPlugSettings(timing=QUICK, flash=memory, seed=seed + 1)) as plug:
            async with asyncio.timeout(DEADLINE_S):
                await plug.until(lambda: hostile.visits >= VISITS)
            await answers(plug, ask)
            edges = plug.relay_edges
    assert edges == 0
