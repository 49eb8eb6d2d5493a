"""Where plugs are looked for, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.pairing import addresses_to_ask, networks_of, parse_neighbours

TABLE = """IP address       HW type     Flags       HW address            Mask     Device
192.168.1.1      0x1         0x2         02:00:5e:00:53:01     *        wlan0
192.168.1.50     0x1         0x2         34:29:8F:1A:2B:3C     *        wlan0
192.168.1.51     0x1         0x0         00:00:00:00:00:00     *        wlan0
garbage
"""


def test_the_systems_table_of_neighbours_is_read() -> None:
    assert list(parse_neighbours(TABLE)) == [
        ("192.168.1.1", "02:00:5e:00:53:01"),
        ("192.168.1.50", "34:29:8f:1a:2b:3c"),
    ]


@given(st.text())
def test_any_table_does_no_harm(table: str) -> None:
    list(parse_neighbours(table))


def test_the_likely_ones_come_first_and_each_once() -> None:
    networks = networks_of(["192.168.1.48/30"])
    asked = addresses_to_ask(["192.168.1.9"], parse_neighbours(TABLE), networks)
    assert asked == ["192.168.1.9", "192.168.1.50", "192.168.1.49"]


def test_an_address_in_a_network_names_it() -> None:
    assert [str(network) for network in networks_of(["10.0.0.7/24"])] == ["10.0.0.0/24"]


@pytest.mark.parametrize(
    "texts", [["home"], ["10.0.0.0/33"], ["::1/64"], ["10.0.0.0/8"], ["10.0.0.0/20"] * 2]
)
def test_what_cannot_be_asked_politely_is_refused(texts: list[str]) -> None:
    with pytest.raises(UsageError):
        networks_of(texts)
