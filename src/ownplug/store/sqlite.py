"""SQLite behind one thread: the only file that knows of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from ownplug.core.errors import Conflict, OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.records import HomeRecord, PlugRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.store.migrations import Migration, migrations, pending

T = TypeVar("T")


class SqliteStore:
    """The home's database: `async with SqliteStore(path) as store`.

    Raises:
        Conflict: another program holds the database, or a newer ownplug made it.
        OwnplugError: the file is not a database, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ownplug-store")
        self._database: sqlite3.Connection | None = None

    async def __aenter__(self) -> Self:
        try:
            self._database = await self._run(lambda: _open(self._path))
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._run(self._connection.close)
        self._thread.shutdown(wait=False)

    async def home(self) -> HomeRecord | None:
        """Return who this home is, or None on the first start."""
        row = await self._one("SELECT user_id, key, advertised FROM home")
        return HomeRecord(user_id=row[0], key=Secret(row[1]), advertised=row[2]) if row else None

    async def save_home(self, home: HomeRecord) -> None:
        """Remember who this home is, and the address that its plugs were given."""
        await self._write(
            "INSERT INTO home (id, user_id, key, advertised) VALUES (1, ?, ?, ?) ON CONFLICT (id)"
            " DO UPDATE SET user_id = excluded.user_id, key = excluded.key, advertised = excluded.advertised",
            home.user_id,
            home.key.reveal(),
            home.advertised,
        )

    async def plugs(self) -> list[PlugRecord]:
        """Return every plug of the home, in the order in which they came."""
        rows = await self._all(
            "SELECT uuid, name, registered_at, key, model, sub_type, hardware, firmware"
            " FROM plug ORDER BY registered_at, uuid"
        )
        return [_plug(row) for row in rows]

    async def save_plug(self, plug: PlugRecord) -> None:
        """Add a plug, or change what is remembered of it.

        Raises:
            Conflict: another plug has that name.
        """
        await self._write(
            "INSERT INTO plug (uuid, name, registered_at, key, model, sub_type, hardware, firmware)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO UPDATE SET name = excluded.name,"
            " key = excluded.key, model = excluded.model, sub_type = excluded.sub_type,"
            " hardware = excluded.hardware, firmware = excluded.firmware",
            plug.uuid.text,
            plug.name,
            plug.registered_at.isoformat(),
            plug.key.reveal() if plug.key else None,
            plug.model,
            plug.sub_type,
            plug.hardware,
            plug.firmware,
        )

    async def delete_plug(self, uuid: Uuid) -> None:
        """Forget a plug."""
        await self._write("DELETE FROM plug WHERE uuid = ?", uuid.text)

    async def users(self) -> list[UserRecord]:
        """Return every MQTT user."""
        rows = await self._all("SELECT name, password_hash, read, write FROM user ORDER BY name")
        return [_user(row) for row in rows]

    async def save_user(self, user: UserRecord) -> None:
        """Add a user, or change its password and rights."""
        await self._write(
            "INSERT INTO user (name, password_hash, read, write) VALUES (?, ?, ?, ?) ON CONFLICT (name)"
            " DO UPDATE SET password_hash = excluded.password_hash, read = excluded.read,"
            " write = excluded.write",
            user.name,
            user.password_hash.reveal(),
            json.dumps(user.read),
            json.dumps(user.write),
        )

    @property
    def _connection(self) -> sqlite3.Connection:
        assert self._database is not None, "the store is used inside `async with`"  # noqa: S101 misuse by our own code
        return self._database

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.IntegrityError as error:
            raise Conflict(f"The database refuses it: {error}.") from error
        except sqlite3.Error as error:
            raise _translated(error, self._path) from error

    async def _all(self, sql: str) -> list[tuple[str, ...]]:
        return await self._run(lambda: self._connection.execute(sql).fetchall())

    async def _one(self, sql: str) -> tuple[str, ...] | None:
        rows = await self._all(sql)
        return rows[0] if rows else None

    async def _write(self, sql: str, *values: str | None) -> None:
        def work() -> None:
            with self._connection:
                self._connection.execute(sql, values)

        await self._run(work)


def _open(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600, exist_ok=True)  # before SQLite makes it readable to others
    database = sqlite3.connect(path, timeout=2.0, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        _migrate(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    try:
        steps = pending(version, migrations())
    except ValueError as error:
        raise Conflict(
            f"{path} was made by a newer ownplug ({error}).", hint="Update ownplug, or restore a backup."
        ) from error
    if steps and version:
        _copy_before(database, path, version)
    for step in steps:
        _apply(database, step)


def _copy_before(database: sqlite3.Connection, path: Path, version: int) -> None:
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = path.with_suffix(f".before-{version + 1}.sqlite3")
    shutil.copyfile(path, copy)
    copy.chmod(0o600)


def _apply(database: sqlite3.Connection, step: Migration) -> None:
    # One script, one transaction: a kill in the middle leaves the old version whole.
    database.executescript(f"BEGIN IMMEDIATE;\n{step.sql}\nPRAGMA user_version = {step.number};\nCOMMIT;")


def _translated(error: sqlite3.Error, path: Path) -> OwnplugError:
    if "locked" in str(error):
        return Conflict(f"Another program is using {path}.", hint="Is a hub of this home running already?")
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return OwnplugError(
            f"{path} is not a database.", hint="Restore a backup, or move the file away to begin anew."
        )
    return OwnplugError(f"The database {path} failed: {error}.", hint="Is the disk full or read-only?")


def _plug(row: tuple[str, ...]) -> PlugRecord:
    uuid, name, registered_at, key, model, sub_type, hardware, firmware = row
    return PlugRecord(
        uuid=Uuid(uuid),
        name=name,
        registered_at=datetime.fromisoformat(registered_at),
        key=Secret(key) if key else None,
        model=model,
        sub_type=sub_type,
        hardware=hardware,
        firmware=firmware,
    )


def _user(row: tuple[str, ...]) -> UserRecord:
    name, password_hash, read, write = row
    return UserRecord(
        name=name,
        password_hash=Secret(password_hash),
        read=tuple(json.loads(read)),
        write=tuple(json.loads(write)),
    )
