"""Where users have signed in by one door: what a browser or program shows from then on, until it ends."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ownplug.aio import Clock
from ownplug.core.records import Door, SignInRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub.accounts import Accounts
from ownplug.hub.ports import LoginStore
from ownplug.hub.tokens import digest_of

_MOST_OF_A_USER = 20  # browsers, or programs; the one that ends first gives way
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDoor:
    """A door as it is for everybody: who may come in by it, and for how long.

    Attributes:
        admits: whether it is open to a user, as that user is now.
    """

    door: Door
    days: int
    admits: Callable[[UserRecord], bool]


class SignIns:
    """What was handed out by one door. It opens no other, and ends when its user has another password, or none.

    Args:
        door: which.
        accounts: the home's users.
        store: what survives a restart.
        clock: ends what was handed out.
    """

    def __init__(self, door: OpenDoor, accounts: Accounts, store: LoginStore, clock: Clock) -> None:
        self._door = door
        self._accounts = accounts
        self._store = store
        self._clock = clock
        self._kept: dict[str, SignInRecord] = {}
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Read what earlier runs remembered, and forget what has ended meanwhile."""
        known = [each for each in await self._store.sign_ins() if each.door is self._door.door]
        self._kept = {each.digest: each for each in known if self._user_of(each) is not None}
        await self._store.delete_sign_ins([each.digest for each in known if each.digest not in self._kept])

    def holder(self, token: Secret) -> UserRecord | None:
        """Return who was handed this; None if nobody was, or it has ended."""
        sign_in = self._kept.get(digest_of(token))
        return self._user_of(sign_in) if sign_in else None

    async def begin(self, user: UserRecord) -> tuple[Secret, datetime]:
        """Hand something out to a user whose password was right, and tell when it ends."""
        token = Secret(secrets.token_hex(_TOKEN_BYTES))
        record = SignInRecord(
            digest=digest_of(token),
            user=user.name,
            password_mark=_mark(user),
            ends_at=self._clock.now() + timedelta(days=self._door.days),
            door=self._door.door,
        )
        async with self._changing:
            await self._make_room(user)
            await self._store.save_sign_in(record)
            self._kept[record.digest] = record
        return token, record.ends_at

    async def end(self, token: Secret) -> None:
        """End what was handed out; one that has ended is no error."""
        async with self._changing:
            await self._forget([digest_of(token)])

    async def _make_room(self, user: UserRecord) -> None:
        gone = [digest for digest, each in self._kept.items() if self._user_of(each) is None]
        own = [digest for digest, each in self._kept.items() if each.user == user.name]
        oldest = own[: max(len(own) + 1 - _MOST_OF_A_USER, 0)]
        await self._forget([*gone, *oldest])

    async def _forget(self, digests: list[str]) -> None:
        known = [digest for digest in dict.fromkeys(digests) if digest in self._kept]
        if known:
            await self._store.delete_sign_ins(known)
        for digest in known:
            del self._kept[digest]

    def _user_of(self, sign_in: SignInRecord) -> UserRecord | None:
        """Whose it is, if it still holds: for a while, and as long as the password is the same."""
        user = self._accounts.find(sign_in.user)
        holds = user is not None and self._door.admits(user) and _mark(user) == sign_in.password_mark
        return user if holds and self._clock.now() < sign_in.ends_at else None


def _mark(user: UserRecord) -> str:
    """What is kept of the password's hash, to see that it has changed."""
    return digest_of(user.password_hash)[:32]
