from __future__ import annotations

from ownplug.virtual.parts.clock import DeviceClock


def test_counts_from_its_start_until_it_is_told_the_time() -> None:
    clock = DeviceClock(500.0)
    assert (clock.read(504.0), clock.is_set) == (4.0, False)
    clock.set(1_700_000_000, 510.0)
    assert (clock.read(511.5), clock.is_set) == (1_700_000_001.5, True)
    assert clock.uptime(511.5) == 11.5


def test_says_by_how_much_it_is_ahead_once_it_is_set() -> None:
    clock = DeviceClock(500.0)
    assert clock.ahead_s is None
    clock.set(1_700_000_000, 510.0)
    assert clock.ahead_s == 1_699_999_490.0
