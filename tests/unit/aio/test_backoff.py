from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.aio import Backoff
from ownplug.core.errors import UsageError


def test_waits_grow_by_the_factor_up_to_the_limit() -> None:
    backoff = Backoff(first_s=1, factor=3, limit_s=20)

    assert [backoff.next_s() for _ in range(5)] == [1, 3, 9, 20, 20]


def test_a_reset_begins_anew() -> None:
    backoff = Backoff(first_s=2, factor=2, limit_s=60)
    backoff.next_s()
    backoff.next_s()

    backoff.reset()

    assert backoff.next_s() == 2


def test_jitter_shortens_a_wait_by_up_to_a_half_but_not_the_growth() -> None:
    chances = iter([0.0, 0.5, 1.0])
    backoff = Backoff(first_s=4, factor=2, limit_s=60, jitter=lambda: next(chances))

    assert [backoff.next_s() for _ in range(3)] == [4, 8 * 0.75, 16 * 0.5]


@given(attempts=st.integers(1, 5000), chance=st.floats(0, 1))
def test_a_wait_is_never_zero_and_never_beyond_the_limit(attempts: int, chance: float) -> None:
    backoff = Backoff(first_s=0.5, factor=10, limit_s=300, jitter=lambda: chance)

    waits = [backoff.next_s() for _ in range(attempts)]

    assert all(0 < wait <= 300 for wait in waits)


@pytest.mark.parametrize(
    ("first_s", "factor", "limit_s"), [(0, 2, 60), (-1, 2, 60), (1, 0.5, 60), (61, 2, 60)]
)
def test_a_back_off_that_makes_no_sense_is_refused(first_s: float, factor: float, limit_s: float) -> None:
    with pytest.raises(UsageError, match="makes no sense"):
        Backoff(first_s=first_s, factor=factor, limit_s=limit_s)
