"""What the hub needs of others; each is fitted by shape, and `ownplug.app` joins them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from ownplug.core.identity import Uuid
from ownplug.core.records import HomeRecord, PlugRecord, SignInRecord, TokenRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.core.state import AvailabilityChange


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


class AvailabilityStore(Protocol):
    """What survives a restart of when plugs came and went. Numbers of changes are the hub's."""

    async def last_changes(self) -> list[AvailabilityChange]:
        """Return the newest change of each plug."""

    async def losses(self) -> list[AvailabilityChange]:
        """Return of each plug that was not there at last the change by which it went: the first after it was online."""

    async def changes(self, uuid: Uuid, *, limit: int, up_to: int | None) -> list[AvailabilityChange]:
        """Return changes of one plug, newest first; from the number `up_to` on backwards."""

    async def alive_at(self) -> datetime | None:
        """Return when the hub was last known to run."""

    async def add(self, changes: Sequence[AvailabilityChange], *, alive_at: datetime, keep: int) -> None:
        """Add changes, and of each of their plugs drop all but the newest `keep`; the hub ran at `alive_at`.

        The same changes may come again when this has failed. Changes of plugs that the home does not know are dropped.
        """

    async def drop_before(self, at: datetime) -> None:
        """Forget what had ended at `at`."""


class Disk(Protocol):
    """Whether the home's database can be written."""

    @property
    def failed_writes(self) -> int:
        """How often something could not be written since the start."""

    async def prove_writable(self, at: datetime) -> None:
        """Write something, which says that the hub ran at this moment.

        Raises:
            OwnplugError: it cannot be written.
        """


class MqttServer(Protocol):
    """What the MQTT server of this process tells of itself."""

    @property
    def is_listening(self) -> bool:
        """Whether every listener that was asked for is open."""

    @property
    def is_stuck(self) -> bool:
        """Whether what its clients want kept cannot be written now."""

    def figures(self) -> Mapping[str, int]:
        """Return its counters and gauges, by the names of `$SYS`."""
