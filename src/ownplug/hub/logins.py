"""Who may use the hub's API: this machine's user, programs with a token, people who signed in.

A person signs in with name and password and is given a cookie of 30 days. The first person of a home comes by a
set-up link, which works once and for a quarter of an hour: whoever can read what the hub prints owns it.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ownplug.aio import Clock
from ownplug.core.errors import (
    Conflict,
    Forbidden,
    NotKept,
    OwnplugError,
    TooManyAttempts,
    UsageError,
    WrongLogin,
)
from ownplug.core.records import Scope, SignInRecord, TokenRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub.accounts import Accounts
from ownplug.hub.passwords import PasswordCheck
from ownplug.hub.penalties import KeptWaiting
from ownplug.hub.ports import LoginStore
from ownplug.hub.tokens import Tokens, digest_of

SIGN_IN_DAYS = 30
"""How long a browser stays signed in."""

SETUP_MINUTES = 15
"""How long a set-up link works."""

_MOST_OF_A_USER = 20  # browsers; the one that ends first gives way
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
        self._store = store
        self._clock = clock
        self._machine_token = machine_token
        self._sign_ins: dict[str, SignInRecord] = {}
        self._changing = asyncio.Lock()
        self._setup: _SetupLink | None = None

    async def load(self) -> None:
        """Read what earlier runs remembered, and forget what has ended meanwhile."""
        await self.tokens.load()
        known = await self._store.sign_ins()
        self._sign_ins = {each.digest: each for each in known if self._user_of(each) is not None}
        await self._store.delete_sign_ins(
            [each.digest for each in known if each.digest not in self._sign_ins]
        )
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
        sign_in = self._sign_ins.get(digest_of(cookie))
        user = self._user_of(sign_in) if sign_in else None
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
        async with self._changing:
            await self._forget([digest_of(cookie)])

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
        try:
            offered = password.reveal().encode("utf-8", "surrogatepass")
            user = await self._passwords.user(name, offered, address=address)
        except KeptWaiting as error:
            wait_s = math.ceil(error.wait_s)
            raise TooManyAttempts(
                "Too many attempts came from there.", hint=f"Try again in {wait_s} s.", wait_s=wait_s
            ) from error
        except TimeoutError as error:
            raise TooManyAttempts(
                "Too many passwords are being checked.", hint="Try again in a moment."
            ) from error
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
        cookie = Secret(secrets.token_urlsafe(32))
        record = SignInRecord(
            digest=digest_of(cookie),
            user=user.name,
            password_mark=_mark(user),
            ends_at=self._clock.now() + timedelta(days=SIGN_IN_DAYS),
        )
        async with self._changing:
            await self._make_room(user)
            await self._store.save_sign_in(record)
            self._sign_ins[record.digest] = record
        return SignIn(caller=_caller(user), cookie=cookie, ends_at=record.ends_at)

    async def _make_room(self, user: UserRecord) -> None:
        gone = [digest for digest, each in self._sign_ins.items() if self._user_of(each) is None]
        own = [digest for digest, each in self._sign_ins.items() if each.user == user.name]
        oldest = own[: max(len(own) + 1 - _MOST_OF_A_USER, 0)]
        await self._forget([*gone, *oldest])

    async def _forget(self, digests: list[str]) -> None:
        known = [digest for digest in dict.fromkeys(digests) if digest in self._sign_ins]
        if known:
            await self._store.delete_sign_ins(known)
        for digest in known:
            del self._sign_ins[digest]

    def _user_of(self, sign_in: SignInRecord) -> UserRecord | None:
        """Whose sign-in it is, if it still holds: for a while, and as long as the password is the same."""
        user = self._accounts.find(sign_in.user)
        holds = user is not None and user.scope is not None and _mark(user) == sign_in.password_mark
        return user if holds and self._clock.now() < sign_in.ends_at else None

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


def _mark(user: UserRecord) -> str:
    """What a sign-in keeps of the password's hash, to see that it has changed."""
    return digest_of(user.password_hash)[:32]
