"""Tokens and sign-ins in a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ownplug.core.errors import Conflict
from ownplug.core.records import Scope, SignInRecord, TokenRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.store import SqliteStore

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def token(number: int, name: str = "") -> TokenRecord:
    return TokenRecord(
        id=f"{number:08x}",
        name=name or f"program {number}",
        scope=Scope.SWITCH,
        digest=f"{number:064x}",
        made_at=NOON + timedelta(seconds=number),
    )


def sign_in(number: int, user: str = "ann") -> SignInRecord:
    return SignInRecord(
        digest=f"{number:064x}", user=user, password_mark="m", ends_at=NOON + timedelta(days=number)
    )


async def test_tokens_survive(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "home.sqlite3") as store:
        for number in (2, 1, 3):
            await store.logins.save_token(token(number))
        await store.logins.delete_token(token(3).id)
    async with SqliteStore(tmp_path / "home.sqlite3") as store:
        assert await store.logins.tokens() == [token(1), token(2)]


async def test_no_two_tokens_have_one_name(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "home.sqlite3") as store:
        await store.logins.save_token(token(1, "grafana"))
        with pytest.raises(Conflict):
            await store.logins.save_token(token(2, "Grafana"))


async def test_sign_ins_go_with_their_user(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "home.sqlite3") as store:
        for name in ("ann", "bea"):
            await store.save_user(UserRecord(name=name, password_hash=Secret("h"), scope=Scope.ADMIN))
        for record in (sign_in(3), sign_in(1), sign_in(2, "bea")):
            await store.logins.save_sign_in(record)
        await store.save_user(UserRecord(name="ann", password_hash=Secret("other"), scope=Scope.READ))
        assert await store.logins.sign_ins() == [sign_in(1), sign_in(2, "bea"), sign_in(3)]
        await store.delete_user("ann")
        assert await store.logins.sign_ins() == [sign_in(2, "bea")]
        await store.logins.delete_sign_ins([sign_in(2).digest])
        assert await store.logins.sign_ins() == []


@pytest.mark.parametrize("scope", [None, *Scope])
async def test_what_a_user_may_do_survives(tmp_path: Path, scope: Scope | None) -> None:
    user = UserRecord(name="ann", password_hash=Secret("h"), read=("a",), write=("b",), scope=scope)
    async with SqliteStore(tmp_path / "home.sqlite3") as store:
        await store.save_user(user)
    async with SqliteStore(tmp_path / "home.sqlite3") as store:
        assert await store.users() == [user]
