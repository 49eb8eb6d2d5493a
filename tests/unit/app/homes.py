"""Homes that hubs have run in, and backups of them whose key is made at once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ownplug.aio import SystemClock
from ownplug.app import BackupDesk, HomeFolder
from ownplug.core.identity import Uuid
from ownplug.core.records import HomeRecord, PlugRecord, Scope, TokenRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.store import SqliteStore
from ownplug.transport.certificates import ensure_certificates

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
PASSPHRASE = Secret("four words nobody guesses")
KETTLE, LAMP, FRIDGE = (Uuid(f"181108123456782518273429800000{number}") for number in (10, 11, 12))
OWN_KEY = Secret("fedcba9876543210fedcba9876543210")


@dataclass(frozen=True, kw_only=True)
class Looks:
    """By what homes are told apart."""

    user_id: str
    key: str
    ca: bytes
    settings: str | None
    names: tuple[str, ...]
    users: tuple[str, ...]


async def make_home(path: Path, number: int) -> HomeFolder:
    """A home with two plugs, one with a key of its own, one user and settings."""
    folder = HomeFolder(path)
    folder.prepare()
    folder.settings_file.write_text(f"[web]\nport = {8000 + number}\n")
    folder.token()
    await ensure_certificates(folder.tls, ["127.0.0.1"], SystemClock())
    async with SqliteStore(folder.database) as store:
        key = Secret(f"{number:032x}")
        await store.save_home(HomeRecord(user_id=f"1000{number}", key=key, advertised="127.0.0.1"))
        plugs = (KETTLE, LAMP) if number == 1 else (KETTLE, FRIDGE)
        for each, own in zip(plugs, (None, OWN_KEY), strict=True):
            name, room = f"plug {each.tail} of {number}", f"room {number}"
            await store.save_plug(PlugRecord(uuid=each, name=name, registered_at=NOW, key=own, room=room))
        await store.save_user(UserRecord(name=f"ann {number}", password_hash=Secret(f"$argon2id${number}")))
        token = TokenRecord(id="t", name="grafana", scope=Scope.READ, digest="digest of a token", made_at=NOW)
        await store.logins.save_token(token)
    return folder


async def write_backup(folder: HomeFolder, file: Path, passphrase: Secret | None = PASSPHRASE) -> Path:
    """What `ownplug hub backup` writes, when no hub runs."""
    async with BackupDesk(folder, SystemClock()).open(passphrase) as pieces:
        with file.open("wb") as opened:
            async for piece in pieces:
                opened.write(piece)
    return file


def looks(folder: HomeFolder) -> Looks:
    """How a home looks to whoever opens it now."""
    with closing(sqlite3.connect(folder.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        [[user_id, key]] = database.execute("SELECT user_id, key FROM home").fetchall() or [["", ""]]
        names = tuple(name for (name,) in database.execute("SELECT name FROM plug ORDER BY name"))
        users = tuple(name for (name,) in database.execute("SELECT name FROM user ORDER BY name"))
    ca = folder.tls / "ca.pem"
    return Looks(
        user_id=user_id,
        key=key,
        ca=ca.read_bytes() if ca.exists() else b"",
        settings=folder.settings_file.read_text() if folder.settings_file.exists() else None,
        names=names,
        users=users,
    )
