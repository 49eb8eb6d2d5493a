"""Judging names and passwords, whatever door they come to: few at a time, and guessing takes ever longer."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from ownplug.core.errors import TooManyAttempts
from ownplug.core.records import UserRecord
from ownplug.hub.accounts import Accounts
from ownplug.hub.penalties import KeptWaiting, Penalties
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
        return await self._judged(name, address, lambda: self._accounts.check(name, password))

    async def user_by_digest(self, name: str, digest: str, *, address: str) -> UserRecord | None:
        """Do the same with the MD5 of a password, in hexadecimal digits."""
        return await self._judged(name, address, lambda: self._accounts.check_digest(name, digest))

    async def _judged(
        self, name: str, address: str, check: Callable[[], Awaitable[UserRecord | None]]
    ) -> UserRecord | None:
        self._penalties.check(address, name)
        with self._turnstile.enter(address):
            user = await check()
        self._penalties.note(address, name, is_right=user is not None)
        return user


@contextmanager
def told_to_people() -> Iterator[None]:
    """Say to whoever signs in that it has to wait, and how long.

    Raises:
        TooManyAttempts: passwords were wrong too often, or too many are being checked.
    """
    try:
        yield
    except KeptWaiting as error:
        wait_s = math.ceil(error.wait_s)
        raise TooManyAttempts(
            "Too many attempts came from there.", hint=f"Try again in {wait_s} s.", wait_s=wait_s
        ) from error
    except TimeoutError as error:
        raise TooManyAttempts(
            "Too many passwords are being checked.", hint="Try again in a moment."
        ) from error
