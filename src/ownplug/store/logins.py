"""Who may use the API, as rows."""

from __future__ import annotations

from datetime import UTC, datetime

from ownplug.core.records import Door, Scope, SignInRecord, TokenRecord
from ownplug.store.sqlite import Database


class LoginRows:
    """Tokens and sign-ins in the home's database; fits `ownplug.hub.LoginStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tokens(self) -> list[TokenRecord]:
        """Return every token, the oldest first."""
        return await self._database.all(
            "SELECT id, name, scope, digest, made_at FROM token ORDER BY made_at, id", _token
        )

    async def save_token(self, token: TokenRecord) -> None:
        """Add a token.

        Raises:
            Conflict: another token has that name.
        """
        await self._database.write(
            "INSERT INTO token (id, name, scope, digest, made_at) VALUES (?, ?, ?, ?, ?)",
            token.id,
            token.name,
            token.scope.value,
            token.digest,
            _text(token.made_at),
        )

    async def delete_token(self, id_: str) -> None:
        """Remove a token."""
        await self._database.write("DELETE FROM token WHERE id = ?", id_)

    async def sign_ins(self) -> list[SignInRecord]:
        """Return where users have signed in, the one that ends first at the beginning."""
        return await self._database.all(
            "SELECT digest, user, password_mark, ends_at, door FROM sign_in ORDER BY ends_at, digest",
            _sign_in,
        )

    async def save_sign_in(self, sign_in: SignInRecord) -> None:
        """Remember that a user has signed in."""
        await self._database.write(
            "INSERT INTO sign_in (digest, user, password_mark, ends_at, door) VALUES (?, ?, ?, ?, ?)",
            sign_in.digest,
            sign_in.user,
            sign_in.password_mark,
            _text(sign_in.ends_at),
            sign_in.door.value,
        )

    async def delete_sign_ins(self, digests: list[str]) -> None:
        """Forget some of them: all or none."""
        await self._database.write_all(
            [("DELETE FROM sign_in WHERE digest = ?", (digest,)) for digest in digests]
        )


def _token(row: tuple[str, ...]) -> TokenRecord:
    id_, name, scope, digest, made_at = row
    return TokenRecord(
        id=id_, name=name, scope=Scope(scope), digest=digest, made_at=datetime.fromisoformat(made_at)
    )


def _sign_in(row: tuple[str, ...]) -> SignInRecord:
    digest, user, password_mark, ends_at, door = row
    return SignInRecord(
        digest=digest,
        user=user,
        password_mark=password_mark,
        ends_at=datetime.fromisoformat(ends_at),
        door=Door(door),
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()  # one zone, so that text sorts like time
