"""Programs written for the vendor's cloud: who of the home's users lets one in, and what it sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ownplug.aio import Clock
from ownplug.core.errors import Forbidden, WrongLogin
from ownplug.core.identity import Uuid
from ownplug.core.records import Door, Scope, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub.accounts import Accounts
from ownplug.hub.passwords import PasswordCheck, told_to_people
from ownplug.hub.ports import LoginStore
from ownplug.hub.sign_ins import OpenDoor, SignIns

APP_DAYS = 365
"""How long a program stays signed in: most keep what they were given, and ask for a password only by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAccount:
    """A user, as a program that signed in with its login is to know it.

    Attributes:
        name: of the user; programs call it the e-mail address.
        plugs: what it sees; None: every plug.
    """

    name: str
    plugs: frozenset[Uuid] | None

    def sees(self, uuid: Uuid) -> bool:
        """Whether a plug is in its list."""
        return self.plugs is None or uuid in self.plugs


class AppLogins:
    """Lets programs of the vendor's cloud in: with the login of whoever may switch, for they get the home's key.

    Args:
        accounts: the home's users.
        passwords: judges theirs.
        store: what survives a restart.
        clock: ends sign-ins.
        are_on: whether the home takes such programs at all, now.
    """

    def __init__(
        self,
        accounts: Accounts,
        passwords: PasswordCheck,
        store: LoginStore,
        clock: Clock,
        are_on: Callable[[], bool],
    ) -> None:
        self._passwords = passwords
        self._are_on = are_on
        door = OpenDoor(door=Door.CLOUD, days=APP_DAYS, admits=self._admits)
        self._sign_ins = SignIns(door, accounts, store, clock)

    async def load(self) -> None:
        """Read what earlier runs remembered."""
        await self._sign_ins.load()

    async def sign_in(
        self, name: str, password: Secret, *, is_digest: bool, address: str
    ) -> tuple[AppAccount, Secret]:
        """Let a program in, and hand it a token.

        Args:
            name: of the user.
            password: or its MD5 in hexadecimal, if `is_digest`.
            is_digest: which of the two was sent.
            address: from where.

        Raises:
            WrongLogin: name or password is wrong.
            Forbidden: they fit, but this user may not switch, or the home takes no such programs.
            TooManyAttempts: it was wrong too often, or too many are being checked.
            NotKept: that it signed in cannot be written.
        """
        user = await self._judged(name, password, is_digest=is_digest, address=address)
        if not self._admits(user):
            raise Forbidden(
                "Programs of the vendor's cloud get the key of the home, and this user may not switch."
                if self._are_on()
                else "This home takes no programs of the vendor's cloud.",
                hint="`ownplug user change NAME --scope switch` changes it."
                if self._are_on()
                else "Set app_logins in the section [hub] of ownplug.toml.",
            )
        token, _ = await self._sign_ins.begin(user)
        return _account(user), token

    def holder(self, token: Secret) -> AppAccount | None:
        """Return whose token this is; None if it is nobody's, or not any more."""
        user = self._sign_ins.holder(token)
        return _account(user) if user else None

    async def sign_out(self, token: Secret) -> None:
        """End what began with `sign_in`."""
        await self._sign_ins.end(token)

    def _admits(self, user: UserRecord) -> bool:
        return self._are_on() and user.scope is not None and user.scope.covers(Scope.SWITCH)

    async def _judged(self, name: str, password: Secret, *, is_digest: bool, address: str) -> UserRecord:
        with told_to_people():
            if is_digest:
                user = await self._passwords.user_by_digest(name, password.reveal(), address=address)
            else:
                offered = password.reveal().encode("utf-8", "surrogatepass")
                user = await self._passwords.user(name, offered, address=address)
        if user is None:
            raise WrongLogin("Name or password is wrong.")
        return user


def _account(user: UserRecord) -> AppAccount:
    return AppAccount(name=user.name, plugs=None if user.app_plugs is None else frozenset(user.app_plugs))
