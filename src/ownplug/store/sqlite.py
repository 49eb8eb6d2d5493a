"""SQLite behind one thread: the only file that knows of it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from ownplug.core.errors import Conflict, OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.records import HomeRecord, PlugRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.store.migrations import Migration, migrations, pending

T = TypeVar("T")

_PATIENCE_S = 2.0  # while another program writes
_PRIMARY_CODE = 0xFF  # SQLite's extended codes carry their family in the low byte


class SqliteStore:
    """The home's database: `async with SqliteStore(path) as store`.

    Raises:
        Conflict: another program is changing the database, or a newer ownplug made it.
        OwnplugError: the file is not a database, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ownplug-store")
        self._database: sqlite3.Connection | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._run(self._open)
        except BaseException:
            self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._run(self._close)
        finally:
            self._end()

    async def home(self) -> HomeRecord | None:
        """Return who this home is, or None on the first start."""
        homes = await self._all("SELECT user_id, key, advertised FROM home", _home)
        return homes[0] if homes else None

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
        return await self._all(
            "SELECT uuid, name, registered_at, key, model, sub_type, hardware, firmware"
            " FROM plug ORDER BY registered_at, uuid",
            _plug,
        )

    async def save_plug(self, plug: PlugRecord) -> None:
        """Add a plug, or change what is remembered of it.

        Raises:
            Conflict: another plug has that name.
        """
        write = self._write(
            "INSERT INTO plug (uuid, name, registered_at, key, model, sub_type, hardware, firmware)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO UPDATE SET name = excluded.name,"
            " key = excluded.key, model = excluded.model, sub_type = excluded.sub_type,"
            " hardware = excluded.hardware, firmware = excluded.firmware",
            plug.uuid.text,
            plug.name,
            plug.registered_at.astimezone(UTC).isoformat(),  # one zone, so that text sorts like time
            plug.key.reveal() if plug.key else None,
            plug.model,
            plug.sub_type,
            plug.hardware,
            plug.firmware,
        )
        try:
            await write
        except Conflict as error:
            raise Conflict(f"Another plug is called {plug.name!r}.", hint="Choose another name.") from error

    async def delete_plug(self, uuid: Uuid) -> None:
        """Forget a plug."""
        await self._write("DELETE FROM plug WHERE uuid = ?", uuid.text)

    async def users(self) -> list[UserRecord]:
        """Return every MQTT user."""
        return await self._all("SELECT name, password_hash, read, write FROM user ORDER BY name", _user)

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
        except sqlite3.Error as error:
            raise _translated(error, self._path) from error
        except OSError as error:
            raise OwnplugError(
                f"The database {self._path} cannot be opened: {error.strerror}.",
                hint="Does its folder exist, and may you write there?",
            ) from error

    async def _all(self, sql: str, read: Callable[[tuple[str, ...]], T]) -> list[T]:
        rows = await self._run(lambda: self._connection.execute(sql).fetchall())
        try:
            return [read(row) for row in rows]
        except (ValueError, TypeError) as error:
            raise OwnplugError(
                f"{self._path} holds what ownplug did not write: {error}.", hint="Restore a backup."
            ) from error

    async def _write(self, sql: str, *values: str | None) -> None:
        # Without a transaction of its own: one statement is one, and is on the disk when this returns.
        await self._run(lambda: self._connection.execute(sql, values))

    def _open(self) -> None:
        _make_private(self._path)
        self._database = sqlite3.connect(
            self._path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
        )
        try:
            for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._database.execute(f"PRAGMA {setting}")
            _migrate(self._database, self._path)
        except BaseException:
            self._close()
            raise

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _end(self) -> None:
        """Let the thread end, and close what somebody opened who did not wait for it; waits for nothing."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=False)


def _make_private(path: Path) -> None:
    path.touch(mode=0o600)  # before SQLite makes it readable to others
    path.chmod(0o600)


def _version(database: sqlite3.Connection) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    version = _version(database)
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
    copy = path.with_suffix(f".before-{version + 1}.sqlite3")
    copy.unlink(missing_ok=True)  # of an attempt that did not come to an end
    _make_private(copy)
    with closing(sqlite3.connect(copy)) as target:
        database.backup(target)


def _apply(database: sqlite3.Connection, step: Migration) -> None:
    with database:  # one transaction: a kill in the middle leaves the old version whole
        database.execute("BEGIN IMMEDIATE")
        if _version(database) >= step.number:
            return  # another process was faster
        for statement in _statements(step.sql):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {step.number}")


def _statements(script: str) -> Iterator[str]:
    """Split a script: SQLite's own way to run one would end the transaction that it is part of."""
    statement = ""
    for piece in script.split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _translated(error: sqlite3.Error, path: Path) -> OwnplugError:
    match getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE:
        case sqlite3.SQLITE_CONSTRAINT:
            return Conflict(f"The database refuses it: {error}.")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Conflict(
                f"Another program is using {path}.", hint="Is a hub of this home running already?"
            )
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return OwnplugError(
                f"{path} is not a whole database: {error}.",
                hint="Restore a backup, or move the file away to begin anew.",
            )
        case _:
            return OwnplugError(
                f"The database {path} failed: {error}.", hint="Is the disk full or read-only?"
            )


def _home(row: tuple[str, ...]) -> HomeRecord:
    user_id, key, advertised = row
    return HomeRecord(user_id=user_id, key=Secret(key), advertised=advertised)


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
