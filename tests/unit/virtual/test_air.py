from __future__ import annotations

import pytest

from ownplug.virtual import AccessPoint, Air

STRICT = Air(
    networks=(AccessPoint(ssid="Home", password="secret123"), AccessPoint(ssid="Cafe", encryption=0)),
    is_generous=False,
)


def test_by_default_every_network_exists_and_every_password_is_right() -> None:
    point = Air().join("anything", "whatever")
    assert point is not None
    assert point.ssid == "anything"


@pytest.mark.parametrize(
    ("ssid", "password", "joined"),
    [
        ("Home", "secret123", True),
        ("Home", "wrong", False),
        ("Cafe", "", True),
        ("Cafe", "whatever", True),
        ("Elsewhere", "secret123", False),
    ],
)
def test_strict_air_asks_for_the_right_password(ssid: str, password: str, joined: bool) -> None:
    assert (STRICT.join(ssid, password) is not None) is joined
