from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ownplug.core.errors import Conflict, Malformed, OwnplugError
from ownplug.store import SCHEMA_VERSION, SqliteStore, check_database, copy_database
from ownplug.store.migrations import migrations


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "hub.sqlite3"
    async with SqliteStore(path):
        pass
    return path


def change(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)


def test_what_ownplug_made_is_good_and_is_not_touched(path: Path) -> None:
    before = path.read_bytes()
    check_database(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["hub.sqlite3"]


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_every_version_is_known(tmp_path: Path, version: int) -> None:
    path = tmp_path / "old.sqlite3"
    for step in migrations()[:version]:
        change(path, step.sql)
    change(path, f"PRAGMA user_version = {version}")
    check_database(path)


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE more (x)",
        "CREATE TRIGGER t AFTER UPDATE ON home BEGIN DELETE FROM plug; END",
        "CREATE INDEX i ON plug (name)",
        "DROP TABLE user",
        "DROP TABLE user; CREATE VIEW user AS SELECT load_extension('x.so') AS name",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = 1",
    ],
)
def test_what_ownplug_did_not_make_is_refused(path: Path, script: str) -> None:
    change(path, script)
    with pytest.raises(Malformed, match="did not make"):
        check_database(path)


def test_a_newer_one_is_refused(path: Path) -> None:
    change(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(Conflict, match="newer"):
        check_database(path)


def test_a_reference_to_nothing_is_damage(path: Path) -> None:
    change(path, "INSERT INTO mqtt_taken VALUES (1, 1)")
    with pytest.raises(Malformed, match="mqtt_taken refers to what is not there"):
        check_database(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"no database" * 1000,
        lambda data: data[: len(data) // 2],
        lambda data: data[:4096] + b"\xff" * 4096 + data[8192:],
    ],
)
def test_damage_is_told(path: Path, damage: Callable[[bytes], bytes]) -> None:
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(OwnplugError, match=r"did not make|not a whole database|damaged"):
        check_database(path)


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(OwnplugError):
        check_database(tmp_path / "none")
    with pytest.raises(OwnplugError):
        copy_database(tmp_path / "no folder" / "none", tmp_path / "copy")
    assert not (tmp_path / "none").exists()


def test_a_copy_does_not_hold_up_who_writes(path: Path, tmp_path: Path) -> None:
    change(path, "INSERT INTO home (id, user_id, key) VALUES (1, 'before', 'k')")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE home SET user_id = 'not yet'")
        copy_database(
            path, tmp_path / "copy"
        )  # a writer in the middle of its work does not hold up the copy either
        writer.execute("COMMIT")
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT user_id FROM home").fetchall() == [("before",)]
