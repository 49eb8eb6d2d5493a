"""SQLite behind two threads, one that changes and one that only reads: the only file that knows of it.

What is written is on the disk when the call returns. What the rows mean is said in the files beside this one.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from ownplug.core.errors import Conflict, NotKept, OwnplugError
from ownplug.store.migrations import Migration, migrations, pending

T = TypeVar("T")

Value: TypeAlias = str | int | float | bytes | None
Statement: TypeAlias = tuple[str, Sequence[Value]]
Rows: TypeAlias = tuple[str, Sequence[Sequence[Value]]]
"""One statement, and what it is to be carried out with, once for each."""

Query: TypeAlias = Callable[[str], list[tuple[Any, ...]]]

SCHEMA_QUERY = "SELECT type, name, tbl_name, sql FROM sqlite_schema"

_PATIENCE_S = 2.0  # while another program writes
_PRIMARY_CODE = 0xFF  # SQLite's extended codes carry their family in the low byte


class Database:
    """One SQLite file: `async with Database(path) as database`.

    Attributes:
        failed_writes: how often something could not be written since the start.

    Raises:
        Conflict: another program is changing the database, or a newer ownplug made it.
        OwnplugError: the file is not a database, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.failed_writes = 0
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ownplug-store")
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ownplug-store-reading")
        self._database: sqlite3.Connection | None = None
        self._waits = True  # for the disk, at a commit
        self._reader: sqlite3.Connection | None = None

    async def __aenter__(self) -> Self:
        with ExitStack() as on_failure:
            on_failure.callback(self._end)
            await self._run(self._open)
            on_failure.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with _as_ours(self._path):  # the last to close takes the journal away with it: that is who writes
                await asyncio.get_running_loop().run_in_executor(self._reading, self._close_reader)
            await self._run(self._close)
        finally:
            self._end()

    async def all(self, sql: str, read: Callable[[tuple[Any, ...]], T], *values: str | int | None) -> list[T]:
        """Return every row of a query, as what `read` makes of it."""
        rows = await self._run(lambda: self._connection.execute(sql, values).fetchall())
        try:
            return [read(row) for row in rows]
        except (ValueError, TypeError) as error:
            raise OwnplugError(
                f"{self._path} holds what ownplug did not write: {error}.", hint="Restore a backup."
            ) from error

    async def look(self, sql: str, *values: str | int | None) -> list[tuple[Any, ...]]:
        """Return every row of a query that may take long; whoever writes does not wait for it.

        It sees what was written when it began.
        """
        with _as_ours(self._path):
            return await asyncio.get_running_loop().run_in_executor(self._reading, self._look, sql, values)

    async def write(self, sql: str, *values: str | float | None) -> None:
        """Carry out one statement."""
        # Without a transaction of its own: one statement is one, and is on the disk when this returns.
        await self._write(lambda: self._connection_that(waits=True).execute(sql, values))

    async def write_all(self, statements: Iterable[Statement]) -> None:
        """Carry out many statements, all or none."""
        await self._write(lambda: self._write_all(statements))

    def _write_all(self, statements: Iterable[Statement]) -> None:
        connection = self._connection_that(waits=True)
        with connection:  # commits, or takes all back
            connection.execute("BEGIN IMMEDIATE")
            for sql, values in statements:
                connection.execute(sql, values)

    async def add_many(self, make: Callable[[Query], Iterable[Rows]]) -> None:
        """Carry out statements with many rows, all or none; `make` is called in between, and may ask what is there.

        They survive the end of this process, and all but the last second of them that of the machine: the disk is not
        waited for.
        """
        await self._write(lambda: self._add_many(make))

    def _add_many(self, make: Callable[[Query], Iterable[Rows]]) -> None:
        connection = self._connection_that(waits=False)
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            for sql, values in make(lambda query: connection.execute(query).fetchall()):
                connection.executemany(sql, values)

    def _look(self, sql: str, values: Sequence[Value]) -> list[tuple[Any, ...]]:
        if self._reader is None:
            self._reader = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro",
                uri=True,
                timeout=_PATIENCE_S,
                isolation_level=None,
                check_same_thread=False,
            )
        return self._reader.execute(sql, values).fetchall()

    @property
    def _connection(self) -> sqlite3.Connection:
        assert self._database is not None, "the store is used inside `async with`"  # noqa: S101 misuse by our own code
        return self._database

    def _connection_that(self, *, waits: bool) -> sqlite3.Connection:
        """Return the connection, so set that a commit waits for the disk or does not."""
        if waits is not self._waits:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
            self._waits = waits
        return self._connection

    async def _write(self, work: Callable[[], object]) -> None:
        try:
            await self._run(work)
        except OwnplugError as error:
            if not is_taken(error):
                self.failed_writes += 1
            raise

    async def _run(self, work: Callable[[], T]) -> T:
        with _as_ours(self._path):
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        _make_private(self._path)
        self._database = sqlite3.connect(
            self._path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
        )
        with ExitStack() as on_failure:
            on_failure.callback(self._close)
            for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._database.execute(f"PRAGMA {setting}")
            _migrate(self._database, self._path)
            on_failure.pop_all()

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _end(self) -> None:
        """Let the threads end, and close what somebody opened who did not wait for it; waits for nothing."""
        self._reading.submit(self._close_reader)
        self._thread.submit(self._close)
        self._reading.shutdown(wait=False)
        self._thread.shutdown(wait=False)


def is_taken(error: OwnplugError) -> bool:
    """Whether a write was refused because another row has that name, which is no failure."""
    return isinstance(error.__cause__, sqlite3.IntegrityError)


def _make_private(path: Path) -> None:
    path.touch(mode=0o600)  # before SQLite makes it readable to others
    path.chmod(0o600)


def _version(database: sqlite3.Connection) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    if not _needed(database, path):
        return
    with database:  # one transaction: a kill in the middle leaves the old version whole
        database.execute("BEGIN IMMEDIATE")
        steps = _needed(database, path)  # none, if another process was faster
        if steps and _version(database):
            _copy_before(path, _version(database))
        for step in steps:
            for statement in _statements(step.sql):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {step.number}")


def _needed(database: sqlite3.Connection, path: Path) -> list[Migration]:
    try:
        return pending(_version(database), migrations())
    except ValueError as error:
        raise Conflict(
            f"{path} was made by a newer ownplug ({error}).", hint="Update ownplug, or restore a backup."
        ) from error


def _copy_before(path: Path, version: int) -> None:
    copy = path.with_suffix(f".before-{version + 1}.sqlite3")
    copy.unlink(missing_ok=True)  # of an attempt that did not come to an end
    _copy(path, copy)


def copy_database(path: Path, copy: Path) -> None:
    """Copy a database as it is at one moment; it may be in use, and whoever writes to it does not wait.

    Blocks: call it from a thread where an event loop runs.

    Args:
        path: the database.
        copy: the new file, 0600.

    Raises:
        OwnplugError: it is damaged, or the disk is full.
    """
    with _as_ours(path):
        _copy(path, copy)


@contextmanager
def reading(path: Path) -> Iterator[Query]:
    """Read a database that nobody else has open, and that may have been made to do harm: nothing in it is run.

    Blocks, as above.

    Raises:
        OwnplugError: it is damaged, or none.
    """
    with (
        _as_ours(path),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database,
    ):
        database.execute("PRAGMA trusted_schema = OFF")
        yield lambda sql: database.execute(sql).fetchall()


def schema_of_version(version: int) -> set[tuple[str | None, ...]]:
    """Return what a database has in it at a version: kind, name, table and statement of each thing."""
    with closing(sqlite3.connect(":memory:")) as database:
        for step in migrations()[:version]:
            database.executescript(step.sql)
        return set(database.execute(SCHEMA_QUERY))


def _copy(path: Path, copy: Path) -> None:
    _make_private(copy)
    # Read by a connection of its own: the one that changes the database would wait for itself. All in one step: in
    # WAL mode that is one moment of it, and holds up no writer.
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _statements(script: str) -> Iterator[str]:
    """Split a script: SQLite's own way to run one would end the transaction that it is part of."""
    statement = ""
    for piece in script.split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def _as_ours(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the disk into ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, path) from error
    except OverflowError as error:
        raise OwnplugError(f"The database {path} cannot hold so large a number: {error}.") from error
    except OSError as error:
        raise OwnplugError(
            f"The database {path} cannot be opened: {error.strerror}.",
            hint="Does its folder exist, and may you write there?",
        ) from error


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
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY:
            # Without the path: whoever signs in is told this.
            return NotKept(f"The hub's disk takes nothing: {error}.", hint="Is the disk full or read-only?")
        case _:
            return OwnplugError(
                f"The database {path} failed: {error}.", hint="Is the disk full or read-only?"
            )
