from __future__ import annotations

from collections import Counter

from ownplug.virtual.chance import Chance


def test_the_same_seed_is_the_same_luck_and_another_is_not() -> None:
    one, same, other = Chance("a"), Chance("a"), Chance("b")
    drawn = [one.below(1000) for _ in range(20)]
    assert drawn == [same.below(1000) for _ in range(20)]
    assert drawn != [other.below(1000) for _ in range(20)]


def test_each_number_below_the_limit_is_about_as_likely() -> None:
    chance = Chance("a")
    drawn = Counter(chance.below(5) for _ in range(5000))
    assert set(drawn) == set(range(5))
    assert all(900 < count < 1100 for count in drawn.values())


def test_message_ids_do_not_repeat() -> None:
    chance = Chance("a")
    assert len({chance.below(1 << 128) for _ in range(1000)}) == 1000
