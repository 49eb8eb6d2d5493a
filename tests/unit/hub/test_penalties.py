from __future__ import annotations

import pytest

from ownplug.hub.penalties import REMEMBERED, KeptWaiting, Penalties

HERE, THERE = "192.168.1.7", "192.168.1.8"


class Time:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def penalties(time: Time) -> Penalties:
    return Penalties(time, attempts=3, limit_s=10)


def is_heard(penalties: Penalties, address: str = HERE, name: str = "anna") -> bool:
    try:
        penalties.check(address, name)
    except TimeoutError:
        return False
    return True


def fail(penalties: Penalties, times: int, address: str = HERE, name: str = "anna") -> None:
    for _ in range(times):
        penalties.note(address, name, is_right=False)


def test_a_slip_or_two_cost_nothing(penalties: Penalties) -> None:
    fail(penalties, 3)
    assert is_heard(penalties)


def test_each_wrong_login_beyond_them_doubles_the_wait_up_to_the_limit(
    penalties: Penalties, time: Time
) -> None:
    fail(penalties, 3)
    for wait_s in (1, 2, 4, 8, 10, 10):
        fail(penalties, 1)
        time.now_s += wait_s - 0.1
        assert not is_heard(penalties)
        time.now_s += 0.1
        assert is_heard(penalties)


def test_who_has_to_wait_is_told_how_long(penalties: Penalties, time: Time) -> None:
    fail(penalties, 6)
    time.now_s += 1
    with pytest.raises(KeptWaiting) as told:
        penalties.check(HERE, "anna")
    assert told.value.wait_s == 3


def test_others_are_heard_from_the_same_address_and_the_same_name_from_another(penalties: Penalties) -> None:
    fail(penalties, 9)
    assert is_heard(penalties, name="ben")
    assert is_heard(penalties, address=THERE)


def test_guessing_under_ever_new_names_is_slowed_down_too(penalties: Penalties) -> None:
    for number in range(31):
        fail(penalties, 1, name=str(number))
    assert not is_heard(penalties, name="new")
    assert is_heard(penalties, address=THERE, name="new")


def test_a_right_login_clears_the_name(penalties: Penalties, time: Time) -> None:
    fail(penalties, 6)
    time.now_s += 10
    penalties.note(HERE, "anna", is_right=True)
    fail(penalties, 3)
    assert is_heard(penalties)


def test_long_quiet_is_forgiven(penalties: Penalties, time: Time) -> None:
    fail(penalties, 9)
    time.now_s += 101
    fail(penalties, 3)
    assert is_heard(penalties)


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("::ffff:192.168.1.7", HERE, True),
        ("nowhere", "nowhere", True),
    ],
)
def test_the_addresses_of_one_household_are_one(
    penalties: Penalties, one: str, other: str, are_one: bool
) -> None:
    fail(penalties, 9, address=one)
    assert is_heard(penalties, address=other) is not are_one


def test_memory_is_bounded(penalties: Penalties) -> None:
    for number in range(REMEMBERED + 50):
        penalties.note(f"10.0.{number // 250}.{number % 250}", "x", is_right=False)
    assert len(penalties._records) == REMEMBERED
