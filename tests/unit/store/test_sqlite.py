"""What survives: restarts, kills, newer and older versions, full names, and files that are something else."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ownplug.core.errors import Conflict, NotKept, OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.records import HomeRecord, PlugRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.store import SqliteStore
from ownplug.store.migrations import Migration, migrations
from ownplug.store.sqlite import Database

_NOBODY = 65534  # the user id on every Linux

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOME = HomeRecord(user_id="10001", key=Secret("0123456789abcdef0123456789abcdef"), advertised="192.168.1.10")
KETTLE = PlugRecord(
    uuid=Uuid("1811081234567825182734298f1a2b3c"),
    name="Kettle",
    registered_at=NOW,
    key=Secret("its own key"),
    model="mss310",
    sub_type="us",
    hardware="2.0.0",
    firmware="2.1.7",
)
LAMP = PlugRecord(uuid=Uuid("1909182170548290802048e1e9522946"), name="Große Lampe ☕", registered_at=NOW)
USER = UserRecord(name="ha", password_hash=Secret("$argon2id$…"), read=("/appliance/#", "a,b"), write=())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.sqlite3"


def raw(path: Path, *statements: str) -> None:
    """Change a database behind the store's back."""
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


def read(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    path.write_bytes(data)
    path.chmod(mode)


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        number: int = database.execute("PRAGMA user_version").fetchone()[0]
        return number


async def test_a_new_database_holds_nothing(path: Path) -> None:
    async with SqliteStore(path) as store:
        assert await store.home() is None
        assert await store.plugs() == []
        assert await store.users() == []


async def test_everything_is_there_after_a_restart(path: Path) -> None:
    async with SqliteStore(path) as store:
        await store.save_home(HOME)
        await store.save_plug(KETTLE)
        await store.save_plug(LAMP)
        await store.save_user(USER)
    async with SqliteStore(path) as store:
        assert await store.home() == HOME
        assert await store.plugs() == [KETTLE, LAMP]
        assert await store.users() == [USER]


async def test_a_home_a_plug_and_a_user_can_change(path: Path) -> None:
    async with SqliteStore(path) as store:
        await store.save_home(HOME)
        await store.save_home(replace(HOME, advertised="192.168.1.11"))
        await store.save_plug(KETTLE)
        await store.save_plug(replace(KETTLE, name="Toaster", key=None, firmware="2.1.8"))
        await store.save_user(USER)
        await store.save_user(replace(USER, read=(), write=("#",)))
        assert await store.home() == replace(HOME, advertised="192.168.1.11")
        assert await store.plugs() == [replace(KETTLE, name="Toaster", key=None, firmware="2.1.8")]
        assert await store.users() == [replace(USER, read=(), write=("#",))]


async def test_plugs_come_in_the_order_of_their_registration_whatever_its_zone(path: Path) -> None:
    east = timezone(timedelta(hours=5))
    dates = [NOW, NOW + timedelta(microseconds=1), (NOW + timedelta(seconds=1)).astimezone(east)]
    async with SqliteStore(path) as store:
        for number, date in reversed(list(enumerate(dates))):
            uuid = Uuid(f"{9 - number:020d}34298f1a2b3c")
            await store.save_plug(PlugRecord(uuid=uuid, name=str(number), registered_at=date))
        assert [(plug.name, plug.registered_at) for plug in await store.plugs()] == [
            ("0", dates[0]),
            ("1", dates[1]),
            ("2", dates[2]),
        ]


async def test_a_plug_keeps_the_date_on_which_it_came(path: Path) -> None:
    async with SqliteStore(path) as store:
        await store.save_plug(KETTLE)
        await store.save_plug(replace(KETTLE, registered_at=NOW + timedelta(days=1)))
        assert [plug.registered_at for plug in await store.plugs()] == [NOW]


async def test_a_forgotten_plug_is_gone_and_forgetting_it_again_is_no_error(path: Path) -> None:
    async with SqliteStore(path) as store:
        await store.save_plug(KETTLE)
        await store.delete_plug(KETTLE.uuid)
        await store.delete_plug(KETTLE.uuid)
        assert await store.plugs() == []


@pytest.mark.parametrize("name", ["Kettle", "kettle", "KETTLE"])
async def test_a_name_that_is_taken_is_a_conflict_in_words(path: Path, name: str) -> None:
    async with SqliteStore(path) as store:
        await store.save_plug(KETTLE)
        with pytest.raises(Conflict, match=f"^Another plug is called '{name}'\\.$") as caught:
            await store.save_plug(replace(LAMP, name=name))
        assert caught.value.hint == "Choose another name."
        assert await store.plugs() == [KETTLE]


@pytest.mark.parametrize("text", ["'; DROP TABLE plug; --", "a\0b", "\U0001f50c", "%s ? :x"])
async def test_text_is_only_text(path: Path, text: str) -> None:
    async with SqliteStore(path) as store:
        await store.save_plug(replace(KETTLE, name=text, model=text))
        [plug] = await store.plugs()
        assert (plug.name, plug.model) == (text, text)


async def test_many_at_once_are_written_one_after_the_other(path: Path) -> None:
    async with SqliteStore(path) as store, asyncio.TaskGroup() as tasks:
        for number in range(50):
            uuid = Uuid(f"{number:020d}34298f1a2b3c")
            tasks.create_task(store.save_plug(PlugRecord(uuid=uuid, name=str(number), registered_at=NOW)))
            tasks.create_task(store.plugs())
    async with SqliteStore(path) as store:
        assert len(await store.plugs()) == 50


async def test_nothing_runs_on_the_loop(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[str] = set()
    connect = sqlite3.connect

    def watched(*args: object, **options: object) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*args, **options)  # type: ignore[call-overload]  # passed on as it came
        database.set_trace_callback(lambda _: threads.add(threading.current_thread().name))
        threads.add(threading.current_thread().name)
        return database

    monkeypatch.setattr(sqlite3, "connect", watched)
    async with SqliteStore(path) as store:
        await store.save_home(HOME)
        await store.home()
    assert threads == {"ownplug-store_0"}


async def test_the_loop_goes_on_while_the_disk_is_slow(path: Path) -> None:
    async with SqliteStore(path) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with asyncio.TaskGroup() as tasks:
                writing = tasks.create_task(store.save_home(HOME))
                for _ in range(100):
                    await asyncio.sleep(0)
                assert not writing.done()
                other.execute("ROLLBACK")
        assert await store.home() == HOME


# --- kills ---------------------------------------------------------------------------------------

_CHILD = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.store import SqliteStore
from ownplug.store.sqlite import Database

async def main():
    async with SqliteStore(Path(sys.argv[1])) as store:
        for number in range(10**6):
            uuid = Uuid(f"{number:020d}34298f1a2b3c")
            now = datetime(2026, 1, 5, tzinfo=UTC)
            await store.save_plug(PlugRecord(uuid=uuid, name=str(number), registered_at=now))
            print(number, flush=True)

asyncio.run(main())
"""


def test_a_kill_loses_nothing_that_was_acknowledged(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _CHILD, str(path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        acknowledged = [int(child.stdout.readline()) for _ in range(5)]
        child.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in child.stdout.read().split(b"\n") if line]
    assert child.returncode == -signal.SIGKILL

    async def plugs() -> list[PlugRecord]:
        async with SqliteStore(path) as store:
            return await store.plugs()

    kept = {int(plug.name) for plug in asyncio.run(plugs())}
    assert kept >= set(acknowledged)
    assert kept <= {*acknowledged, len(acknowledged)}


async def test_every_write_is_on_the_disk_and_not_only_with_the_system(path: Path) -> None:
    async with Database(path) as database:
        settings = [
            await database.all(f"PRAGMA {name}", lambda row: row[0])
            for name in ("synchronous", "journal_mode")
        ]
    assert settings == [[2], ["wal"]]  # 2 is FULL


# --- versions ------------------------------------------------------------------------------------

_NOW = len(migrations())  # the version of this ownplug
_NEXT = Migration(
    number=_NOW + 1,
    name=f"{_NOW + 1:04d}_floor",
    sql="-- A ; in a comment, and in text.\nALTER TABLE plug ADD COLUMN floor TEXT NOT NULL DEFAULT ';';\n"
    "CREATE TRIGGER t AFTER DELETE ON plug BEGIN DELETE FROM user; DELETE FROM home; END;\n",
)
_BROKEN = Migration(
    number=_NOW + 2, name=f"{_NOW + 2:04d}_broken", sql="CREATE TABLE half (x TEXT) STRICT;\nNONSENSE;\n"
)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretend that later versions of ownplug exist."""

    def use(*later: Migration) -> None:
        monkeypatch.setattr("ownplug.store.sqlite.migrations", lambda: [*migrations(), *later])

    return use


async def test_a_database_of_a_newer_ownplug_is_refused_and_left_alone(path: Path) -> None:
    async with SqliteStore(path) as store:
        await store.save_plug(KETTLE)
    raw(path, "PRAGMA user_version = 99")
    with pytest.raises(Conflict, match=r"was made by a newer ownplug \(version 99 is newer than") as caught:
        async with SqliteStore(path):
            pass
    assert "Update ownplug" in caught.value.hint
    assert version(path) == 99


async def test_an_older_database_is_copied_and_then_brought_forward(
    path: Path, steps: Callable[..., None]
) -> None:
    steps()
    async with SqliteStore(path) as store:
        await store.save_home(HOME)
        await store.save_plug(KETTLE)
    steps(_NEXT)
    async with SqliteStore(path) as store:
        assert await store.plugs() == [KETTLE]
    assert version(path) == _NOW + 1
    copy = path.with_name(f"hub.before-{_NOW + 1}.sqlite3")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    steps()
    async with SqliteStore(copy) as store:
        assert await store.home() == HOME
        assert await store.plugs() == [KETTLE]


async def test_the_copy_has_what_still_waits_in_the_write_ahead_log(
    path: Path, steps: Callable[..., None]
) -> None:
    steps()
    async with SqliteStore(path) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM plug").fetchall()  # keeps the log from being written back
            await store.save_plug(KETTLE)
            steps(_NEXT)
            async with SqliteStore(path):
                pass
    steps()
    async with SqliteStore(path.with_name(f"hub.before-{_NOW + 1}.sqlite3")) as store:
        assert await store.plugs() == [KETTLE]


async def test_a_new_or_current_database_is_not_copied(path: Path) -> None:
    for _ in range(2):
        async with SqliteStore(path):
            pass
    assert [file.name for file in path.parent.iterdir() if "before" in file.name] == []


async def test_a_step_that_fails_leaves_the_old_database_whole(
    path: Path, steps: Callable[..., None]
) -> None:
    steps()
    async with SqliteStore(path) as store:
        await store.save_plug(KETTLE)
    steps(_NEXT, _BROKEN)
    for _ in range(2):
        with pytest.raises(OwnplugError, match="failed: near"):
            async with SqliteStore(path):
                pass
    assert version(path) == _NOW
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT name FROM sqlite_schema WHERE name = 'half'").fetchall() == []
    steps(_NEXT)
    async with SqliteStore(path) as store:
        assert await store.plugs() == [KETTLE]


async def test_a_half_made_copy_of_an_earlier_attempt_is_replaced(
    path: Path, steps: Callable[..., None]
) -> None:
    steps()
    async with SqliteStore(path) as store:
        await store.save_plug(KETTLE)
    copy = path.with_name(f"hub.before-{_NOW + 1}.sqlite3")
    write(copy, b"half of a copy")
    steps(_NEXT)
    async with SqliteStore(path):
        pass
    steps()
    async with SqliteStore(copy) as store:
        assert await store.plugs() == [KETTLE]


# --- two at once ---------------------------------------------------------------------------------


async def test_two_may_read_and_write_the_same_home(path: Path) -> None:
    async with SqliteStore(path) as one, SqliteStore(path) as other:
        await one.save_plug(KETTLE)
        await other.save_plug(LAMP)
        assert await one.plugs() == await other.plugs() == [KETTLE, LAMP]


def test_two_that_make_the_database_at_the_same_moment_make_it_once(path: Path) -> None:
    began = threading.Barrier(4)
    tried = threading.Semaphore(0)
    all_tried = (
        threading.Event()
    )  # nobody closes before: SQLite clears away its files with the last who leaves
    failures: list[BaseException] = []

    def start() -> None:
        async def use() -> None:
            async with SqliteStore(path) as store:
                await store.home()
                tried.release()
                await asyncio.to_thread(all_tried.wait)

        began.wait()
        try:
            asyncio.run(use())
        except Conflict:
            tried.release()  # SQLite does not wait for everything; it may be tried again
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
            tried.release()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in threads:
        tried.acquire()
    all_tried.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert version(path) == len(migrations())


async def test_a_database_that_somebody_else_is_changing_is_a_conflict(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ownplug.store.sqlite._PATIENCE_S", 0.0)
    async with SqliteStore(path) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            for attempt in (store.save_home(HOME), store.save_plug(KETTLE)):
                with pytest.raises(Conflict, match="Another program is using") as caught:
                    await attempt
                assert "hub of this home running" in caught.value.hint
            other.execute("ROLLBACK")
        await store.save_home(HOME)


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("earlier_mode", [None, 0o644, 0o666])
async def test_nobody_else_can_read_any_file_of_the_database(path: Path, earlier_mode: int | None) -> None:
    if earlier_mode is not None:
        write(path, b"", mode=earlier_mode)
    mask = os.umask(0)
    try:
        async with SqliteStore(path) as store:
            await store.save_home(HOME)
            files = list(path.parent.iterdir())
            assert {file.name for file in files} == {"hub.sqlite3", "hub.sqlite3-wal", "hub.sqlite3-shm"}
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    finally:
        os.umask(mask)


@pytest.mark.parametrize(
    "content", [b"not a database, but text" * 100, b"SQLite format 3\0" + b"\xff" * 4096]
)
async def test_a_file_that_is_something_else_is_left_alone(path: Path, content: bytes) -> None:
    write(path, content)
    with pytest.raises(OwnplugError, match="not a whole database") as caught:
        async with SqliteStore(path):
            pass
    assert "Restore a backup" in caught.value.hint
    assert read(path) == content


async def test_a_database_that_was_damaged_says_so(path: Path) -> None:
    async with SqliteStore(path) as store:
        await store.save_plug(KETTLE)
    data = read(path)
    write(path, data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(OwnplugError):
        async with SqliteStore(path) as store:
            await store.plugs()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE plug SET registered_at = 'yesterday'",
        "UPDATE user SET read = 'no json'",
        "UPDATE user SET read = '7'",
    ],
)
async def test_rows_that_ownplug_did_not_write_are_told_not_thrown(path: Path, damage: str) -> None:
    async with SqliteStore(path) as store:
        await store.save_plug(KETTLE)
        await store.save_user(USER)
    raw(path, damage)
    async with SqliteStore(path) as store:
        reading = store.plugs() if "plug" in damage else store.users()
        with pytest.raises(OwnplugError, match="holds what ownplug did not write"):
            await reading


@pytest.mark.parametrize("place", ["missing/hub.sqlite3", "file/hub.sqlite3", "folder"])
async def test_a_place_that_cannot_hold_a_database_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OwnplugError, match=r"cannot be opened|failed: unable to open"):
        async with SqliteStore(tmp_path / place):
            pass


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder into which we may not write; to root every folder is open, so it is not root who tries."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(_NOBODY)
    try:
        yield folder
    finally:
        if was_root:
            os.seteuid(0)


async def test_a_folder_that_is_not_ours_is_told(closed_folder: Path) -> None:
    path = closed_folder / "hub.sqlite3"
    with pytest.raises(OwnplugError, match="cannot be opened: Permission denied") as caught:
        async with SqliteStore(path):
            pass
    assert "may you write there" in caught.value.hint


async def test_whoever_gives_up_opening_leaves_nothing_open(path: Path) -> None:
    async def use() -> None:
        async with SqliteStore(path):
            raise AssertionError("it was cancelled before")

    opening = asyncio.get_running_loop().create_task(use())
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    for thread in threading.enumerate():
        if thread.name.startswith("ownplug-store"):
            thread.join()
    # The check that follows every test finds descriptors that are left open.


async def test_a_database_that_may_not_grow_says_that_nothing_is_kept(path: Path) -> None:
    async with Database(path) as database:
        await database.write("CREATE TABLE t (name TEXT) STRICT")
        [pages] = await database.all("PRAGMA page_count", lambda row: row[0])
        await database.write(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(NotKept, match="takes nothing: database or disk is full") as caught:
            await database.write("INSERT INTO t VALUES (?)", "a" * 100_000)
        assert caught.value.hint == "Is the disk full or read-only?"
        assert str(path) not in str(caught.value)
        assert await database.all("SELECT name FROM t", tuple) == []


async def test_writes_that_fail_are_counted_and_a_name_that_is_taken_is_none(path: Path) -> None:
    async with Database(path) as database:
        await database.write("CREATE TABLE t (name TEXT UNIQUE) STRICT")
        await database.write("INSERT INTO t VALUES (?)", "a")
        with pytest.raises(Conflict):
            await database.write("INSERT INTO t VALUES (?)", "a")
        assert database.failed_writes == 0
        with pytest.raises(OwnplugError):
            await database.write("INSERT INTO nowhere VALUES (1)")
        with pytest.raises(OwnplugError):
            await database.write_all([("INSERT INTO nowhere VALUES (1)", ())])
        assert database.failed_writes == 2
