from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ownplug.core.errors import Conflict
from ownplug.core.identity import Uuid
from ownplug.core.mqtt import Remembered, SessionKey, SessionOpened
from ownplug.core.records import HomeRecord, PlugRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.store import SqliteStore
from ownplug.store.migrations import migrations

HOME = HomeRecord(user_id="10001", key=Secret("k"))
USER = UserRecord(name="anna", password_hash=Secret("h"), read=("a/#",), write=())


def old_database(path: Path) -> None:
    """What the first version of ownplug left."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(migrations()[0].sql)
        database.execute("INSERT INTO home (id, user_id, key) VALUES (1, '10001', 'k')")
        database.execute("INSERT INTO user VALUES ('anna', 'h', '[\"a/#\"]', '[]')")
        database.execute("PRAGMA user_version = 1")
        database.commit()


async def test_an_old_home_keeps_what_it_has_and_gains_the_new_tables(tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite3"
    old_database(path)
    async with SqliteStore(path) as store:
        assert (await store.home(), await store.users()) == (HOME, [USER])
        assert await store.mqtt.load() == Remembered()
        await store.mqtt.write([SessionOpened(key=SessionKey("anna", "one"))])
        assert len((await store.mqtt.load()).sessions) == 1


async def test_a_copy_is_kept_of_what_was_before(tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite3"
    old_database(path)
    async with SqliteStore(path):
        pass
    with closing(sqlite3.connect(tmp_path / "hub.before-2.sqlite3")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT name FROM user").fetchall() == [("anna",)]


async def test_a_newer_home_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    with pytest.raises(Conflict, match="newer ownplug"):
        async with SqliteStore(path):
            pass


async def test_another_key_of_the_home_is_on_the_disk_with_the_old_one_of_its_plugs(tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite3"
    when = datetime(2026, 1, 5, tzinfo=UTC)
    first, second = Secret("first"), Secret("second")
    async with SqliteStore(path) as store:
        await store.save_home(replace(HOME, advertised="192.168.1.10"))
        for number, key in ((1, None), (2, Secret("its own"))):
            uuid = Uuid(f"{number:032x}")
            await store.save_plug(
                PlugRecord(uuid=uuid, name=f"p{number}", registered_at=when, key=key, room="hall")
            )
        await store.change_key(HOME.key, first)
        await store.change_key(first, second)
    async with SqliteStore(path) as store:
        assert await store.home() == replace(HOME, key=second, advertised="192.168.1.10")
        assert {plug.room for plug in await store.plugs()} == {"hall"}
        assert [plug.key for plug in await store.plugs()] == [HOME.key, Secret("its own")]


async def test_plugs_are_replaced_all_or_none(tmp_path: Path) -> None:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    kettle, lamp, fridge = (
        PlugRecord(uuid=Uuid(f"181108123456782518273429800000{number}"), name=name, registered_at=now)
        for number, name in ((10, "kettle"), (11, "lamp"), (12, "fridge"))
    )
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        await store.save_plug(kettle)
        with pytest.raises(Conflict):
            await store.replace_plugs([lamp, replace(fridge, name="LAMP")])
        assert await store.plugs() == [kettle]
        await store.replace_plugs([lamp, replace(fridge, name="kettle", key=Secret("own"))])
        assert await store.plugs() == [lamp, replace(fridge, name="kettle", key=Secret("own"))]


async def test_what_is_kept_of_plugs_that_stay_stays_although_names_change_hands(tmp_path: Path) -> None:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    kettle, lamp = (
        PlugRecord(uuid=Uuid(f"181108123456782518273429800000{number}"), name=name, registered_at=now)
        for number, name in ((10, "kettle"), (11, "lamp"))
    )
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        for plug in (kettle, lamp):
            await store.save_plug(plug)
            assert await store.energy.meter(plug.uuid, 0) is not None
        await store.replace_plugs([replace(kettle, name=lamp.name), replace(lamp, name=kettle.name)])
        assert [plug.name for plug in await store.plugs()] == [lamp.name, kettle.name]
        assert [row.uuid for row in await store.energy.meters()] == [kettle.uuid, lamp.uuid]
        await store.replace_plugs([lamp])
        assert [row.uuid for row in await store.energy.meters()] == [lamp.uuid]
