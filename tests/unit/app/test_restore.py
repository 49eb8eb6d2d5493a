from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.app.homes import FRIDGE, KETTLE, LAMP, OWN_KEY, PASSPHRASE, looks, write_backup

from ownplug.app import HomeFolder, RestoredHome, open_restore
from ownplug.core.errors import Conflict, Malformed, OwnplugError, UsageError
from ownplug.core.secret import Secret
from ownplug.store import SCHEMA_VERSION, SqliteStore
from ownplug.store.migrations import migrations
from ownplug.testing import FakeClock

CopyHome = Callable[[int], HomeFolder]


@pytest.fixture
def empty(tmp_path: Path) -> HomeFolder:
    return HomeFolder(tmp_path / "empty")


async def restore(
    folder: HomeFolder, file: Path, passphrase: Secret | None = PASSPHRASE
) -> tuple[RestoredHome, Path | None]:
    with file.open("rb") as opened:
        async with open_restore(folder, opened, passphrase, FakeClock()) as restored:
            return restored, restored.put_in_place()


def all_files(folder: HomeFolder) -> dict[str, bytes]:
    """What is in a home, but for locks, which are empty."""
    found = (path for path in folder.path.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(folder.path)): path.read_bytes() for path in found}


async def test_a_home_comes_back_whole_in_an_empty_folder(
    models: Path, copy_home: CopyHome, empty: HomeFolder
) -> None:
    restored, kept = await restore(empty, models / "1.ownplug")
    assert looks(empty) == looks(copy_home(1))
    assert (restored.has_key, restored.advertised, kept) == (True, "127.0.0.1", None)
    assert list(empty.backups.iterdir()) == []
    assert not empty.token_file.exists()  # it belongs to the other machine
    for path in empty.path.rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077 or path.suffix == ".lock", path


async def test_the_home_that_was_there_is_kept(models: Path, copy_home: CopyHome) -> None:
    home = copy_home(2)
    before, token, old = all_files(home), home.token(), looks(home)
    _, kept = await restore(home, models / "1.ownplug")
    assert looks(home) == looks(copy_home(1))
    assert home.token() == token
    assert kept is not None
    assert looks(HomeFolder(kept)) == old
    assert all_files(HomeFolder(kept)) == {name: data for name, data in before.items() if name != "token"}
    _, again = await restore(home, models / "2.ownplug")
    assert again is not None
    assert sorted(path.name for path in home.backups.iterdir()) == sorted([kept.name, again.name])
    assert looks(home) == old


async def test_the_log_of_the_old_database_does_not_reach_the_new_one(
    models: Path, copy_home: CopyHome
) -> None:
    home = copy_home(2)
    with closing(sqlite3.connect(home.database)) as database:  # as a kill leaves it
        database.execute("PRAGMA wal_autocheckpoint = 0")
        with database:
            database.execute("UPDATE plug SET room = 'of the old home'")
        log = home.path / "hub.sqlite3-wal"
        assert log.stat().st_size > 0
        left = log.read_bytes()
    log.write_bytes(left)
    await restore(home, models / "1.ownplug")
    assert looks(home) == looks(copy_home(1))


async def test_without_secrets_an_empty_home_has_plugs_and_no_key(
    models: Path, copy_home: CopyHome, empty: HomeFolder
) -> None:
    restored, _ = await restore(empty, models / "1.plain", None)
    there = looks(copy_home(1))
    assert looks(empty) == replace(there, user_id="", key="", ca=b"", users=())
    assert (restored.has_key, restored.advertised) == (False, "")


async def test_without_secrets_a_home_keeps_its_own(models: Path, copy_home: CopyHome) -> None:
    home = copy_home(2)
    mine, there = looks(home), looks(copy_home(1))
    restored, kept = await restore(home, models / "1.plain", None)
    assert looks(home) == replace(mine, settings=there.settings, names=there.names)
    assert restored.has_key
    assert kept is not None
    async with SqliteStore(home.database) as store:
        assert {plug.uuid: plug.key for plug in await store.plugs()} == {KETTLE: None, LAMP: None}


async def test_without_secrets_a_plug_that_the_home_knows_keeps_its_own_key(
    models: Path, copy_home: CopyHome
) -> None:
    home = copy_home(2)
    await restore(home, models / "2.plain", None)
    async with SqliteStore(home.database) as store:
        assert {plug.uuid: plug.key for plug in await store.plugs()} == {KETTLE: None, FRIDGE: OWN_KEY}


def make_old(home: HomeFolder) -> None:
    """Give it a database as version 2 of the schema had it, with the plugs of this one."""
    with closing(sqlite3.connect(home.database)) as database:
        kept = {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in ("home", "plug")}
    home.database.unlink()
    with closing(sqlite3.connect(home.database)) as database:
        for step in migrations()[:2]:
            database.executescript(step.sql)
        with database:
            database.executemany("INSERT INTO home VALUES (?, ?, ?, ?)", kept["home"])
            database.executemany(
                "INSERT INTO plug VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [row[:8] for row in kept["plug"]]
            )
        database.execute("PRAGMA user_version = 2")


async def test_an_older_database_is_made_new(models: Path, copy_home: CopyHome, empty: HomeFolder) -> None:
    home = copy_home(1)
    make_old(home)
    file = await write_backup(home, home.path / "old.ownplug")
    await restore(empty, file)
    with closing(sqlite3.connect(empty.database)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert looks(empty).names == looks(HomeFolder(models / "home 1")).names


@pytest.mark.parametrize(
    ("damage", "kind", "said"),
    [
        (lambda data: b"PK" + data[2:], Malformed, "no backup of ownplug"),
        (lambda data: data[:-1], Malformed, "was cut"),
        (lambda data: data[:40], Malformed, "was cut"),
        (lambda data: data + b"\n", Malformed, "appended"),
        (
            lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
            Malformed,
            "damaged, in its frame 0",
        ),
        (lambda data: data[:8] + b"\x00\x02" + data[10:], Conflict, "newer ownplug"),
        (lambda data: data[:12] + b"\xff" + data[13:], Malformed, "damaged at its beginning"),
    ],
)
async def test_each_fault_has_its_sentence_and_changes_nothing(
    models: Path,
    copy_home: CopyHome,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    kind: type[OwnplugError],
    said: str,
) -> None:
    home, file = copy_home(2), tmp_path / "file"
    before = all_files(home)
    file.write_bytes(damage((models / "1.ownplug").read_bytes()))
    with pytest.raises(kind, match=said):
        await restore(home, file)
    assert all_files(home) == before
    assert list(home.backups.glob("*")) == []


async def test_a_wrong_passphrase_changes_nothing(models: Path, copy_home: CopyHome) -> None:
    home = copy_home(2)
    before = all_files(home)
    with pytest.raises(UsageError, match="The passphrase is wrong"):
        await restore(home, models / "1.ownplug", Secret("three words nobody guesses"))
    assert all_files(home) == before


def sql(home: HomeFolder, *statements: str) -> None:
    with closing(sqlite3.connect(home.database)) as database, database:
        for statement in statements:
            database.execute(statement)


def spoil_certificate(home: HomeFolder) -> None:
    """Nothing that a backup would be made of, so it goes in behind its back."""
    (home.tls / "server.pem").write_bytes((home.tls / "ca.pem").read_bytes())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda home: sql(home, f"PRAGMA user_version = {SCHEMA_VERSION + 1}"), "of a newer ownplug"),
        (lambda home: sql(home, "CREATE TRIGGER t AFTER INSERT ON plug BEGIN SELECT 1; END"), "did not make"),
        (lambda home: sql(home, "DROP TABLE user", "CREATE VIEW user AS SELECT 1"), "did not make"),
        (lambda home: sql(home, "INSERT INTO mqtt_taken VALUES (7, 1)"), "refers to what is not there"),
        (lambda home: sql(home, "UPDATE plug SET registered_at = 'never'"), "did not write"),
        (
            lambda home: sql(home, "INSERT INTO token VALUES ('i', 'n', 'king', 'd', 'never')"),
            "did not write",
        ),
        (lambda home: sql(home, "DELETE FROM home"), "not hold the home"),
        (lambda home: home.settings_file.write_text("[web]\nprt = 1\n"), r"\[web\] has no 'prt'"),
        (spoil_certificate, "certificate"),
    ],
)
async def test_a_backup_is_looked_at_from_all_sides(
    copy_home: CopyHome,
    empty: HomeFolder,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[HomeFolder], Any],
    said: str,
) -> None:
    """A backup that somebody made with a passphrase, and not with our program."""
    home = copy_home(1)
    spoil(home)
    for check in ("check_database", "check_certificates"):
        monkeypatch.setattr(f"ownplug.app.snapshot.{check}", lambda _: None)
    monkeypatch.setattr("ownplug.app.snapshot.SqliteStore", _Unread)
    file = await write_backup(home, home.path / "hostile.ownplug")
    with pytest.raises(OwnplugError, match=said):
        await restore(empty, file)
    assert all_files(empty) == {}


class _Unread:
    """Reads nothing of a database, so that anything can be in it."""

    def __init__(self, _: Path) -> None:
        self._home = HomeFolder(Path())

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def home(self) -> Any:
        from ownplug.core.records import HomeRecord

        return HomeRecord(user_id="10001", key=Secret(""))

    async def plugs(self) -> list[Any]:
        return [None, None]


async def test_nothing_is_restored_under_a_running_hub_or_a_move(models: Path, copy_home: CopyHome) -> None:
    home = copy_home(2)
    with home.claim(), pytest.raises(Conflict, match="A hub is running"):
        await restore(home, models / "1.ownplug")
    home.move_file.write_text("{}")
    with pytest.raises(Conflict, match="on the move"):
        await restore(home, models / "1.ownplug")
    assert looks(home) == looks(HomeFolder(models / "home 2"))
