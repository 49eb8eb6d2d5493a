"""Who the home is, and its MQTT users: names, passwords, and what a stranger cannot learn."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher

from ownplug.core.errors import NotFound, NotKept, OwnplugError, UsageError
from ownplug.core.records import HomeRecord, Scope, UserChange, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub import Accounts

if TYPE_CHECKING:
    from tests.unit.hub.conftest import MemoryStore

PASSWORD = Secret("correct horse")


@pytest.fixture
async def accounts(store: MemoryStore) -> Accounts:
    accounts = Accounts(store)
    await accounts.load()
    return accounts


async def test_the_first_start_makes_a_home_that_plugs_and_programs_can_use(store: MemoryStore) -> None:
    store.home_record = None
    home = await Accounts(store).load()
    assert home.user_id.isdigit()
    assert len(home.user_id) == 7
    assert len(bytes.fromhex(home.key.reveal())) == 16
    assert store.home_record == home


async def test_a_home_stays_who_it_is(store: MemoryStore) -> None:
    store.home_record = None
    first = await Accounts(store).load()
    assert await Accounts(store).load() == first


async def test_no_two_homes_are_the_same() -> None:
    homes = set()
    for _ in range(20):
        store = _EmptyStore()
        homes.add((await Accounts(store).load()).key)  # type: ignore[arg-type]  # no plugs and no users here
    assert len(homes) == 20


async def test_a_home_that_could_not_be_kept_is_nobody(store: MemoryStore) -> None:
    store.home_record = None
    store.broken = OwnplugError("The disk is full.")
    with pytest.raises(OwnplugError, match="disk is full"):
        await Accounts(store).load()


@pytest.mark.parametrize(
    "name",
    ["ha", "a", "Home-Assistant_2", "anna@example.com", "anna.b+mqtt@example.co.uk", "0x", "7up", "x" * 254],
)
async def test_a_user_comes_in_with_the_right_password_only(accounts: Accounts, name: str) -> None:
    await accounts.add(name, PASSWORD, read=["/appliance/#"], write=[])
    user = await accounts.check(name, b"correct horse")
    assert user is not None
    assert (user.name, user.read, user.write) == (name, ("/appliance/#",), ())
    for wrong in (b"", b"correct hors", b"Correct horse", b"correct horse\n", b"\xff\x00", b"x" * 65_535):
        assert await accounts.check(name, wrong) is None


async def test_users_are_remembered_and_their_passwords_are_not(
    accounts: Accounts, store: MemoryStore
) -> None:
    await accounts.add("ha", PASSWORD, read=[], write=[])
    assert "correct horse" not in store.user_records["ha"].password_hash.reveal()
    assert "argon2" not in repr(store.user_records["ha"])
    again = Accounts(store)
    await again.load()
    assert await again.check("ha", b"correct horse") is not None


async def test_adding_a_user_again_replaces_password_and_rights(accounts: Accounts) -> None:
    await accounts.add("ha", PASSWORD, read=["#"], write=["#"])
    await accounts.add("ha", Secret("battery staple"), read=["/a"], write=[])
    assert await accounts.check("ha", b"correct horse") is None
    user = await accounts.check("ha", b"battery staple")
    assert user is not None
    assert (user.read, user.write) == (("/a",), ())


async def test_a_user_that_could_not_be_kept_does_not_come_in(accounts: Accounts, store: MemoryStore) -> None:
    store.broken = OwnplugError("The disk is full.")
    with pytest.raises(OwnplugError, match="disk is full"):
        await accounts.add("ha", PASSWORD, read=[], write=[])
    assert await accounts.check("ha", b"correct horse") is None


async def test_a_user_name_is_exact(accounts: Accounts) -> None:
    await accounts.add("ha", PASSWORD, read=[], write=[])
    for other in ("HA", "ha ", " ha", "h"):
        assert await accounts.check(other, b"correct horse") is None


@pytest.mark.parametrize("name", ["", "stranger", "10001", "34:29:8f:1a:2b:3c", "\x00", "x" * 65_535])
async def test_an_unknown_user_takes_the_same_path_as_a_wrong_password(
    accounts: Accounts, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = PasswordHasher.verify

    def watched(self: PasswordHasher, hashed: str, password: bytes) -> Any:
        verified.append(hashed.split("$")[3])
        return verify(self, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    await accounts.add("ha", PASSWORD, read=[], write=[])
    assert await accounts.check(name, b"whatever it is") is None
    assert await accounts.check("ha", b"whatever it is") is None
    assert len(verified) == 2
    assert verified[0] == verified[1]  # the same cost


async def test_a_hash_that_something_damaged_lets_nobody_in(accounts: Accounts, store: MemoryStore) -> None:
    await accounts.add("ha", PASSWORD, read=[], write=[])
    store.user_records["ha"] = _with_hash(store, "not a hash")
    again = Accounts(store)
    await again.load()
    assert await again.check("ha", b"correct horse") is None


@pytest.mark.parametrize("name", ["10001", "0", "0123456789"])
async def test_digits_alone_are_the_homes_programs(accounts: Accounts, name: str) -> None:
    with pytest.raises(UsageError, match="at least one letter"):
        await accounts.add(name, PASSWORD, read=[], write=[])


@pytest.mark.parametrize("name", ["34298f1a2b3c", "34298F1A2B3C", "3429.8f1a.2b3c", "34-29-8f-1a-2b-3c"])
async def test_a_name_like_a_mac_would_be_taken_for_a_plug(accounts: Accounts, name: str) -> None:
    with pytest.raises(UsageError, match="looks like a plug's login"):
        await accounts.add(name, PASSWORD, read=[], write=[])


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a b",
        ".a",
        "-a",
        "@a",
        "a/b",
        "a#",
        "a+b#",
        "ü",
        "a\n",
        "a\0",
        "34:29:8f:1a:2b:3c",
        "x" * 255,
    ],
)
async def test_other_things_are_no_user_names(accounts: Accounts, name: str) -> None:
    with pytest.raises(UsageError, match="is not a user name") as caught:
        await accounts.add(name, PASSWORD, read=[], write=[])
    assert not name.strip() or name not in str(caught.value)  # it may be a password


@pytest.mark.parametrize("password", ["", "1234567", "ääääääa"])
async def test_a_password_has_eight_characters(accounts: Accounts, password: str) -> None:
    with pytest.raises(UsageError, match="at least 8 characters"):
        await accounts.add("ha", Secret(password), read=[], write=[])


@pytest.mark.parametrize("password", ["x" * 1025, "ä" * 513])
async def test_a_password_is_not_a_novel(accounts: Accounts, password: str) -> None:
    with pytest.raises(UsageError, match="at most 1024 bytes"):
        await accounts.add("ha", Secret(password), read=[], write=[])


@pytest.mark.parametrize("password", ["x" * 1024, "ä" * 512, "pässwörd\0 ☕"])
async def test_a_password_may_be_any_text(accounts: Accounts, password: str) -> None:
    await accounts.add("ha", Secret(password), read=[], write=[])
    assert await accounts.check("ha", password.encode()) is not None


async def test_a_password_that_is_no_text_is_not_shown_in_the_error(accounts: Accounts) -> None:
    with pytest.raises(UsageError, match="not valid UTF-8") as caught:
        await accounts.add("ha", Secret("hunter2\udcff\udcff"), read=[], write=[])
    assert caught.value.__cause__ is None
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("topic_filter", ["", "a#", "#/a", "a/+b", "a\0", "x" * 65_536])
@pytest.mark.parametrize("side", ["read", "write"])
async def test_rights_are_topic_filters(accounts: Accounts, topic_filter: str, side: str) -> None:
    wrong = ["/app/#", topic_filter]
    with pytest.raises(UsageError, match="is not a topic filter"):
        await accounts.add(
            "ha", PASSWORD, read=wrong if side == "read" else [], write=wrong if side == "write" else []
        )
    assert await accounts.check("ha", b"correct horse") is None


async def test_passwords_are_hashed_off_the_loop_and_two_at_a_time(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work = 0
    most = 0
    lock = threading.Lock()
    verify = PasswordHasher.verify
    loop_thread = threading.get_ident()

    def watched(self: PasswordHasher, hashed: str, password: bytes) -> Any:
        nonlocal at_work, most
        assert threading.get_ident() != loop_thread
        with lock:
            at_work += 1
            most = max(most, at_work)
        try:
            return verify(self, hashed, password)
        finally:
            with lock:
                at_work -= 1

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(8):
            tasks.create_task(accounts.check("stranger", b"whatever it is"))
    assert 1 <= most <= 2


async def test_a_stolen_database_costs_its_thief_what_owasp_recommends(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ownplug.hub.accounts.PasswordHasher", PasswordHasher)
    accounts = Accounts(store)
    await accounts.add("ha", PASSWORD, read=[], write=[])
    assert store.user_records["ha"].password_hash.reveal().startswith("md5:$argon2id$v=19$m=19456,t=2,p=1$")


def test_making_accounts_hashes_nothing(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: PasswordHasher, password: str) -> str:
        raise AssertionError("a constructor runs on the loop")

    monkeypatch.setattr(PasswordHasher, "hash", refuse)
    Accounts(store)


def _with_hash(store: MemoryStore, text: str) -> Any:
    import dataclasses

    return dataclasses.replace(store.user_records["ha"], password_hash=Secret(text))


class _EmptyStore:
    async def home(self) -> None:
        return None

    async def save_home(self, home: HomeRecord) -> None:
        return None

    async def users(self) -> list[object]:
        return []


async def test_whoever_listens_is_told_what_has_changed_about_a_user(accounts: Accounts) -> None:
    told: list[tuple[str, UserChange]] = []
    accounts.tell_changes(lambda name, change: told.append((name, change)))
    await accounts.add("ha", PASSWORD, read=["a"], write=[])
    await accounts.add("ha", PASSWORD, read=["b"], write=[])
    await accounts.add("ha", Secret("another one"), read=["b"], write=[])
    user = accounts.find("ha")
    assert user is not None
    assert user.read == ("b",)
    await accounts.remove("ha")
    changes = [UserChange.PERSON, UserChange.RIGHTS, UserChange.LOGIN, UserChange.PERSON]
    assert told == [("ha", change) for change in changes]
    assert accounts.find("ha") is None


async def test_a_removed_user_is_not_let_in_and_not_remembered(
    accounts: Accounts, store: MemoryStore
) -> None:
    for name in ("ha", "anna", "Zoe"):
        await accounts.add(name, PASSWORD, read=[], write=[])
    assert [user.name for user in accounts.all()] == ["Zoe", "anna", "ha"]
    await accounts.remove("anna")
    assert await accounts.check("anna", b"correct horse") is None
    assert await accounts.check("ha", b"correct horse") is not None
    assert [user.name for user in accounts.all()] == sorted(store.user_records) == ["Zoe", "ha"]
    with pytest.raises(NotFound, match="There is no user 'anna'"):
        await accounts.remove("anna")


async def test_a_removal_that_could_not_be_kept_has_not_happened(
    accounts: Accounts, store: MemoryStore
) -> None:
    await accounts.add("ha", PASSWORD, read=[], write=[])
    store.broken = OwnplugError("The disk is full.")
    with pytest.raises(OwnplugError, match="disk is full"):
        await accounts.remove("ha")
    assert await accounts.check("ha", b"correct horse") is not None


@pytest.fixture
def held_verify(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """The first password that is checked takes its time: the two events are "it has begun" and "go on"."""
    begun, go_on, real = threading.Event(), threading.Event(), PasswordHasher.verify

    def held(self: PasswordHasher, hashed: str, password: bytes) -> bool:
        if not begun.is_set():
            begun.set()
            assert go_on.wait(10)
        return real(self, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", held)
    return begun, go_on


@pytest.mark.parametrize("what", ["removed", "given another password"])
async def test_a_check_that_was_overtaken_by_a_change_lets_nobody_in(
    accounts: Accounts, held_verify: tuple[threading.Event, threading.Event], what: str
) -> None:
    begun, go_on = held_verify
    await accounts.add("ha", PASSWORD, read=[], write=[])
    async with asyncio.TaskGroup() as tasks:
        checking = tasks.create_task(accounts.check("ha", b"correct horse"))
        await asyncio.to_thread(begun.wait, 10)
        if what == "removed":
            await accounts.remove("ha")
        else:
            await accounts.add("ha", Secret("another one"), read=[], write=[])
        go_on.set()
    assert checking.result() is None


async def test_changes_of_one_user_come_one_after_the_other(accounts: Accounts) -> None:
    await accounts.add("ha", PASSWORD, read=[], write=[])
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(accounts.add("ha", Secret("another one"), read=[], write=[]))
        await asyncio.sleep(0)
        tasks.create_task(accounts.remove("ha"))
    assert accounts.all() == []


async def test_other_rights_leave_the_password(accounts: Accounts) -> None:
    told: list[tuple[str, UserChange]] = []
    await accounts.add("ha", PASSWORD, read=["a"], write=[], scope=Scope.READ)
    accounts.tell_changes(lambda name, change: told.append((name, change)))
    changed = await accounts.change_rights("ha", read=[], write=["b"], scope=None, app_plugs=None)
    assert (changed.read, changed.write, changed.scope) == ((), ("b",), None)
    assert told == [("ha", UserChange.RIGHTS)]
    assert await accounts.check("ha", PASSWORD.reveal().encode()) == changed
    with pytest.raises(NotFound):
        await accounts.change_rights("nobody", read=[], write=[], scope=None, app_plugs=None)
    with pytest.raises(UsageError, match="topic filter"):
        await accounts.change_rights("ha", read=["a#"], write=[], scope=None, app_plugs=None)


DIGEST = hashlib.md5(b"correct horse").hexdigest()


@pytest.mark.parametrize("digest", [DIGEST, DIGEST.upper()])
async def test_the_md5_of_a_password_is_as_good_as_the_password(accounts: Accounts, digest: str) -> None:
    await accounts.add("ha", PASSWORD, read=[], write=[])
    assert await accounts.check_digest("ha", digest) == accounts.find("ha")
    assert await accounts.check_digest("he", digest) is None


@pytest.mark.parametrize(
    "digest", ["", "correct horse", DIGEST[:-1], f"{DIGEST}0", "0" * 32, "\ud800", f" {DIGEST}"]
)
async def test_what_is_not_the_md5_of_a_password_is_not(accounts: Accounts, digest: str) -> None:
    await accounts.add("ha", PASSWORD, read=[], write=[])
    assert await accounts.check_digest("ha", digest) is None


async def test_the_md5_is_no_password(accounts: Accounts) -> None:
    await accounts.add("ha", PASSWORD, read=[], write=[])
    assert await accounts.check("ha", DIGEST.encode()) is None


@pytest.fixture
async def earlier(store: MemoryStore) -> Accounts:
    """Of a home whose `ha` has a hash of an earlier version: of the password itself."""
    of_the_password = Secret(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse"))
    store.user_records["ha"] = UserRecord(name="ha", password_hash=of_the_password, read=("#",))
    accounts = Accounts(store)
    await accounts.load()
    return accounts


async def test_a_hash_of_an_earlier_version_holds_and_is_made_anew(
    earlier: Accounts, store: MemoryStore
) -> None:
    told: list[object] = []
    earlier.tell_changes(lambda *change: told.append(change))
    assert await earlier.check("ha", b"wrong horse") is None
    assert await earlier.check_digest("ha", DIGEST) is None  # it cannot be told from it
    before = store.user_records["ha"]
    assert await earlier.check("ha", DIGEST.encode()) is None
    assert store.user_records["ha"] == before
    user = await earlier.check("ha", b"correct horse")
    assert user == earlier.find("ha") == store.user_records["ha"]
    assert user.password_hash.reveal().startswith("md5:$argon2id$")
    assert user.read == ("#",)
    assert await earlier.check_digest("ha", DIGEST) == user
    assert await earlier.check("ha", b"correct horse") == user
    assert told == []  # it is the same password


async def test_a_disk_that_is_full_then_stops_nobody(earlier: Accounts, store: MemoryStore) -> None:
    before = store.user_records["ha"]
    store.broken = NotKept("the disk is full")
    assert await earlier.check("ha", b"correct horse") == before
    assert store.user_records["ha"] == before == earlier.find("ha")
    store.broken = None
    assert await earlier.check("ha", b"correct horse") is not None
    assert await earlier.check_digest("ha", DIGEST) is not None


async def test_a_password_that_is_changed_while_its_hash_is_made_anew_stays_changed(
    earlier: Accounts, store: MemoryStore
) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(earlier.check("ha", b"correct horse"))
        tasks.create_task(earlier.change_password("ha", Secret("another one")))
    assert await earlier.check("ha", b"another one") is not None
    assert await earlier.check("ha", b"correct horse") is None
    assert store.user_records["ha"] == earlier.find("ha")
