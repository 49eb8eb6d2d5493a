"""What OpenSSL's own client makes of our TLS, and what the log says of those who fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.core.mqtt import Connack, Connect, ConnectCode, encode

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import Open

pytestmark = pytest.mark.e2e

HOW_TO_GET_IT = "apt-get install openssl"
LOGIN = Connect(client_id="anna", username="anna", password=b"pw-anna")


@pytest.mark.parametrize(
    "cipher", ["AES128-SHA", "AES256-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256"]
)
async def test_the_ciphers_of_old_plugs_are_spoken(
    open_house: Open, run_to_end: Callable[..., Any], require_program: Callable[[str, str], str], cipher: str
) -> None:
    openssl = require_program("openssl", HOW_TO_GET_IT)
    async with open_house() as house:
        where = ["-connect", f"127.0.0.1:{house.tls_port}", "-CAfile", str(house.ca)]
        options = ["-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0", "-verify_return_error"]
        status, printed = await run_to_end(openssl, "s_client", *where, *options)
    assert f"Cipher is {cipher}" in printed
    assert "Verify return code: 0 (ok)" in printed
    assert status == 0


async def test_tls_1_3_is_spoken(
    open_house: Open, run_to_end: Callable[..., Any], require_program: Callable[[str, str], str]
) -> None:
    openssl = require_program("openssl", HOW_TO_GET_IT)
    async with open_house() as house:
        status, printed = await run_to_end(
            openssl, "s_client", "-connect", f"127.0.0.1:{house.tls_port}", "-tls1_3"
        )
    assert (status, "New, TLSv1.3" in printed) == (0, True)


async def test_tls_1_1_is_refused_and_the_log_says_what_was_offered(
    open_house: Open,
    run_to_end: Callable[..., Any],
    require_program: Callable[[str, str], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    openssl = require_program("openssl", HOW_TO_GET_IT)
    async with open_house() as house:
        where = ["-connect", f"127.0.0.1:{house.tls_port}", "-servername", "mqtt.meross.com"]
        options = ["-tls1_1", "-cipher", "AES128-SHA:@SECLEVEL=0"]
        status, printed = await run_to_end(openssl, "s_client", *where, *options)
    assert status != 0
    assert "alert protocol version" in printed
    assert "TLS handshake of 127.0.0.1 failed" in caplog.text
    [(told, address, why)] = house.diary.entries
    assert (told, address, "AES128-SHA" in why) == ("no handshake", "127.0.0.1", True)
    for offered in ("TLS 1.1", "AES128-SHA", "mqtt.meross.com"):
        assert offered in caplog.text


async def test_mqtt_without_tls_on_the_tls_port_is_recognised(
    open_house: Open, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_house() as house, house.call(raw_on_tls=True) as caller:
        await caller.say(LOGIN)
        await caller.closed()
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert "MQTT" in warnings[0]


async def test_half_a_client_hello_is_cut_off_in_time(
    open_house: Open, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_house(handshake_timeout_s=0.1) as house, house.call(raw_on_tls=True) as caller:
        await caller.say(bytes.fromhex("16030100c8010000c40303"))
        assert await caller.closed() == b""
    assert "it took too long" in caplog.text


async def test_packets_in_one_tls_record_with_the_goodbye_are_all_worked_off(open_house: Open) -> None:
    async with open_house() as house:
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        house.broker.attach("anna/#", lambda topic, payload: heard.put_nowait(payload))
        async with house.call(tls=True) as caller:
            await caller.say(encode(LOGIN) + b"\x30\x08\x00\x06anna/a" + b"\xe0\x00")
            assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED)
        async with asyncio.timeout(20):
            assert await heard.get() == b""
