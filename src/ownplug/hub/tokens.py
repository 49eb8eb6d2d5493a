"""Tokens: how programs come to the API, each with a name of its own, so that one can be taken back alone."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from datetime import datetime

from ownplug.core.errors import Conflict, NotFound, UsageError
from ownplug.core.records import Scope, TokenRecord
from ownplug.core.secret import Secret
from ownplug.hub.ports import LoginStore

_PREFIX = "ownplug_"  # so that a token that lies about somewhere is known for what it is
_NAME_LIMIT = 60  # characters
_MOST = 200


class Tokens:
    """The tokens of one home. Only their digests are kept: a token is shown once, when it is made."""

    def __init__(self, store: LoginStore) -> None:
        self._store = store
        self._by_digest: dict[str, TokenRecord] = {}
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Read what earlier runs remembered."""
        self._by_digest = {token.digest: token for token in await self._store.tokens()}

    def all(self) -> list[TokenRecord]:
        """Return every token, the oldest first."""
        return list(self._by_digest.values())

    def find(self, token: Secret) -> TokenRecord | None:
        """Return whose token this is."""
        return self._by_digest.get(digest_of(token))

    async def create(self, name: str, scope: Scope, now: datetime) -> tuple[TokenRecord, Secret]:
        """Make a token; it is never shown again.

        Raises:
            UsageError: that is no name, or there are too many tokens.
            Conflict: another token has that name.
        """
        name = _checked(name)
        async with self._changing:
            if any(known.name.casefold() == name.casefold() for known in self.all()):
                raise Conflict(f"Another token is called {name!r}.", hint="`ownplug token list` shows them.")
            if len(self._by_digest) >= _MOST:
                raise UsageError(f"A home has at most {_MOST} tokens.", hint="Revoke one that is not used.")
            token = Secret(_PREFIX + secrets.token_urlsafe(32))
            record = TokenRecord(
                id=secrets.token_hex(4), name=name, scope=scope, digest=digest_of(token), made_at=now
            )
            await self._store.save_token(record)
            self._by_digest[record.digest] = record
            return record, token

    async def revoke(self, reference: str) -> TokenRecord:
        """Take a token back, by its name or id; it ends at once.

        Raises:
            NotFound: there is none.
        """
        async with self._changing:
            wanted = reference.strip().casefold()
            found = next((token for token in self.all() if wanted in {token.name.casefold(), token.id}), None)
            if found is None:
                raise NotFound(
                    f"There is no token {reference[:80]!r}.", hint="`ownplug token list` shows them."
                )
            await self._store.delete_token(found.id)
            del self._by_digest[found.digest]
            return found


def digest_of(credential: Secret) -> str:
    """Return what is kept of a token or cookie. Looking it up tells nothing about others, however long it takes."""
    return hashlib.sha256(credential.reveal().encode("utf-8", "surrogatepass")).hexdigest()


def _checked(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= _NAME_LIMIT or not name.isprintable() or "/" in name:
        raise UsageError(
            f"A token's name has 1 to {_NAME_LIMIT} printable characters and no slash.",
            hint="For example: grafana",
        )
    return name
