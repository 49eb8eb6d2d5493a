from __future__ import annotations

import base64
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual.firmware import flash as items


def owner(**changes: Any) -> dict[str, Any]:
    gateway = {
        "host": "192.168.1.10",
        "port": 8883,
        "secondHost": "192.168.1.10",
        "secondPort": 8883,
        "redirect": 1,
    }
    return {
        "key": {"userId": "10001", "key": "0123456789abcdef0123456789abcdef", "gateway": gateway} | changes
    }


def test_an_owner_is_kept(bench: Any) -> None:
    bench.set(ns.CONFIG_KEY, owner())
    kept = {item: bench.flash.read(item) for item in (items.KEY, items.USER_ID, items.SERVER, items.PORT)}
    assert list(kept.values()) == ["0123456789abcdef0123456789abcdef", "10001", "192.168.1.10", "8883"]
    assert (bench.flash.read(items.SECOND_SERVER), bench.flash.read(items.SECOND_PORT)) == (
        "192.168.1.10",
        "8883",
    )
    assert bench.state == "pairing"


def test_ports_may_be_texts_and_the_rest_may_be_missing(bench: Any) -> None:
    bench.set(ns.CONFIG_KEY, {"key": {"gateway": {"host": "hub", "port": "2001"}}})
    assert bench.flash.number(items.PORT) == 2001
    assert (bench.flash.read(items.USER_ID), bench.key) == ("", "")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"key": {}},
        owner(key="x" * 33),
        owner(userId="me"),
        owner(userId=-1),
        owner(gateway={"host": "hub"}),
        owner(gateway={"host": "hub", "port": 65536}),
        owner(gateway={"host": "x" * 65, "port": 1}),
        owner(gateway={"host": "a\x00b", "port": 1}),
        owner(gateway={"host": "a b", "port": 1}),
        owner(gateway=[]),
    ],
)
def test_an_owner_who_makes_no_sense_changes_nothing(bench: Any, payload: Any) -> None:
    assert bench.ask("SET", ns.CONFIG_KEY, payload) is None
    assert bench.owned() == {}


def test_a_network_is_acknowledged_before_the_restart(bench: Any) -> None:
    bench.set(ns.CONFIG_WIFI, {"wifi": {"ssid": "TXlOZXQ=", "password": "c2VjcmV0MTIz", "channel": 6}})
    assert bench.state == "rebooting"
    assert (bench.flash.read(items.SSID), bench.flash.read(items.WIFI_PASSWORD)) == ("MyNet", "secret123")


def test_a_name_in_no_known_letters_is_taken(bench: Any) -> None:
    bench.set(ns.CONFIG_WIFI, {"wifi": {"ssid": base64.b64encode(b"\xff" * 32).decode()}})
    assert len(bench.flash.read(items.SSID)) == 32


@pytest.mark.parametrize(
    "wifi",
    [
        {},
        {"ssid": ""},
        {"ssid": "not base64!"},
        {"ssid": "ä"},
        {"ssid": 5},
        {"ssid": base64.b64encode(b"x" * 33).decode()},
        {"ssid": "TXlOZXQ=", "password": base64.b64encode(b"x" * 65).decode()},
    ],
)
def test_a_network_that_makes_no_sense_is_dropped(bench: Any, wifi: Any) -> None:
    assert bench.ask("SET", ns.CONFIG_WIFI, {"wifi": wifi}) is None
    assert bench.state == "pairing"


def test_networks_are_listed_as_old_firmware_does(bench: Any) -> None:
    [point] = bench.get(ns.CONFIG_WIFI_LIST)["wifiList"]
    assert point == {
        "ssid": base64.b64encode(b"Home").decode(),
        "bssid": "02-00-5e-00-53-01",
        "signal": 76,
        "channel": 6,
        "encryption": 6,
        "cipher": 3,
    }


def test_the_trace_is_empty_before_anything_was_tried_and_at_home(bench: Any) -> None:
    nothing = {"trace": {"ssid": "", "code": 0, "info": ""}}
    assert bench.get(ns.CONFIG_TRACE) == nothing
    bench.come_home()
    assert bench.get(ns.CONFIG_TRACE) == nothing
