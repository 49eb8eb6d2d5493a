from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ownplug.virtual.identity import make_uuid


@given(st.integers(), st.integers(0, 10**6))
def test_every_uuid_is_a_date_digits_and_a_mac_of_the_maker(seed: int, index: int) -> None:
    uuid = make_uuid(seed, index)
    assert re.fullmatch(r"18(0[1-9]|1[0-2])(0[1-9]|1\d|2[0-8])\d{14}34298f1[0-9a-f]{5}", uuid.text)


def test_a_seed_is_always_the_same_plug_and_another_seed_another() -> None:
    assert make_uuid(7) == make_uuid(7)
    assert make_uuid(7) != make_uuid(8)


def test_a_fleet_shares_no_mac() -> None:
    assert len({make_uuid(3, index).mac for index in range(2000)}) == 2000
