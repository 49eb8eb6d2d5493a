"""The home, its plugs and its users, as rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ownplug.core.errors import Conflict
from ownplug.core.identity import Uuid
from ownplug.core.records import HomeRecord, PlugRecord, Scope, UserRecord
from ownplug.core.secret import Secret
from ownplug.store.availability import AvailabilityRows
from ownplug.store.energy import EnergyRows
from ownplug.store.logins import LoginRows
from ownplug.store.mqtt import MqttStore, forget_user
from ownplug.store.plugs import PLUG_COLUMNS, plug_of, row_of
from ownplug.store.sqlite import Database, is_taken
from ownplug.store.tariffs import TariffRows

_ALL_PLUGS = f"SELECT {', '.join(PLUG_COLUMNS)} FROM plug ORDER BY registered_at, uuid"  # noqa: S608 - our own words
_SAVE_PLUG = (
    f"INSERT INTO plug ({', '.join(PLUG_COLUMNS)}) VALUES ({', '.join('?' * len(PLUG_COLUMNS))})"  # noqa: S608
    f" ON CONFLICT (uuid) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in PLUG_COLUMNS[2:])}"
)


class SqliteStore:
    """The home's database: `async with SqliteStore(path) as store`.

    Attributes:
        mqtt: what the MQTT server remembers, in the same file.
        logins: who may use the API, in the same file.
        availability: when plugs came and went, in the same file.
        energy: what they used, in the same file.
        tariffs: what that costs, in the same file.

    Raises:
        Conflict: another program is changing the database, or a newer ownplug made it.
        OwnplugError: the file is not a database, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self.mqtt = MqttStore(self._database)
        self.logins = LoginRows(self._database)
        self.availability = AvailabilityRows(self._database)
        self.energy = EnergyRows(self._database)
        self.tariffs = TariffRows(self._database)

    async def __aenter__(self) -> Self:
        await self._database.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._database.__aexit__(kind, error, trace)

    @property
    def failed_writes(self) -> int:
        """How often something could not be written since the start."""
        return self._database.failed_writes

    async def prove_writable(self, at: datetime) -> None:
        """Write something, which says that the hub ran at this moment.

        Raises:
            OwnplugError: it cannot be written.
        """
        await self.availability.note_alive(at)

    async def home(self) -> HomeRecord | None:
        """Return who this home is, or None on the first start."""
        homes = await self._database.all("SELECT user_id, key, advertised FROM home", _home)
        return homes[0] if homes else None

    async def save_home(self, home: HomeRecord) -> None:
        """Remember who this home is, and the address that its plugs were given."""
        await self._database.write(
            "INSERT INTO home (id, user_id, key, advertised) VALUES (1, ?, ?, ?) ON CONFLICT (id)"
            " DO UPDATE SET user_id = excluded.user_id, key = excluded.key, advertised = excluded.advertised",
            home.user_id,
            home.key.reveal(),
            home.advertised,
        )

    async def change_key(self, old: Secret, new: Secret) -> None:
        """Give the home another key, and the old one to each plug that had no key of its own: both or neither."""
        await self._database.write_all(
            [
                ("UPDATE plug SET key = ? WHERE key IS NULL", (old.reveal(),)),
                ("UPDATE home SET key = ?", (new.reveal(),)),
            ]
        )

    async def plugs(self) -> list[PlugRecord]:
        """Return every plug of the home, in the order in which they came."""
        return await self._database.all(_ALL_PLUGS, plug_of)

    async def save_plug(self, plug: PlugRecord) -> None:
        """Add a plug, or change what is remembered of it.

        Raises:
            Conflict: another plug has that name, or another program is changing the database.
        """
        try:
            await self._database.write(_SAVE_PLUG, *row_of(plug))
        except Conflict as error:
            if not is_taken(error):  # another program is writing
                raise
            raise Conflict(f"Another plug is called {plug.name!r}.", hint="Choose another name.") from error

    async def replace_plugs(self, plugs: Iterable[PlugRecord]) -> None:
        """Let the home have these plugs and no others: all of it or nothing. What is kept of those that stay, stays.

        Raises:
            Conflict: two of them have one name.
        """
        wanted = {plug.uuid: plug for plug in plugs}
        gone = [plug.uuid.text for plug in await self.plugs() if plug.uuid not in wanted]
        await self._database.write_all(
            [
                *(("DELETE FROM plug WHERE uuid = ?", (uuid,)) for uuid in gone),
                ("UPDATE plug SET name = uuid", ()),  # so that names may change hands
                *((_SAVE_PLUG, row_of(plug)) for plug in wanted.values()),
            ]
        )

    async def delete_plug(self, uuid: Uuid) -> None:
        """Forget a plug."""
        await self._database.write("DELETE FROM plug WHERE uuid = ?", uuid.text)

    async def users(self) -> list[UserRecord]:
        """Return every user."""
        return await self._database.all(
            "SELECT name, password_hash, read, write, scope, app_plugs FROM user ORDER BY name", _user
        )

    async def save_user(self, user: UserRecord) -> None:
        """Add a user, or change its password and rights."""
        await self._database.write(
            "INSERT INTO user (name, password_hash, read, write, scope, app_plugs) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash, read = excluded.read,"
            " write = excluded.write, scope = excluded.scope, app_plugs = excluded.app_plugs",
            user.name,
            user.password_hash.reveal(),
            json.dumps(user.read),
            json.dumps(user.write),
            user.scope.value if user.scope else None,
            None if user.app_plugs is None else json.dumps([uuid.text for uuid in user.app_plugs]),
        )

    async def delete_user(self, name: str) -> None:
        """Remove a user, with its sessions and the retained messages that it left."""
        await self._database.write_all([("DELETE FROM user WHERE name = ?", (name,)), *forget_user(name)])


def _home(row: tuple[str, ...]) -> HomeRecord:
    user_id, key, advertised = row
    return HomeRecord(user_id=user_id, key=Secret(key), advertised=advertised)


def _user(row: tuple[Any, ...]) -> UserRecord:
    name, password_hash, read, write, scope, app_plugs = row
    return UserRecord(
        name=name,
        password_hash=Secret(password_hash),
        read=tuple(json.loads(read)),
        write=tuple(json.loads(write)),
        scope=Scope(scope) if scope else None,
        app_plugs=None if app_plugs is None else tuple(Uuid(uuid) for uuid in json.loads(app_plugs)),
    )
