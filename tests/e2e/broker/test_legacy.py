"""The listener for very old plugs: TLS 1.0 and weak ciphers there, and nowhere else. `openssl` is the judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import Open

pytestmark = pytest.mark.e2e

WEAK = "DEFAULT:@SECLEVEL=0"


def shake_hands(openssl: str, port: int, version: str) -> list[str]:
    to = ["-connect", f"127.0.0.1:{port}", "-servername", "localhost"]
    return [openssl, "s_client", *to, f"-{version}", "-cipher", WEAK, "-brief"]


@pytest.mark.parametrize(
    ("version", "name"), [("tls1", "TLSv1"), ("tls1_1", "TLSv1.1"), ("tls1_2", "TLSv1.2")]
)
async def test_old_versions_are_spoken_there_and_only_there(
    open_house: Open,
    run_to_end: Callable[..., Any],
    require_program: Callable[[str, str], str],
    version: str,
    name: str,
) -> None:
    openssl = require_program("openssl", "apt-get install openssl")
    async with open_house(mqtts_legacy="127.0.0.1:0") as house:
        address = house.broker.legacy_address
        assert address is not None
        _, printed = await run_to_end(*shake_hands(openssl, address[1], version))
        assert f"Protocol version: {name}\n" in printed
        _, printed = await run_to_end(*shake_hands(openssl, house.tls_port, version))
        assert ("CONNECTION ESTABLISHED" in printed) is (version == "tls1_2")


async def test_it_is_off_unless_asked_for(open_house: Open) -> None:
    async with open_house() as house:
        assert house.broker.legacy_address is None


async def test_a_client_is_served_there(
    open_house: Open, run_to_end: Callable[..., Any], require_program: Callable[[str, str], str]
) -> None:
    pub = require_program("mosquitto_pub", "apt-get install mosquitto-clients")
    heard: list[bytes] = []
    async with open_house(mqtts_legacy="127.0.0.1:0") as house:
        house.broker.attach("anna/a", lambda topic, payload: heard.append(payload))
        address = house.broker.legacy_address
        assert address is not None
        to = [
            "-h",
            "localhost",
            "-p",
            str(address[1]),
            "--cafile",
            str(house.ca),
            "-u",
            "anna",
            "-P",
            "pw-anna",
        ]
        assert await run_to_end(pub, *to, "-t", "anna/a", "-m", "hello", "-q", "1") == (0, "")
    assert heard == [b"hello"]
