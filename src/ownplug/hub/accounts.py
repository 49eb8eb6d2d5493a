"""Who the home is, and who has a login by name: to its MQTT server, to its API."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ownplug.core.errors import Malformed, NotFound, OwnplugError, UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.mqtt import check_filter
from ownplug.core.records import HomeRecord, Scope, UserChange, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub.ports import HomeStore

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,253}")  # an e-mail address has 254 characters at most
# Stands before the hash of a password's MD5, which is all that some programs send. Hashes of earlier versions are of
# the password itself; they are made anew when it is given the next time.
_OF_DIGEST = "md5:"
_SHORTEST_PASSWORD = 8  # characters
_LONGEST_PASSWORD = 1024  # bytes


class Accounts:
    """The home's own identity, and its users with their passwords and rights.

    Of a password the argon2 hash of its MD5 is kept: programs written for the vendor's cloud send no more of it.
    Hashing takes tens of milliseconds on purpose, so it runs on a thread, two at a time at most.
    """

    def __init__(self, store: HomeStore) -> None:
        self._store = store
        self._users: dict[str, UserRecord] = {}
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._slots = asyncio.Semaphore(2)
        self._nobody = Secret("")
        self._changing = asyncio.Lock()  # a password that is hashed must not undo what comes after it
        self._tell: Callable[[str, UserChange], None] = _nobody_listens

    async def load(self) -> HomeRecord:
        """Return who the home is; on the first start it becomes someone."""
        self._users = {user.name: user for user in await self._store.users()}
        # Checked when no such user exists, so that the time taken does not tell.
        self._nobody = await self._hashed(secrets.token_bytes(16))
        home = await self._store.home()
        if home is None:
            home = HomeRecord(
                user_id=str(secrets.randbelow(9_000_000) + 1_000_000),
                key=Secret(secrets.token_hex(16)),
            )
            await self._store.save_home(home)
        return home

    def find(self, name: str) -> UserRecord | None:
        """Return the user as it is now."""
        return self._users.get(name)

    def all(self) -> list[UserRecord]:
        """Return every user, by name."""
        return [self._users[name] for name in sorted(self._users)]

    def tell_changes(self, tell: Callable[[str, UserChange], None]) -> None:
        """Have `tell(name, change)` called after each change of a user."""
        self._tell = tell

    async def add(
        self,
        name: str,
        password: Secret,
        *,
        read: list[str],
        write: list[str],
        scope: Scope | None = None,
        app_plugs: Sequence[Uuid] | None = None,
    ) -> None:
        """Add a user, or give an old one a new password and new rights.

        Args:
            name: may be an e-mail address.
            password: of at least 8 characters.
            read: topic filters of the MQTT server.
            write: topic filters of the MQTT server.
            scope: what it may do through the API; None: nothing.
            app_plugs: the plugs that programs written for the vendor's cloud see with its login; None: every one.

        Raises:
            UsageError: not a name, a password too short or too long, or not a topic filter.
        """
        _check_name(name)
        _check_password(password)
        for topic_filter in (*read, *write):
            _check_filter(topic_filter)
        async with self._changing:
            change = await self._change(name, password)
            hashed = await self._hashed(password.reveal().encode())
            user = UserRecord(
                name=name,
                password_hash=hashed,
                read=tuple(read),
                write=tuple(write),
                scope=scope,
                app_plugs=None if app_plugs is None else tuple(app_plugs),
            )
            await self._save(user, change)

    async def change_rights(
        self,
        name: str,
        *,
        read: list[str],
        write: list[str],
        scope: Scope | None,
        app_plugs: Sequence[Uuid] | None,
    ) -> UserRecord:
        """Give a user other rights; its password stays, and what it may not any more ends at once.

        Raises:
            NotFound: there is none of that name.
            UsageError: not a topic filter.
        """
        for topic_filter in (*read, *write):
            _check_filter(topic_filter)
        async with self._changing:
            user = replace(
                self._known(name),
                read=tuple(read),
                write=tuple(write),
                scope=scope,
                app_plugs=None if app_plugs is None else tuple(app_plugs),
            )
            await self._save(user, UserChange.RIGHTS)
            return user

    async def change_password(self, name: str, password: Secret) -> None:
        """Give a user another password; its rights stay.

        Raises:
            NotFound: there is none of that name.
            UsageError: a password too short or too long.
        """
        _check_password(password)
        async with self._changing:
            hashed = await self._hashed(password.reveal().encode())
            await self._save(replace(self._known(name), password_hash=hashed), UserChange.LOGIN)

    def login_changed(self, name: str) -> None:
        """Tell that a name has another password: whoever signed in with the old one has to go."""
        self._tell(name, UserChange.LOGIN)

    async def remove(self, name: str) -> None:
        """Remove a user, with what the MQTT server keeps for it.

        Raises:
            NotFound: there is none of that name.
        """
        async with self._changing:
            self._known(name)
            await self._store.delete_user(name)
            del self._users[name]
            self._tell(name, UserChange.PERSON)

    async def check(self, name: str, password: bytes) -> UserRecord | None:
        """Return the user if name and password fit; otherwise None, after the same time."""
        user = await self._fitting(name, _digest(password), password)
        if user is None or _is_of_digest(user.password_hash):
            return user
        return await self._hashed_anew(user, password)

    async def check_digest(self, name: str, digest: str) -> UserRecord | None:
        """Return the user if name and the MD5 of its password, 32 hexadecimal digits, fit; otherwise None."""
        return await self._fitting(name, digest.lower().encode("utf-8", "replace"), None)

    async def _fitting(self, name: str, digest: bytes, password: bytes | None) -> UserRecord | None:
        while True:
            user = self._users.get(name)
            hashed = user.password_hash if user else self._nobody
            offered = digest if _is_of_digest(hashed) else password or b""
            async with self._slots:
                fits = await asyncio.to_thread(self._verify, hashed, offered)
            if self._users.get(name) is user:  # else it was changed or removed meanwhile
                return user if fits else None

    async def _hashed_anew(self, user: UserRecord, password: bytes) -> UserRecord:
        """Keep the hash of the MD5 from now on; whoever is signed in has to do it once more."""
        hashed = await self._hashed(password)
        async with self._changing:
            if self._users.get(user.name) is user:
                with suppress(OwnplugError):  # next time, then
                    renewed = replace(user, password_hash=hashed)
                    await self._store.save_user(renewed)
                    self._users[user.name] = user = renewed
            return user

    def _known(self, name: str) -> UserRecord:
        user = self._users.get(name)
        if user is None:
            raise NotFound(f"There is no user {name[:80]!r}.", hint="`ownplug user list` shows them.")
        return user

    async def _save(self, user: UserRecord, change: UserChange) -> None:
        await self._store.save_user(user)
        self._users[user.name] = user
        self._tell(user.name, change)

    async def _change(self, name: str, password: Secret) -> UserChange:
        if name not in self._users:
            return UserChange.PERSON
        offered = password.reveal().encode()
        is_same = await self._fitting(name, _digest(offered), offered) is not None
        return UserChange.RIGHTS if is_same else UserChange.LOGIN

    async def _hashed(self, password: bytes) -> Secret:
        async with self._slots:
            return Secret(_OF_DIGEST + await asyncio.to_thread(self._hasher.hash, _digest(password)))

    def _verify(self, hashed: Secret, offered: bytes) -> bool:
        try:
            return self._hasher.verify(hashed.reveal().removeprefix(_OF_DIGEST), offered)
        except (VerificationError, InvalidHashError):
            return False


def _digest(password: bytes) -> bytes:
    return hashlib.md5(password, usedforsecurity=False).hexdigest().encode()


def _is_of_digest(hashed: Secret) -> bool:
    return hashed.reveal().startswith(_OF_DIGEST)


def _nobody_listens(name: str, change: UserChange) -> None:
    """Before anybody is told of changes."""


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        # Not repeated: who mixes up two fields has put a password there.
        raise UsageError("That is not a user name.", hint="Use letters, digits and . _ - + @")
    if name.isdigit():
        raise UsageError("A user name has at least one letter: digits alone are the home's programs.")
    try:
        Mac.parse(name)
    except UsageError:
        return
    raise UsageError("That name looks like a plug's login.", hint="Choose another name.")


def _check_password(password: Secret) -> None:
    text = password.reveal()
    if len(text) < _SHORTEST_PASSWORD:
        raise UsageError(f"A password has at least {_SHORTEST_PASSWORD} characters.")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        # Without its cause, which would carry the password into a log.
        raise UsageError("The password is not valid UTF-8.") from None
    if size > _LONGEST_PASSWORD:
        raise UsageError(f"A password has at most {_LONGEST_PASSWORD} bytes.")


def _check_filter(topic_filter: str) -> None:
    try:
        check_filter(topic_filter)
    except Malformed as error:
        raise UsageError(
            f"{topic_filter!r} is not a topic filter: {error}", hint="For example: /appliance/#"
        ) from error
