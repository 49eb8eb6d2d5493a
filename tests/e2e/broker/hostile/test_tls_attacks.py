"""TLS that is broken, odd or only half there; both listeners get all of it, the old one in TLS 1.0."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.e2e.broker.hostile.hub import PATIENCE_S

from ownplug.core.errors import OwnplugError
from ownplug.core.mqtt import Connack, ConnectCode, encode
from ownplug.transport.tls import TlsMachine, client_context

if TYPE_CHECKING:
    from tests.e2e.broker.hostile.conftest import Attacker, Beside
    from tests.e2e.broker.hostile.hub import HubProcess
    from tests.e2e.broker.hostile.raw import Raw

pytestmark = pytest.mark.e2e

HOW_TO_GET_IT = "apt-get install openssl"
ACCEPTED = b"\x20\x02\x00\x00"


@pytest.fixture(params=["TLS", "old TLS"])
def attacker(attacker: Attacker, old_attacker: Attacker, request: pytest.FixtureRequest) -> Attacker:
    """Of each listener in turn."""
    return attacker if request.param == attacker.listener else old_attacker


class TlsByHand:
    """A TLS client whose records the test can cut, repeat and spoil."""

    def __init__(self, raw: Raw, context: ssl.SSLContext, name: str = "localhost") -> None:
        self.raw = raw
        self.machine = TlsMachine(context, server_side=False, server_hostname=name)

    async def shake_hands(self) -> None:
        self.machine.start()
        while not self.machine.handshake_done:
            await self.raw.say(self.machine.data_to_send())
            self.machine.receive(await self.raw.read())
        await self.raw.say(self.machine.data_to_send())

    def record(self, plaintext: bytes) -> bytes:
        self.machine.write(plaintext)
        return self.machine.data_to_send()

    async def hear(self) -> bytes:
        while not (plaintext := self.machine.receive(await self.raw.read())):
            pass
        return plaintext


@asynccontextmanager
async def by_hand(attacker: Attacker, context: ssl.SSLContext | None = None) -> AsyncIterator[TlsByHand]:
    async with attacker.call_raw_on_tls() as raw:
        tls = TlsByHand(raw, context or attacker.tls_context)
        await tls.shake_hands()
        yield tls


async def test_garbage_after_the_handshake(attacker: Attacker, beside: Beside) -> None:
    garbage = [
        b"\x00" * 64,
        b"\x17\x03\x03\x00\x20" + bytes(32),
        b"\x16\x03\x03\xff\xff",
        b"GET / HTTP/1.1\r\n",
    ]
    async with beside(f"garbage after the handshake of {attacker.listener}, 40 times"):
        for number in range(40):
            async with by_hand(attacker) as tls:
                await tls.raw.say(tls.record(encode(attacker.app())))
                assert await tls.hear() == ACCEPTED
                await tls.raw.say(garbage[number % len(garbage)] + bytes(0x4000))
                await tls.raw.closed()


async def test_a_record_that_was_changed_on_its_way(attacker: Attacker) -> None:
    async with by_hand(attacker) as tls:
        record = bytearray(tls.record(encode(attacker.app())))
        record[-1] ^= 1
        await tls.raw.say(bytes(record))
        await tls.raw.closed()  # and no CONNACK came: what was sent is an alert
        assert tls.machine.handshake_done


async def test_a_record_byte_by_byte(attacker: Attacker) -> None:
    async with by_hand(attacker) as tls:
        for byte in tls.record(encode(attacker.app())):
            await tls.raw.say(bytes([byte]))
        assert await tls.hear() == ACCEPTED


async def test_half_records_that_are_never_completed(attacker: Attacker, beside: Beside) -> None:
    async with beside(f"100 half records of {attacker.listener}"), AsyncExitStack() as crowd:
        for _ in range(100):
            tls = await crowd.enter_async_context(by_hand(attacker))
            record = tls.record(bytes(0x4000))
            await tls.raw.say(record[: len(record) // 2])
        await asyncio.sleep(0.5)


async def test_an_end_without_close_notify(attacker: Attacker, beside: Beside, hub: HubProcess) -> None:
    async with beside(f"100 connections of {attacker.listener} that end without a farewell"):
        for number in range(100):
            async with by_hand(attacker) as tls:
                await tls.raw.say(tls.record(encode(attacker.app(f"rude-{number}"))))
                assert await tls.hear() == ACCEPTED
                tls.raw.writer.write_eof()
                await tls.raw.closed()
    assert "'app:rude-99' from 127." in hub.said().rpartition("is gone")[0]


async def test_a_client_certificate_is_not_asked_for_and_does_no_harm(
    attacker: Attacker, hub: HubProcess
) -> None:
    context = client_context(hub.ca)
    context.load_cert_chain(hub.home / "tls" / "server.pem", hub.home / "tls" / "server.key")
    async with by_hand(attacker, context) as tls:
        await tls.raw.say(tls.record(encode(attacker.app())))
        assert await tls.hear() == ACCEPTED


@pytest.mark.parametrize("length", [200, 253, 255])
async def test_a_server_name_of_255_bytes(attacker: Attacker, beside: Beside, length: int) -> None:
    name = (
        ".".join(["a" * 49] * 5) + "." + "b" * (length - 250) if length > 250 else "a." * (length // 2) + "a"
    )
    context = client_context(verify=False)
    async with (
        beside(f"a server name of {len(name)} bytes, {attacker.listener}"),
        attacker.call_raw_on_tls() as raw,
    ):
        tls = TlsByHand(raw, context, name)
        with contextlib.suppress(OwnplugError):  # refused is as good as taken
            await tls.shake_hands()


@pytest.mark.parametrize("size", [4, 0x200, 0x3F00])
async def test_client_hellos_whose_lengths_lie(attacker: Attacker, beside: Beside, size: int) -> None:
    async with beside(f"a ClientHello whose lengths lie, {size} bytes, {attacker.listener}"):
        for inner in (0, size, 0xFFFFFF):
            async with attacker.call_raw_on_tls() as raw:
                body = b"\x01" + inner.to_bytes(3, "big") + b"\x03\x03" + bytes(size)
                await raw.say(b"\x16\x03\x01" + len(body).to_bytes(2, "big") + body)
                raw.writer.write_eof()
                await raw.closed()


R, K = b"R\n", b"K\n"
"""What makes `openssl s_client` ask for a renegotiation, or change keys."""


@pytest.mark.parametrize(("version", "keys"), [("-tls1_2", R), ("-tls1_3", K)])
async def test_renegotiation_and_key_updates(
    attacker: Attacker,
    beside: Beside,
    require_program: Callable[[str, str], str],
    version: str,
    keys: bytes,
) -> None:
    openssl = require_program("openssl", HOW_TO_GET_IT)
    what = "renegotiations" if keys == R else "key updates"
    async with beside(f"20 {what} of {attacker.listener}"):
        printed = await press(keys, 20, openssl, *to(attacker), version)
    if keys == R:
        assert b"RENEGOTIATING" in printed
        assert b"no renegotiation" in printed
    else:
        assert b"KEYUPDATE" in printed


async def test_renegotiation_of_tls_1_0(
    old_attacker: Attacker, beside: Beside, require_program: Callable[[str, str], str]
) -> None:
    openssl = require_program("openssl", HOW_TO_GET_IT)
    async with beside("20 renegotiations of TLS 1.0"):
        printed = await press(R, 20, openssl, *to(old_attacker), "-tls1", "-cipher", "DEFAULT:@SECLEVEL=0")
    assert b"Protocol  : TLSv1\n" in printed
    assert b"no renegotiation" in printed


async def press(keys: bytes, count: int, *command: str) -> bytes:
    """Type this so many times; return what was printed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):
        for _ in range(count):
            await asyncio.sleep(0.02)  # it looks at the first letter of each read
            process.stdin.write(keys)
            await process.stdin.drain()
    async with asyncio.timeout(PATIENCE_S):
        printed, _ = await process.communicate(b"Q\n")
    return printed


def to(attacker: Attacker) -> list[str]:
    return ["s_client", "-connect", f"127.0.0.1:{attacker.tls_port}"]


@pytest.mark.parametrize(
    "hello",
    [
        b"\x16\x03\x00\x00\x31\x01\x00\x00\x2d\x03\x00"
        + bytes(33)
        + b"\x00\x06\x00\x2f\x00\x35\x00\x0a\x01\x00",
        b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\x01\x00\x80\x00\x00\x2f\x00" * 3 + bytes(16),
    ],
    ids=["SSL 3", "SSL 2"],
)
async def test_nobody_speaks_anything_older_than_tls_1_0(attacker: Attacker, hello: bytes) -> None:
    async with attacker.call_raw_on_tls() as raw:
        await raw.say(hello)
        said = await raw.closed()
    assert not said or said[0] == 0x15, said  # at most an alert


@pytest.mark.parametrize("ciphers", ["aNULL", "eNULL", "PSK"])
async def test_ciphers_without_a_key_or_a_lock_are_not_spoken(
    old_attacker: Attacker, require_program: Callable[[str, str], str], ciphers: str
) -> None:
    openssl = require_program("openssl", HOW_TO_GET_IT)
    options = ["-tls1_2", "-cipher", f"{ciphers}:@SECLEVEL=0", "-psk", "00"]
    printed = await press(b"", 0, openssl, *to(old_attacker), *options)
    assert b"alert handshake failure" in printed
    assert b"Cipher is (NONE)" in printed


async def test_nobody_who_can_do_better_is_brought_down_to_tls_1_0(
    old_attacker: Attacker, require_program: Callable[[str, str], str]
) -> None:
    openssl = require_program("openssl", HOW_TO_GET_IT)
    options = ["-tls1", "-fallback_scsv", "-cipher", "DEFAULT:@SECLEVEL=0"]
    printed = await press(b"", 0, openssl, *to(old_attacker), *options)
    assert b"inappropriate fallback" in printed


async def test_early_data_is_never_accepted(
    attacker: Attacker, require_program: Callable[[str, str], str], tmp_path: Path
) -> None:
    openssl = require_program("openssl", HOW_TO_GET_IT)
    session, early = tmp_path / "session", tmp_path / "early"
    early.write_bytes(encode(attacker.app("early")))
    where = [openssl, *to(attacker), "-tls1_3"]
    login = encode(attacker.app("early"))
    assert await run(*where, "-quiet", "-sess_out", str(session), say=login)
    assert session.exists()
    printed = await run(*where, "-sess_in", str(session), "-early_data", str(early), say=b"")
    assert b"Early data was accepted" not in printed
    assert b"Max Early Data: 0" in printed or b"Early data was" in printed


async def run(*command: str, say: bytes) -> bytes:
    """Run a program that ends when the far side does or its stdin ends; return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdin is not None
    process.stdin.write(say)
    await process.stdin.drain()
    await asyncio.sleep(0.5)  # tickets come after the handshake
    async with asyncio.timeout(PATIENCE_S):
        printed, _ = await process.communicate(encode(Connack(code=ConnectCode.ACCEPTED)))
    return printed
