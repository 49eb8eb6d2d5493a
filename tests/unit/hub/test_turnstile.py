from __future__ import annotations

from contextlib import ExitStack

import pytest

from ownplug.hub.turnstile import WAITING, WAITING_PER_ADDRESS, Turnstile


def test_one_address_cannot_keep_the_others_out() -> None:
    turnstile = Turnstile()
    with ExitStack() as crowd:
        for _ in range(WAITING_PER_ADDRESS):
            crowd.enter_context(turnstile.enter("192.0.2.1"))
        with pytest.raises(TimeoutError), turnstile.enter("192.0.2.1"):
            pass
        with turnstile.enter("192.0.2.2"):
            pass


def test_only_so_many_wait_in_all_and_who_leaves_makes_room() -> None:
    turnstile = Turnstile()
    with ExitStack() as crowd:
        for number in range(WAITING):
            crowd.enter_context(turnstile.enter(f"192.0.2.{number}"))
        with pytest.raises(TimeoutError), turnstile.enter("198.51.100.1"):
            pass
    with turnstile.enter("198.51.100.1"):
        pass
    assert not turnstile._inside
