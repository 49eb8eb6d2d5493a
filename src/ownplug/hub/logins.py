"""Who may use the hub's API: this machine's user, programs with a token, people who signed in.

A person signs in with name and password and is given a cookie of 30 days. The first person of a home comes by a
set-up link, which works once and for a quarter of an hour: whoever can read what the hub prints owns it.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ownplug.aio import Clock
from ownplug.core.errors import (
    Conflict,
    Forbidden,
    NotKept,
    OwnplugError,
    UsageError,
    WrongLogin,
)
from ownplug.core.records import Door, Scope, TokenRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub.accounts import Accounts
from ownplug.hub.passwords import PasswordCheck, told_to_people
from ownplug.hub.ports import LoginStore
from ownplug.hub.sign_ins import OpenDoor, SignIns
from ownplug.hub.tokens import Tokens, digest_of

SIGN_IN_DAYS = 30
"""How long a browser stays signed in."""

SETUP_MINUTES = 15
"""How long a set-up link works."""

_SETUP_ATTEMPTS = 10  # wrong codes, then the link is void: nobody guesses 128 bits, somebody may try


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks something of the API.

    Attributes:
        name: of the user or token, for the log and the page.
        scope: what it may do.
        is_person: signed in with a password; otherwise a program.
    """

    name: str
    scope: Scope
    is_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A person who has just signed in: what the browser has to show from now on, and until when."""

    caller: Caller
    cookie: Secret
    ends_at: datetime


class Logins:
    """Who may use the API of one home.

    Args:
        accounts: the home's users.
        passwords: judges theirs.
        store: what survives a restart.
        clock: ends sign-ins and the set-up link.
        machine_token: the token of this machine's user, who may do everything.

    Attributes:
        tokens: of programs.
    """

    def __init__(
        self,
        accounts: Accounts,
        passwords: PasswordCheck,
        store: LoginStore,
        clock: Clock,
        machine_token: Secret,
    ) -> None:
        if not machine_token:
            raise UsageError("This machine's token is empty: it would let everybody in.")
        self.tokens = Tokens(store)
        self._accounts = accounts
        self._passwords = passwords
        self._clock = clock
        self._machine_token = machine_token
        door = OpenDoor(door=Door.PAGE, days=SIGN_IN_DAYS, admits=lambda user: user.scope is not None)
        self._sign_ins = SignIns(door, accounts, store, clock)
        self._changing = asyncio.Lock()
        self._setup: _SetupLink | None = None

    async def load(self) -> None:
        """Read what earlier runs remembered, and forget what has ended meanwhile."""
        await self.tokens.load()
        await self._sign_ins.load()
        if not self._has_admin():
            self._setup = _SetupLink(self._clock.monotonic)

    @property
    def setup_code(self) -> Secret | None:
        """What the set-up link of a home without an administrator carries; None where it has one."""
        return self._setup.code if self._setup and not self._has_admin() else None

    async def create_token(self, name: str, scope: Scope) -> tuple[TokenRecord, Secret]:
        """Make a token for a program; see `Tokens.create`."""
        return await self.tokens.create(name, scope, self._clock.now())

    def holder(self, token: Secret) -> Caller | None:
        """Return whose token this is; None if it is nobody's."""
        if token == self._machine_token:
            return Caller(name="this machine's user", scope=Scope.ADMIN)
        found = self.tokens.find(token)
        return Caller(name=found.name, scope=found.scope) if found else None

    def signed_in(self, cookie: Secret) -> Caller | None:
        """Return who signed in with this cookie; None if nobody did, or not any more."""
        user = self._sign_ins.holder(cookie)
        return _caller(user) if user else None

    async def sign_in(self, name: str, password: Secret, *, address: str) -> SignIn:
        """Let a person in.

        Raises:
            WrongLogin: name or password is wrong.
            Forbidden: they fit, but the API is closed to this user.
            TooManyAttempts: it was wrong too often.
        """
        user = await self._judged(name, password, address)
        if user.scope is None:
            raise Forbidden(
                "This user may use the MQTT server only.",
                hint="`ownplug user add NAME --scope switch` changes it.",
            )
        return await self._let_in(user)

    async def sign_out(self, cookie: Secret) -> None:
        """End what began with `sign_in`; one that has ended is no error."""
        await self._sign_ins.end(cookie)

    async def set_up(self, code: Secret, name: str, password: Secret) -> SignIn:
        """Make the first administrator of a home, and let that person in.

        Raises:
            Conflict: the home has an administrator.
            Forbidden: the code is wrong, used, or too old.
            UsageError: not a name, or a password too short.
        """
        async with self._changing:
            if self._has_admin():
                raise Conflict("This home is set up already.", hint="Sign in.")
            if self._setup is None or not self._setup.accepts(code):
                raise Forbidden(
                    "This set-up link is wrong, or too old.",
                    hint="Start the hub anew for another, or use `ownplug user add NAME --scope admin`.",
                )
            if self._accounts.find(name) is not None:
                raise Conflict("There is a user of that name.", hint="Choose another name.")
            await self._accounts.add(name, password, read=[], write=[], scope=Scope.ADMIN)
            self._setup = None
        return await self._let_in_after("Your account is made", name)

    async def change_password(self, name: str, old: Secret, new: Secret, *, address: str) -> SignIn:
        """Give a person another password; every browser has to sign in anew, but for the one that asks.

        Raises:
            WrongLogin: the old password is wrong.
            UsageError: the new one is too short or too long.
            TooManyAttempts: it was wrong too often.
        """
        await self._judged(name, old, address)
        await self._accounts.change_password(name, new)
        return await self._let_in_after("Your password is changed", name)

    async def _judged(self, name: str, password: Secret, address: str) -> UserRecord:
        with told_to_people():
            offered = password.reveal().encode("utf-8", "surrogatepass")
            user = await self._passwords.user(name, offered, address=address)
        if user is None:
            raise WrongLogin("Name or password is wrong.")
        return user

    def _known(self, name: str) -> UserRecord:
        user = self._accounts.find(name)
        if user is None:
            raise WrongLogin("This user was removed meanwhile.")
        return user

    async def _let_in_after(self, done: str, name: str) -> SignIn:
        try:
            return await self._let_in(self._known(name))
        except NotKept as error:  # which alone would say that nothing was done
            raise OwnplugError(
                f"{done}, but you could not be signed in: {error}", hint="Make room there, then sign in."
            ) from error

    async def _let_in(self, user: UserRecord) -> SignIn:
        cookie, ends_at = await self._sign_ins.begin(user)
        return SignIn(caller=_caller(user), cookie=cookie, ends_at=ends_at)

    def _has_admin(self) -> bool:
        return any(user.scope is Scope.ADMIN for user in self._accounts.all())


class _SetupLink:
    """What the set-up link carries: good for a while, and for a few mistakes."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.code = Secret(secrets.token_urlsafe(16))
        self._monotonic = monotonic
        self._ends_s = monotonic() + SETUP_MINUTES * 60
        self._attempts = _SETUP_ATTEMPTS

    def accepts(self, code: Secret) -> bool:
        """Whether `code` is right, in time, and not after too many that were not."""
        if self._attempts <= 0 or self._monotonic() >= self._ends_s:
            return False
        fits = hmac.compare_digest(digest_of(code), digest_of(self.code))
        self._attempts -= not fits
        return fits


def _caller(user: UserRecord) -> Caller:
    assert user.scope is not None  # noqa: S101 asked by whoever calls
    return Caller(name=user.name, scope=user.scope, is_person=True)
