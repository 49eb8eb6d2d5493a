from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ownplug.core.secret import Secret
from ownplug.hub import Accounts, PasswordCheck, Penalties
from ownplug.testing import FakeClock

if TYPE_CHECKING:
    from tests.unit.hub.conftest import MemoryStore


async def test_guessing_costs_the_guesser_time_and_nobody_else(store: MemoryStore) -> None:
    accounts, clock = Accounts(store), FakeClock()
    await accounts.load()
    await accounts.add("ann", Secret("correct horse"), read=[], write=[])
    check = PasswordCheck(accounts, Penalties(clock.monotonic, attempts=1))
    for _ in range(2):
        assert await check.user("ann", b"wrong horse", address="192.168.1.66") is None
    with pytest.raises(TimeoutError):
        await check.user("ann", b"correct horse", address="192.168.1.66")
    from_home = await check.user("ann", b"correct horse", address="192.168.1.7")
    assert from_home is not None
    assert from_home.name == "ann"
