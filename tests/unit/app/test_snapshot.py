from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.app.homes import KETTLE, NOW, OWN_KEY

from ownplug.app import HomeFolder
from ownplug.app.snapshot import open_snapshot
from ownplug.core.backup import Part
from ownplug.core.errors import Malformed, NotFound, OwnplugError, UsageError
from ownplug.core.records import PlugRecord
from ownplug.store import SqliteStore
from ownplug.testing import FakeClock

CopyHome = Callable[[int], HomeFolder]
CLOCK = FakeClock()


async def test_it_holds_the_home_and_leaves_nothing(copy_home: CopyHome) -> None:
    home = copy_home(1)
    async with open_snapshot(home, with_secrets=True, clock=CLOCK) as snapshot:
        assert stat.S_IMODE(snapshot.database.stat().st_mode) == 0o600
        assert stat.S_IMODE(snapshot.database.parent.stat().st_mode) == 0o700
        manifest = snapshot.manifest
        content = b"".join(snapshot.content())
    assert [facts.part for facts in manifest.parts] == [Part.DATABASE, Part.SETTINGS, *list(Part)[2:]]
    assert (manifest.plugs, manifest.user_id, manifest.advertised) == (2, "10001", "127.0.0.1")
    assert manifest.made_at == CLOCK.now()
    assert content.endswith((home.tls / "server.key").read_bytes())
    assert list(home.backups.iterdir()) == []


async def test_it_is_taken_while_others_write(copy_home: CopyHome) -> None:
    home = copy_home(1)
    async with SqliteStore(home.database) as store:
        plug = PlugRecord(uuid=KETTLE, name="acknowledged", registered_at=NOW)
        await store.save_plug(plug)  # in the log of the database, not in its file
        async with open_snapshot(home, with_secrets=True, clock=CLOCK) as snapshot:
            await store.save_plug(PlugRecord(uuid=KETTLE, name="too late", registered_at=NOW))
            with closing(sqlite3.connect(snapshot.database)) as database:
                names = {name for (name,) in database.execute("SELECT name FROM plug")}
    assert "acknowledged" in names
    assert "too late" not in names


async def test_without_secrets_there_is_no_trace_of_one(copy_home: CopyHome) -> None:
    home = copy_home(1)
    async with open_snapshot(home, with_secrets=False, clock=CLOCK) as snapshot:
        content = b"".join(snapshot.content())
        parts = [facts.part for facts in snapshot.manifest.parts]
    assert parts == [Part.DATABASE, Part.SETTINGS]
    assert b"room 1" in content
    secrets = [
        f"{1:032x}",
        "digest of a token",
        "grafana",
        OWN_KEY.reveal(),
        "argon2",
        "ann 1",
        "PRIVATE KEY",
        home.token().reveal(),
    ]
    assert [secret for secret in secrets if secret.encode() in content] == []


async def test_a_home_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no home"):
        async with open_snapshot(HomeFolder(tmp_path), with_secrets=True, clock=CLOCK):
            pass
    async with SqliteStore(tmp_path / "hub.sqlite3"):
        pass
    for with_secrets in (True, False):
        with pytest.raises(NotFound, match=r"no certificates yet|No hub has run"):
            async with open_snapshot(HomeFolder(tmp_path), with_secrets=with_secrets, clock=CLOCK):
                pass


async def test_a_damaged_home_is_not_backed_up(copy_home: CopyHome) -> None:
    home = copy_home(1)
    (home.tls / "ca.key").write_bytes((home.tls / "server.key").read_bytes())
    with pytest.raises(Malformed, match=r"ca\.key is the key of another certificate"):
        async with open_snapshot(home, with_secrets=True, clock=CLOCK):
            pass
    home.database.write_bytes(b"nothing of the kind" * 1000)
    with pytest.raises(OwnplugError, match="not a whole database"):
        async with open_snapshot(home, with_secrets=True, clock=CLOCK):
            pass
    assert list(home.backups.iterdir()) == []


async def test_settings_beyond_all_bounds_are_told(copy_home: CopyHome) -> None:
    home = copy_home(1)
    home.settings_file.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(UsageError, match="settings has more than"):
        async with open_snapshot(home, with_secrets=False, clock=CLOCK):
            pass


async def test_a_cancel_leaves_nothing_either(copy_home: CopyHome) -> None:
    home = copy_home(1)

    async def snap() -> None:
        async with open_snapshot(home, with_secrets=True, clock=CLOCK):
            pytest.fail("it was not cancelled")

    for passes in range(1, 6):
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(snap())
            for _ in range(passes):
                await asyncio.sleep(0)
            task.cancel()
        assert list(home.backups.iterdir()) == []
