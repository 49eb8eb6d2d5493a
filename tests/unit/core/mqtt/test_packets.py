from __future__ import annotations

from typing import get_args

from ownplug.core import mqtt
from ownplug.core.mqtt.encode import _ENCODERS
from ownplug.core.mqtt.packets import Packet


def test_every_packet_has_an_encoder() -> None:
    assert set(_ENCODERS) == set(get_args(Packet))


def test_the_front_door_offers_what_it_lists() -> None:
    assert sorted(mqtt.__all__, key=lambda n: (n.upper() != n, not n[0].isupper(), n)) == mqtt.__all__
    assert all(hasattr(mqtt, name) for name in mqtt.__all__)
