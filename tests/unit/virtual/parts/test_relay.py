from __future__ import annotations

from ownplug.virtual.parts.relay import Relay


def test_counts_real_movements_only() -> None:
    relay = Relay(is_on=True)
    assert not relay.move(on=True)
    assert relay.move(on=False)
    assert not relay.move(on=False)
    assert relay.move(on=True)
    assert (relay.is_on, relay.edges) == (True, 2)
