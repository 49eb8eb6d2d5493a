"""Who comes in, and who may read and write what: the wall between plugs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.meross.login import app_login, device_client_id, device_login
from ownplug.core.mqtt import Access
from ownplug.core.records import HomeRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub import Accounts, PasswordCheck, Penalties
from ownplug.hub.access import AppAccess, HomeGatekeeper, PlugAccess, ReplyGrants, UserAccess
from ownplug.hub.refusals import RefusalCause, Refusals
from ownplug.hub.registry import Registry
from ownplug.hub.turnstile import WAITING_PER_ADDRESS
from ownplug.testing import FakeClock

if TYPE_CHECKING:
    from tests.unit.hub.conftest import MemoryStore

KEY = Secret("0123456789abcdef0123456789abcdef")
OWN_KEY = Secret("fedcba9876543210fedcba9876543210")
HOME = HomeRecord(user_id="10001", key=KEY)
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)

A = Uuid("1811081234567825182734298f1a2b3c")
B = Uuid("1909182170548290802048e1e9522946")
STRANGER = Uuid("2001018765432125182748e1e9aabbcc")
WITH_OWN_KEY = Uuid("2002028765432125182748e1e9ddeeff")

A_IN, A_OUT = f"/appliance/{A}/subscribe", f"/appliance/{A}/publish"
B_IN, B_OUT = f"/appliance/{B}/subscribe", f"/appliance/{B}/publish"
REPLY = "/app/10001-7f3c/subscribe"


@dataclass
class Door:
    """A gatekeeper with its registry, its accounts and its time."""

    gatekeeper: HomeGatekeeper
    registry: Registry
    accounts: Accounts
    clock: FakeClock
    refusals: Refusals
    takes_apps: bool = True

    async def admit(self, client_id: str, username: str, password: bytes | str) -> Access | None:
        offered = password.encode() if isinstance(password, str) else password
        return await self.gatekeeper.admit(
            client_id=client_id, username=username, password=offered, address="192.168.1.50"
        )

    async def plug(self, uuid: Uuid = A, key: Secret = KEY) -> PlugAccess:
        access = await self.admit(client_id(uuid), uuid.mac.text, password(uuid, key))
        assert isinstance(access, PlugAccess)
        return access

    async def app(self) -> AppAccess:
        access = await self.admit("app:7f3c", "10001", app_login("10001", KEY).password.reveal())
        assert isinstance(access, AppAccess)
        return access

    async def user(self, *, read: list[str], write: list[str]) -> UserAccess:
        await self.accounts.add("ha", Secret("correct horse"), read=read, write=write)
        access = await self.admit("anything", "ha", "correct horse")
        assert isinstance(access, UserAccess)
        return access

    def ask(self, asker: Access, topic: str, reply_to: object) -> None:
        """A client writes to a plug, with its `from`."""
        self.gatekeeper.screen(topic, json.dumps({"header": {"from": reply_to}}).encode(), asker)


def client_id(uuid: Uuid) -> str:
    return device_client_id(uuid, "aB3dE6gH9jK2mN5p")


def password(uuid: Uuid, key: Secret = KEY, user_id: str = "10001") -> str:
    return device_login(uuid.mac, user_id, key).password.reveal()


@pytest.fixture
async def door(store: MemoryStore) -> Door:
    registry, accounts, clock = Registry(store), Accounts(store), FakeClock()
    await accounts.load()
    await registry.add(A, NOW)
    await registry.add(B, NOW)
    await registry.add(WITH_OWN_KEY, NOW, key=OWN_KEY)
    refusals = Refusals(clock.now)
    gatekeeper = HomeGatekeeper(
        home=lambda: HOME,
        registry=registry,
        accounts=accounts,
        monotonic=clock.monotonic,
        refusals=refusals,
        passwords=PasswordCheck(accounts, Penalties(clock.monotonic)),
        takes_apps=lambda: made.takes_apps,
    )
    made = Door(gatekeeper, registry, accounts, clock, refusals)
    return made


# --- who comes in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "login"),
    [
        ("a plug of the home", (client_id(A), A.mac.text, password(A))),
        (
            "a plug that the home does not know yet",
            (client_id(STRANGER), STRANGER.mac.text, password(STRANGER)),
        ),
        (
            "a plug with its own key",
            (client_id(WITH_OWN_KEY), WITH_OWN_KEY.mac.text, password(WITH_OWN_KEY, OWN_KEY)),
        ),
        ("a program", ("app:7f3c", "10001", app_login("10001", KEY).password.reveal())),
        ("a program with any client id", ("", "10001", app_login("10001", KEY).password.reveal())),
    ],
)
async def test_the_home_lets_in(door: Door, who: str, login: tuple[str, str, str]) -> None:
    assert await door.admit(*login) is not None, who


async def test_a_home_that_takes_no_programs_lets_in_its_plugs_and_users_only(door: Door) -> None:
    door.takes_apps = False
    assert await door.admit("app:7f3c", "10001", app_login("10001", KEY).password.reveal()) is None
    await door.plug(A)
    await door.plug(WITH_OWN_KEY, OWN_KEY)
    await door.user(read=["#"], write=[])
    door.takes_apps = True
    await door.app()


async def test_a_plug_that_comes_with_the_homes_key_has_none_of_its_own_any_more(
    door: Door, store: MemoryStore
) -> None:
    own = (client_id(WITH_OWN_KEY), WITH_OWN_KEY.mac.text, password(WITH_OWN_KEY, OWN_KEY))
    await door.plug(WITH_OWN_KEY)
    assert store.plug_records[WITH_OWN_KEY].key is None
    assert await door.admit(*own) is None


async def test_while_that_cannot_be_kept_the_plug_is_told_to_come_again_and_keeps_both(
    door: Door, store: MemoryStore
) -> None:
    store.broken = OwnplugError("The disk is full.")
    with pytest.raises(TimeoutError, match=r"cannot be kept: The disk is full\."):
        await door.plug(WITH_OWN_KEY)
    store.broken = None
    await door.plug(WITH_OWN_KEY, OWN_KEY)
    await door.plug(WITH_OWN_KEY)


@pytest.mark.parametrize(
    ("who", "login"),
    [
        ("nobody", ("", "", "")),
        ("a plug with another key", (client_id(A), A.mac.text, password(A, OWN_KEY))),
        ("a plug of another user id", (client_id(A), A.mac.text, password(A, KEY, "10002"))),
        ("a plug that was never told its home", (client_id(A), A.mac.text, password(A, Secret(""), "0"))),
        ("a plug without a password", (client_id(A), A.mac.text, "")),
        ("a plug with half a password", (client_id(A), A.mac.text, password(A)[:-1])),
        ("a plug with the password of another", (client_id(A), A.mac.text, password(B))),
        ("a plug with the client id of another", (client_id(B), A.mac.text, password(A))),
        ("a plug with the client id of a program", ("app:7f3c", A.mac.text, password(A))),
        ("a plug without a client id", ("", A.mac.text, password(A))),
        ("a MAC in upper case", (client_id(A), A.mac.text.upper(), password(A))),
        ("a MAC without colons", (client_id(A), A.mac.digits, password(A))),
        ("a MAC with a space", (client_id(A), f" {A.mac}", password(A))),
        ("another plug with that key", (client_id(A), A.mac.text, password(A, OWN_KEY))),
        ("a program of another user id", ("app:7f3c", "10002", app_login("10002", KEY).password.reveal())),
        ("a program with another key", ("app:7f3c", "10001", app_login("10001", OWN_KEY).password.reveal())),
        ("a program with the password of a plug", ("app:7f3c", "10001", password(A))),
        (
            "a plug with the password of a program",
            (client_id(A), A.mac.text, app_login("10001", KEY).password.reveal()),
        ),
        ("a user that is none", ("x", "ha", "correct horse")),
    ],
)
async def test_the_home_keeps_out(door: Door, who: str, login: tuple[str, str, str]) -> None:
    assert await door.admit(*login) is None, who


async def test_a_user_comes_in_with_name_and_password_whatever_the_client_id(door: Door) -> None:
    await door.accounts.add("ha", Secret("correct horse"), read=[], write=[])
    assert await door.admit(client_id(A), "ha", "correct horse") is not None
    assert await door.admit("x", "ha", "wrong horse") is None
    assert await door.admit("x", "HA", "correct horse") is None


@pytest.mark.parametrize("garbage", [b"\xff\xfe", b"\x00", b"x" * 65_535])
@pytest.mark.parametrize("username", [A.mac.text, "10001", "ha", "\x00", "é" * 100])
async def test_any_bytes_for_a_password_keep_out(door: Door, username: str, garbage: bytes) -> None:
    assert await door.admit(client_id(A), username, garbage) is None


# --- what each may do ----------------------------------------------------------------------------

EVERYTHING = [
    "#",
    "+/#",
    "/#",
    "+",
    "/+/+/+",
    "/appliance/#",
    "/appliance/+/subscribe",
    "/appliance/+/publish",
]
SYSTEM = ["$SYS/#", "$SYS/broker/uptime", "$share/x/#"]
ODD = [
    *(
        "/appliance//subscribe",
        f"/appliance/{A}//subscribe",
        f"appliance/{A}/subscribe",
        f"{A_IN}/",
        f"/{A_IN}",
    ),
    *(f"/appliance/{A}", f"/appliance/{A}/#", f"/appliance/{A}/+", f"/appliance/{A}/other", f"{A_IN}/#"),
    *(f"/appliance/{A.text.upper()}/subscribe", f"/Appliance/{A}/subscribe", "/app", "/app/", "/", "//", "x"),
]
OTHER_HOMES = [
    "/app/10002/subscribe",
    "/app/10002-7f3c/subscribe",
    "/app/100010/subscribe",
    "/app/1000/subscribe",
]
OWN_APP = ["/app/10001/subscribe", REPLY, "/app/10001/#", "/app/10001-7f3c/#", "/app/10001/+"]


@pytest.mark.parametrize(
    "topic_filter",
    [
        *EVERYTHING,
        *SYSTEM,
        *ODD,
        *OTHER_HOMES,
        *OWN_APP,
        A_OUT,
        B_IN,
        B_OUT,
        f"/appliance/{STRANGER}/subscribe",
    ],
)
async def test_a_plug_reads_nothing_but_its_own_inbox(door: Door, topic_filter: str) -> None:
    plug = await door.plug(A)
    assert plug.may_subscribe(A_IN)
    assert not plug.may_subscribe(topic_filter)


@pytest.mark.parametrize("topic", [*SYSTEM[1:], *ODD, *OTHER_HOMES, *OWN_APP, A_IN, B_IN, B_OUT])
async def test_a_plug_writes_nothing_but_its_own_outbox_unasked(door: Door, topic: str) -> None:
    plug = await door.plug(A)
    assert plug.may_publish(A_OUT)
    assert not plug.may_publish(topic)


@pytest.mark.parametrize("topic_filter", OWN_APP)
async def test_a_program_reads_the_topics_of_its_home(door: Door, topic_filter: str) -> None:
    assert (await door.app()).may_subscribe(topic_filter)


@pytest.mark.parametrize(
    "topic_filter", [*EVERYTHING, *SYSTEM, *ODD, *OTHER_HOMES, A_IN, A_OUT, "/app/+/subscribe", "/app/#"]
)
async def test_a_program_reads_no_plug_and_no_other_home(door: Door, topic_filter: str) -> None:
    assert not (await door.app()).may_subscribe(topic_filter)


@pytest.mark.parametrize(
    ("topic", "may"),
    [
        *[(topic, True) for topic in (A_IN, B_IN)],
        *[(topic, False) for topic in (*SYSTEM, *ODD, *OTHER_HOMES, *OWN_APP, A_OUT, B_OUT)],
        (f"/appliance/{STRANGER}/subscribe", False),
    ],
)
async def test_a_program_writes_to_the_plugs_of_its_home_only(door: Door, topic: str, may: bool) -> None:
    assert (await door.app()).may_publish(topic) is may


async def test_a_program_no_longer_reaches_a_plug_that_was_forgotten(door: Door) -> None:
    app = await door.app()
    await door.registry.forget(A)
    assert not app.may_publish(A_IN)
    assert app.may_publish(B_IN)


@pytest.mark.parametrize(
    ("read", "topic_filter", "may"),
    [
        ([], A_OUT, False),
        ([A_OUT], A_OUT, True),
        ([A_OUT], B_OUT, False),
        ([A_OUT], "/appliance/+/publish", False),
        ([A_OUT, B_OUT], "/appliance/+/publish", False),
        (["/appliance/+/publish"], A_OUT, True),
        (["/appliance/+/publish"], "/appliance/+/publish", True),
        (["/appliance/+/publish"], A_IN, False),
        (["/appliance/+/publish"], "/appliance/#", False),
        (["/appliance/#"], "/appliance", True),
        (["/appliance/#"], "/appliance/+/publish", True),
        (["/appliance/#"], "/appliances/x", False),
        (["/appliance/#"], "#", False),
        (["+/#"], "#", True),
        (["#"], "#", True),
        (["#"], "$SYS/#", False),
        (["#"], "/app/10002/subscribe", True),
        (["$SYS/#"], "$SYS/broker/uptime", True),
        (["$SYS/#"], "#", False),
    ],
)
async def test_a_user_reads_what_lies_inside_its_filters(
    door: Door, read: list[str], topic_filter: str, may: bool
) -> None:
    assert (await door.user(read=read, write=[])).may_subscribe(topic_filter) is may


@pytest.mark.parametrize(
    ("write", "topic", "may"),
    [
        ([], A_IN, False),
        ([A_IN], A_IN, True),
        ([A_IN], B_IN, False),
        (["/appliance/+/subscribe"], B_IN, True),
        (["/appliance/+/subscribe"], B_OUT, False),
        (["/appliance/+/subscribe"], "/appliance//subscribe", True),
        (["#"], A_IN, True),
        (["#"], "$SYS/broker/uptime", False),
        (["/app/#"], A_IN, False),
    ],
)
async def test_a_user_writes_what_its_filters_match(
    door: Door, write: list[str], topic: str, may: bool
) -> None:
    assert (await door.user(read=["#"], write=write)).may_publish(topic) is may


# --- replies -------------------------------------------------------------------------------------


async def test_a_plug_may_reply_where_it_was_asked_to_for_a_minute(door: Door) -> None:
    plug, app = await door.plug(A), await door.app()
    assert not plug.may_publish(REPLY)
    door.ask(app, A_IN, REPLY)
    assert plug.may_publish(REPLY)
    await door.clock.advance(59.9)
    assert plug.may_publish(REPLY)
    await door.clock.advance(0.2)
    assert not plug.may_publish(REPLY)


async def test_asking_again_gives_it_another_minute(door: Door) -> None:
    plug, app = await door.plug(A), await door.app()
    door.ask(app, A_IN, REPLY)
    await door.clock.advance(45)
    door.ask(app, A_IN, REPLY)
    await door.clock.advance(45)
    assert plug.may_publish(REPLY)


async def test_only_the_plug_that_was_asked_may_reply(door: Door) -> None:
    plug, other, app = await door.plug(A), await door.plug(B), await door.app()
    door.ask(app, A_IN, REPLY)
    assert plug.may_publish(REPLY)
    assert not other.may_publish(REPLY)
    assert not plug.may_publish("/app/10001-0000/subscribe")


async def test_the_right_to_reply_is_not_a_right_to_read(door: Door) -> None:
    plug, app = await door.plug(A), await door.app()
    door.ask(app, A_IN, REPLY)
    assert not plug.may_subscribe(REPLY)


@pytest.mark.parametrize(
    "reply_to",
    [
        *(B_IN, B_OUT, A_IN),  # in another plug's name, or to one
        *OTHER_HOMES,
        *("#", "/app/#", "/app/10001/#", "/app/10001/+", "+"),
        *("", "/", "x", "$SYS/broker/uptime", "http://192.168.1.10/config"),
        *("/app/10001-\0/subscribe", f"/app/10001-{'x' * 300}/subscribe"),
        *(None, 7, True, [], {}, ["/app/10001/subscribe"]),
    ],
)
async def test_a_program_cannot_have_a_plug_reply(door: Door, reply_to: object) -> None:
    plug, app = await door.plug(A), await door.app()
    door.ask(app, A_IN, reply_to)
    assert not plug.may_publish(str(reply_to))


@pytest.mark.parametrize("reply_to", [B_IN, B_OUT, "$SYS/x", "/other", "/appliance/+/publish"])
async def test_nor_can_a_user_who_may_read_nearly_all(door: Door, reply_to: str) -> None:
    plug = await door.plug(A)
    user = await door.user(read=["/appliance/#", "$SYS/#"], write=["#"])
    door.ask(user, A_IN, reply_to)
    assert not plug.may_publish(reply_to)


async def test_a_user_may_have_a_plug_reply_to_a_topic_of_its_own(door: Door) -> None:
    plug = await door.plug(A)
    user = await door.user(read=["/appliance/meross_lan/publish"], write=["/appliance/+/subscribe"])
    door.ask(user, A_IN, "/appliance/meross_lan/publish")
    assert plug.may_publish("/appliance/meross_lan/publish")


async def test_a_plug_cannot_widen_its_own_rights(door: Door) -> None:
    plug = await door.plug(A)
    for topic in (A_IN, A_OUT, B_IN):
        door.ask(plug, topic, REPLY)
        door.ask(plug, topic, B_IN)
    assert not plug.may_publish(REPLY)
    assert not plug.may_publish(B_IN)


@pytest.mark.parametrize(
    "topic", [A_OUT, REPLY, "/appliance/x/subscribe", f"/appliance/{STRANGER}/subscribe"]
)
async def test_only_what_goes_to_a_known_plug_asks_for_a_reply(door: Door, topic: str) -> None:
    plug, stranger, app = await door.plug(A), await door.plug(STRANGER), await door.app()
    door.ask(app, topic, REPLY)
    assert not plug.may_publish(REPLY)
    assert not stranger.may_publish(REPLY)


async def test_rights_to_reply_are_bounded_and_the_newest_count(door: Door) -> None:
    plug, app = await door.plug(A), await door.app()
    topics = [f"/app/10001-{number}/subscribe" for number in range(40)]
    for topic in topics:
        door.ask(app, A_IN, topic)
    assert [plug.may_publish(topic) for topic in topics] == [False] * 8 + [True] * 32


def test_a_renewed_grant_is_not_the_oldest() -> None:
    grants = ReplyGrants(FakeClock().monotonic)
    grants.grant(A.text, "first")
    for number in range(31):
        grants.grant(A.text, str(number))
    grants.grant(A.text, "first")
    grants.grant(A.text, "one more")
    assert grants.holds(A.text, "first")
    assert not grants.holds(A.text, "0")
    assert not grants.holds(B.text, "first")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["header", "from", "payload"]), inner),
    max_leaves=10,
)
_USER = UserAccess(
    "ha",
    lambda name: UserRecord(
        name=name, password_hash=Secret(""), read=("/app/#", "/appliance/#"), write=("#",)
    ),
)


@given(st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_any_payload_is_looked_at_without_harm(payload: bytes) -> None:
    registry = _Knows()
    gatekeeper = HomeGatekeeper(
        home=lambda: HOME,
        registry=registry,  # type: ignore[arg-type]  # knows every plug
        accounts=None,  # type: ignore[arg-type]  # nobody signs in
        passwords=None,  # type: ignore[arg-type]
        monotonic=FakeClock().monotonic,
        refusals=Refusals(FakeClock().now),
    )
    gatekeeper.screen(A_IN, payload, _USER)


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 100_000,
        b'{"header":' * 100_000,
        b'{"header":{"from":"' + b"x" * 1_000_000 + b'"}}',
        b'{"header":{"from":"\\ud800"}}',
        b'{"header":{"from":"\xff"}}',
        b'{"header":null}',
    ],
)
async def test_payloads_made_to_hurt_do_not(door: Door, payload: bytes) -> None:
    door.gatekeeper.screen(A_IN, payload, await door.app())


@given(st.text(max_size=60))
def test_no_text_but_the_own_topics_is_open_to_a_plug(topic: str) -> None:
    plug = PlugAccess(A, ReplyGrants(FakeClock().monotonic))
    assert plug.may_publish(topic) is (topic == A_OUT)
    assert plug.may_subscribe(topic) is (topic == A_IN)


def test_the_logins_of_the_tests_are_the_published_ones() -> None:
    assert password(A) == "10001_ec747c57a5154a505489a92d779fd451"
    assert app_login("10001", KEY).password.reveal() == "b74d6d7fb0ef01007a7e1e27b69cd28e"
    assert A.mac == Mac("34:29:8f:1a:2b:3c")


class _Knows:
    def get(self, uuid: Uuid) -> Uuid:
        return uuid


# --- what a wrong login costs and tells ----------------------------------------------------------


@pytest.mark.parametrize("username", ["10001", "10002", "9999999", "0"])
async def test_a_wrong_user_id_takes_the_same_way_as_a_wrong_password(
    door: Door, monkeypatch: pytest.MonkeyPatch, username: str
) -> None:
    monkeypatch.setattr(door.accounts, "check", None)  # the slow way, for people
    assert await door.admit("app:1", username, "0" * 32) is None


async def test_the_right_app_password_with_another_user_id_is_wrong(door: Door) -> None:
    assert await door.admit("app:1", "10002", app_login("10001", KEY).password.reveal()) is None


async def test_many_wrong_passwords_at_once_are_told_to_come_again_and_hold_up_nobody(door: Door) -> None:
    told: list[str] = []

    async def try_one() -> None:
        try:
            assert await door.admit("x", "nobody", "wrong password") is None
            told.append("wrong")
        except TimeoutError:
            told.append("come again")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(50):
            tasks.create_task(try_one())
        await asyncio.sleep(0)
        assert told.count("come again") == 50 - WAITING_PER_ADDRESS
        assert (await door.plug()).may_subscribe(A_IN)
    assert told.count("wrong") == WAITING_PER_ADDRESS


async def test_wrong_logins_of_plugs_fill_no_log(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(20):
        assert await door.admit(client_id(A), A.mac.text, "wrong") is None
        assert await door.admit("not a plug", A.mac.text, password(A)) is None
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


async def test_a_plug_that_is_not_let_in_is_remembered_with_its_reason(door: Door) -> None:
    await door.admit(client_id(A), A.mac.text, "wrong")
    await door.admit("not a plug", A.mac.text, password(A))
    await door.admit("x", "nobody", "wrong password")  # a person, not a plug
    assert [(each.cause, each.mac, each.detail) for each in door.refusals.all()] == [
        (RefusalCause.LOGIN, A.mac, "it signs in with another home's key or user id"),
        (RefusalCause.LOGIN, A.mac, "it signs in with a client id that is not its own"),
    ]


async def test_a_user_that_is_connected_has_its_rights_of_now(door: Door) -> None:
    access = await door.user(read=["a/#"], write=["a"])
    assert (access.may_subscribe("a/b"), access.may_publish("b")) == (True, False)
    await door.accounts.add("ha", Secret("correct horse"), read=["b"], write=["b"])
    assert (access.may_subscribe("a/b"), access.may_publish("b")) == (False, True)


async def test_a_plugs_login_is_good_for_one_uuid_only(door: Door) -> None:
    twin = Uuid(f"20{A.text[2:20]}{A.mac.digits}")
    assert twin != A
    assert await door.admit(client_id(twin), twin.mac.text, password(twin)) is None
    await door.registry.forget(A)
    assert await door.admit(client_id(twin), twin.mac.text, password(twin)) is not None
