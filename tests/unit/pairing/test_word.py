"""What a plug says of itself after it was told to come home."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.unit.pairing.conftest import Answer, ScriptedLink

from ownplug.core.errors import DeviceError, LinkBroken, Unreachable
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.pairing import WifiNetwork, Word, ask_plug

HOME = WifiNetwork(ssid="Home", password=Secret("secret123"))
HEARD = {"wifiList": [{"ssid": base64.b64encode(b"Home").decode(), "signal": 61, "channel": 6}]}


def told(user_id: int | str, timestamp: int = 12) -> dict[str, Any]:
    system = {
        "hardware": {"type": "mss310", "uuid": "1811081234567825182734298f1a2b3c"},
        "firmware": {"version": "2.1.7", "userId": user_id},
        "time": {"timestamp": timestamp},
    }
    return {"all": {"system": system}}


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ({ns.SYSTEM_ALL: told(10001)}, Word()),
        ({ns.SYSTEM_ALL: told("10001", 1_800_000_000)}, Word(knows_time=True)),
        ({ns.SYSTEM_ALL: told(0), ns.CONFIG_WIFI_LIST: HEARD}, Word(is_pairing=True, hears=True, signal=61)),
        (
            {
                ns.SYSTEM_ALL: told(""),
                ns.CONFIG_TRACE: {"trace": {"ssid": "", "code": 2, "info": "password wrong"}},
                ns.CONFIG_WIFI_LIST: {"wifiList": []},
            },
            Word(is_pairing=True, trace="password wrong (code 2)", hears=False),
        ),
        (
            {
                ns.SYSTEM_ALL: told(0),
                ns.CONFIG_TRACE: {"trace": {"code": 0, "info": "no error"}},
                ns.CONFIG_WIFI_LIST: LinkBroken("It went away."),
            },
            Word(is_pairing=True),
        ),
        ({ns.SYSTEM_ALL: DeviceError("no", device_code=5001)}, Word(refuses_key=True)),
        ({ns.SYSTEM_ALL: DeviceError("no", device_code=5000)}, None),
        ({ns.SYSTEM_ALL: Unreachable("gone")}, None),
        ({ns.SYSTEM_ALL: {}}, None),
    ],
)
async def test_what_it_says(answers: dict[str, Answer], word: Word | None) -> None:
    assert await ask_plug(ScriptedLink(answers), HOME) == word
