"""Whether a database is whole and has nothing in it but what ownplug makes."""

from __future__ import annotations

from pathlib import Path

from ownplug.core.errors import Conflict, Malformed
from ownplug.store.migrations import migrations
from ownplug.store.sqlite import SCHEMA_QUERY, Query, reading, schema_of_version


def check_database(path: Path) -> None:
    """Look at a database that nobody has open; nothing in it is run, whoever made it.

    Blocks: call it from a thread where an event loop runs.

    Raises:
        Conflict: a newer ownplug made it.
        Malformed: it is damaged, or ownplug did not make it.
        OwnplugError: it is no database.
    """
    with reading(path) as rows:
        [[version]] = rows("PRAGMA user_version")
        if version > len(migrations()):
            raise Conflict(f"The database is of a newer ownplug (version {version}).", hint="Update ownplug.")
        if version < 1 or set(rows(SCHEMA_QUERY)) != schema_of_version(version):
            raise Malformed("The database has in it what ownplug did not make.", hint="Do not trust it.")
        _check_whole(rows)


def _check_whole(rows: Query) -> None:
    problems = [str(problem) for (problem,) in rows("PRAGMA integrity_check(3)") if problem != "ok"]
    problems += [f"{table} refers to what is not there" for table, *_ in rows("PRAGMA foreign_key_check")]
    if problems:
        raise Malformed(f"The database is damaged: {'; '.join(problems[:3])}.", hint="Use an older backup.")
