"""What pairing tells a plug, in the wire's own words (protocol notes, 3.2)."""

from __future__ import annotations

import msgspec
import pytest

from ownplug.core.errors import Malformed
from ownplug.core.meross import as_data
from ownplug.core.meross.payloads import (
    Gateway,
    KeyConfig,
    KeySet,
    Network,
    Trace,
    TracePayload,
    WifiListPayload,
    WifiSet,
)

KEY = "0123456789abcdef0123456789abcdef"
KEY_ON_THE_WIRE = {
    "key": {
        "userId": "10001",
        "key": KEY,
        "gateway": {
            "host": "192.168.1.10",
            "port": 8883,
            "secondHost": "192.168.1.10",
            "secondPort": 8883,
            "redirect": 1,
        },
    }
}


def test_ownership_is_told_as_pairing_programs_tell_it() -> None:
    gateway = Gateway(host="192.168.1.10", port=8883, second_host="192.168.1.10", second_port=8883)
    told = KeySet(key=KeyConfig(user_id="10001", key=KEY, gateway=gateway))
    assert as_data(told) == KEY_ON_THE_WIRE


def test_a_server_without_a_second_one_says_so_with_empty_fields() -> None:
    told = as_data(Gateway(host="hub", port=1))
    assert (told["secondHost"], told["secondPort"]) == ("", 0)


def test_a_port_may_come_as_text() -> None:
    gateway = msgspec.convert({"host": "hub", "port": "8883"}, Gateway, strict=False)
    assert gateway.port == 8883


def test_an_open_network_is_told_by_its_name_alone() -> None:
    assert as_data(WifiSet(wifi=Network(ssid="TXlOZXQ="))) == {"wifi": {"ssid": "TXlOZXQ="}}


def test_a_network_is_told_with_everything_that_is_known() -> None:
    known = {
        "ssid": "TXlOZXQ=",
        "bssid": "aa:bb",
        "channel": 6,
        "encryption": 6,
        "cipher": 3,
        "password": "eA==",
    }
    assert as_data(msgspec.convert({"wifi": known}, WifiSet)) == {"wifi": known}


def test_a_scan_as_a_plug_shows_it() -> None:
    scan = (
        '{"wifiList":[{"ssid":"TXlOZXQ=","bssid":"aa-bb-cc-dd-ee-ff","signal":100,"channel":6,'
        '"encryption":6,"cipher":3}]}'
    )
    [network] = msgspec.json.decode(scan, type=WifiListPayload).networks
    assert (network.ssid_bytes(), network.signal, network.channel) == (b"MyNet", 100, 6)
    assert (network.encryption, network.cipher, network.bssid) == (6, 3, "aa-bb-cc-dd-ee-ff")


def test_a_networks_name_may_be_any_bytes() -> None:
    assert Network(ssid="/wA=").ssid_bytes() == b"\xff\0"


@pytest.mark.parametrize("text", ["MyNet", "TXlOZXQ", "TXlO ZXQ=", "ü"])
def test_a_networks_name_that_is_not_base64_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="not Base64"):
        Network(ssid=text).ssid_bytes()


@pytest.mark.parametrize(
    ("text", "trace"),
    [
        (
            '{"trace":{"ssid":"x","bssid":"y","rssi":-50,"code":0,"info":"no error"}}',
            Trace(ssid="x", bssid="y", rssi=-50, code=0, info="no error"),
        ),
        ('{"trace":{"ssid":"","code":0,"info":""}}', Trace(code=0, info="")),
    ],
    ids=["unpaired", "paired"],
)
def test_the_trace_of_the_last_attempt_to_join(text: str, trace: Trace) -> None:
    assert msgspec.json.decode(text, type=TracePayload).trace == trace
    assert as_data(TracePayload(trace=trace)) == msgspec.json.decode(text)
