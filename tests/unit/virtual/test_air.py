from __future__ import annotations

import pytest

from ownplug.virtual import AccessPoint, Air, JoinFailure

STRICT = Air(
    networks=(
        AccessPoint(ssid="Home", password="secret123", signal=40, bssid="02:00:00:00:00:01"),
        AccessPoint(ssid="Home", password="secret123", signal=70, bssid="02:00:00:00:00:02"),
        AccessPoint(ssid="Cafe", encryption=0),
        AccessPoint(ssid="Cellar", password="hidden123", hidden=True),
        AccessPoint(ssid="Fast", password="secret123", band_ghz=5),
        AccessPoint(ssid="Far", password="secret123", signal=2),
        AccessPoint(ssid="Full", password="secret123", dhcp=False),
    ),
    is_generous=False,
)


def test_by_default_every_network_exists_and_every_password_is_right() -> None:
    point = Air().join("anything", "whatever")
    assert isinstance(point, AccessPoint)
    assert point.ssid == "anything"


@pytest.mark.parametrize(
    ("ssid", "password", "outcome"),
    [
        ("Home", "secret123", STRICT.networks[1]),
        ("Home", "wrong", JoinFailure.WRONG_PASSWORD),
        ("Home", "", JoinFailure.WRONG_PASSWORD),
        ("Cafe", "", STRICT.networks[2]),
        ("Cafe", "whatever", STRICT.networks[2]),
        ("Cellar", "hidden123", STRICT.networks[3]),
        ("Elsewhere", "secret123", JoinFailure.ABSENT),
        ("Fast", "secret123", JoinFailure.ABSENT),
        ("Far", "secret123", JoinFailure.WEAK),
        ("Full", "secret123", JoinFailure.NO_ADDRESS),
    ],
)
def test_strict_air_lets_in_as_real_networks_do(ssid: str, password: str, outcome: object) -> None:
    assert STRICT.join(ssid, password) == outcome


def test_a_scan_shows_what_is_heard_and_not_hidden() -> None:
    assert [point.ssid for point in STRICT.scan] == ["Home", "Home", "Cafe", "Far", "Full"]


def test_each_failure_has_a_code_and_words_of_its_own() -> None:
    assert (
        len({failure.code for failure in JoinFailure}) == len({failure.info for failure in JoinFailure}) == 4
    )


def test_names_are_those_of_the_machine_unless_the_air_has_its_own() -> None:
    assert Air().resolve("hub.lan") == "hub.lan"
    own = Air(names={"hub.lan": "127.0.0.1"})
    assert own.resolve("hub.lan") == "127.0.0.1"
    assert own.resolve("other.lan") is None
