"""Judging names and passwords, whatever door they come to: few at a time, and guessing takes ever longer."""

from __future__ import annotations

from ownplug.core.records import UserRecord
from ownplug.hub.accounts import Accounts
from ownplug.hub.penalties import Penalties
from ownplug.hub.turnstile import Turnstile


class PasswordCheck:
    """The one place where passwords are judged, so that guessing at one door counts at the other."""

    def __init__(self, accounts: Accounts, penalties: Penalties) -> None:
        self._accounts = accounts
        self._penalties = penalties
        self._turnstile = Turnstile()

    async def user(self, name: str, password: bytes, *, address: str) -> UserRecord | None:
        """Return the user if name and password fit; otherwise None, after the same time.

        Raises:
            TimeoutError: too many passwords are being checked, or were wrong; it may come again.
        """
        self._penalties.check(address, name)
        with self._turnstile.enter(address):
            user = await self._accounts.check(name, password)
        self._penalties.note(address, name, is_right=user is not None)
        return user
