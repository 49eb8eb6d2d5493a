"""What the hub needs of others; each is fitted by shape, and `ownplug.app` joins them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ownplug.core.identity import Uuid
from ownplug.core.records import HomeRecord, PlugRecord, SignInRecord, TokenRecord, UserRecord
from ownplug.core.secret import Secret


class Exchange(Protocol):
    """MQTT as the hub sees it: our own server in the same process, or a client of a foreign one.

    What comes in is told to the hub by its methods `receive`, `plug_online` and `plug_offline`.
    """

    def publish(self, topic: str, payload: bytes) -> None:
        """Send to whoever reads `topic`, at least once where they are connected; never blocks or fails."""


class FileHandout(Protocol):
    """A way to let a plug fetch a file from this machine by plain HTTP."""

    def offer(
        self, data: bytes, /, *, to: str, sent: Callable[[int], None]
    ) -> AbstractAsyncContextManager[str]:
        """Let the plug at an address fetch `data` once; gives the URL, which is good inside the `with`.

        `sent` is told how many bytes have gone out. Errors are `ownplug.core.errors`.
        """


class HomeStore(Protocol):
    """What survives a restart. A write that returned is on the disk."""

    async def home(self) -> HomeRecord | None:
        """Return who this home is, or None on the first start."""

    async def save_home(self, home: HomeRecord) -> None:
        """Remember who this home is."""

    async def change_key(self, old: Secret, new: Secret) -> None:
        """Give the home another key, and the old one to each plug that had no key of its own: both or neither."""

    async def plugs(self) -> list[PlugRecord]:
        """Return every plug of the home."""

    async def save_plug(self, plug: PlugRecord) -> None:
        """Add or change a plug."""

    async def delete_plug(self, uuid: Uuid) -> None:
        """Forget a plug."""

    async def users(self) -> list[UserRecord]:
        """Return every user."""

    async def save_user(self, user: UserRecord) -> None:
        """Add or change a user."""

    async def delete_user(self, name: str) -> None:
        """Remove a user, with all that is kept for it, so that a later one of that name begins with nothing."""


class LoginStore(Protocol):
    """Who may use the API besides this machine's user. A write that returned is on the disk."""

    async def tokens(self) -> list[TokenRecord]:
        """Return every token, the oldest first."""

    async def save_token(self, token: TokenRecord) -> None:
        """Add a token."""

    async def delete_token(self, id_: str) -> None:
        """Remove a token."""

    async def sign_ins(self) -> list[SignInRecord]:
        """Return where users have signed in, the one that ends first at the beginning."""

    async def save_sign_in(self, sign_in: SignInRecord) -> None:
        """Remember that a user has signed in."""

    async def delete_sign_ins(self, digests: list[str]) -> None:
        """Forget some of them: all or none."""
