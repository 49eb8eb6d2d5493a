from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ownplug.core.errors import Conflict, NotFound, OwnplugError, UsageError
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.hub.tokens import Tokens

if TYPE_CHECKING:
    from tests.unit.hub.conftest import MemoryLogins

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def tokens(login_store: MemoryLogins) -> Tokens:
    return Tokens(login_store)


async def test_a_token_is_known_by_what_was_shown_once(tokens: Tokens, login_store: MemoryLogins) -> None:
    record, token = await tokens.create("grafana", Scope.READ, NOW)
    assert tokens.find(token) == record
    assert (record.name, record.scope, record.made_at) == ("grafana", Scope.READ, NOW)
    assert tokens.find(Secret(record.digest)) is None
    assert tokens.find(Secret(token.reveal()[:-1])) is None
    assert token.reveal() not in repr(login_store.token_records)


async def test_it_is_known_after_a_restart(tokens: Tokens, login_store: MemoryLogins) -> None:
    record, token = await tokens.create("grafana", Scope.SWITCH, NOW)
    after = Tokens(login_store)
    await after.load()
    assert (after.find(token), after.all()) == (record, [record])


async def test_a_name_is_given_once(tokens: Tokens) -> None:
    await tokens.create("grafana", Scope.READ, NOW)
    with pytest.raises(Conflict, match="called"):
        await tokens.create(" GRAFANA ", Scope.READ, NOW)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "k" * 61, "a\x1bb"])
async def test_what_is_no_name_is_refused(tokens: Tokens, name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        await tokens.create(name, Scope.READ, NOW)


@pytest.mark.parametrize("by", ["name", "id"])
async def test_a_token_that_was_taken_back_is_nobodys(tokens: Tokens, by: str) -> None:
    record, token = await tokens.create("Grafana", Scope.READ, NOW)
    await tokens.revoke("grafana" if by == "name" else record.id)
    assert (tokens.find(token), tokens.all()) == (None, [])
    with pytest.raises(NotFound):
        await tokens.revoke("grafana")


async def test_what_is_not_on_the_disk_is_not_in_force(tokens: Tokens, login_store: MemoryLogins) -> None:
    record, token = await tokens.create("kept", Scope.READ, NOW)
    login_store.broken = OwnplugError("the disk is full")
    with pytest.raises(OwnplugError):
        await tokens.create("lost", Scope.READ, NOW)
    with pytest.raises(OwnplugError):
        await tokens.revoke("kept")
    assert (tokens.all(), tokens.find(token)) == ([record], record)


async def test_a_home_has_a_bounded_number_of_them(tokens: Tokens) -> None:
    for number in range(200):
        await tokens.create(f"t{number}", Scope.READ, NOW)
    with pytest.raises(UsageError, match="200"):
        await tokens.create("one more", Scope.READ, NOW)
