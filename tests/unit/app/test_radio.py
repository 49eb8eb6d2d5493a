"""Who may use this machine's Wi-Fi."""

from __future__ import annotations

import pytest

from ownplug.app import radio
from ownplug.app.radio import Radio
from ownplug.core.errors import Conflict, LinkTimeout, OwnplugError, UsageError


async def test_one_at_a_time() -> None:
    own = Radio()
    with own.taken():
        with pytest.raises(Conflict), own.taken():
            pytest.fail("twice?")
        with pytest.raises(Conflict):
            await own.nearby()
    own.check_free()


@pytest.mark.parametrize(
    ("error", "can_join"), [(UsageError("There is no nmcli."), False), (LinkTimeout("It is slow."), True)]
)
async def test_why_nothing_is_heard(
    monkeypatch: pytest.MonkeyPatch, error: OwnplugError, can_join: bool
) -> None:
    async def fail() -> list[str]:
        raise error

    monkeypatch.setattr(radio, "plugs_in_reach", fail)
    nearby = await Radio().nearby()
    assert (nearby.can_join, nearby.networks, nearby.reason) == (can_join, [], str(error))
