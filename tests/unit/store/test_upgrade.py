"""A home of every earlier version becomes one of today's, with all that it had."""

from __future__ import annotations

import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.unit.store.earlier_homes import INBOX, KETTLE, KEY, LAMP, OWN_KEY, ROWS, dump, make_home

from ownplug.core.energy.book import Sample
from ownplug.core.energy.kept import MeterRow
from ownplug.core.energy.price_table import PriceExtent
from ownplug.core.energy.tariff import Flat, Tariff
from ownplug.core.identity import Uuid
from ownplug.core.mqtt import KeptMessage, QoS, RetainedMessage, SessionKey, SessionRecord
from ownplug.core.records import (
    NO_SAFEGUARDS,
    AfterPowerLoss,
    HomeRecord,
    PlugRecord,
    PowerLimit,
    Safeguards,
    Scope,
    SignInRecord,
    TokenRecord,
    Trip,
    UserRecord,
)
from ownplug.core.secret import Secret
from ownplug.store import SCHEMA_VERSION, SqliteStore, check_database
from ownplug.store.migrations import migrations
from ownplug.store.sqlite import _statements as split_statements

EARLIER = range(1, SCHEMA_VERSION)
MADE_AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOON_S = int(MADE_AT.timestamp())
WITH_MQTT, WITH_ROOMS, WITH_LOGINS, WITH_SAFEGUARDS, WITH_AVAILABILITY = 2, 3, 4, 5, 6
WITH_ENERGY, WITH_TARIFFS, WITH_SERIES = 7, 8, 9

# It stops for ever when it has carried out so many statements of the upgrade.
_CHILD = """
import asyncio, itertools, sys, threading
from pathlib import Path
import ownplug.store.sqlite
from ownplug.store import SqliteStore

split, done = ownplug.store.sqlite._statements, itertools.count(1)

def statements(script):
    for statement in split(script):
        yield statement
        if next(done) == int(sys.argv[2]):
            print("here", flush=True)
            threading.Event().wait()

async def main():
    async with SqliteStore(Path(sys.argv[1])):
        pass

ownplug.store.sqlite._statements = statements
asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.sqlite3"


def kettle_of(version: int) -> PlugRecord:
    """The kettle with what its version knew of it, and today's defaults for the rest."""
    has_guards = version >= WITH_SAFEGUARDS
    guards = Safeguards(
        after_power_loss=AfterPowerLoss.OFF, limit=PowerLimit(power_w=2000, for_s=10), never_off=False
    )
    return PlugRecord(
        uuid=Uuid(KETTLE),
        name="Kettle",
        registered_at=MADE_AT,
        key=Secret(OWN_KEY),
        model="mss310",
        sub_type="us",
        hardware="2.0.0",
        firmware="2.1.7",
        room="kitchen" if version >= WITH_ROOMS else "",
        icon="kettle" if has_guards else "",
        series=1,
        safeguards=guards if has_guards else NO_SAFEGUARDS,
        trip=Trip(at=MADE_AT, power_w=2400) if has_guards else None,
        uptime_s=90 if has_guards else None,
    )


def lamp_of(version: int) -> PlugRecord:
    guards = Safeguards(never_off=True) if version >= WITH_SAFEGUARDS else NO_SAFEGUARDS
    return PlugRecord(
        uuid=Uuid(LAMP),
        name="große Lampe",
        registered_at=MADE_AT,
        series=4 if version >= WITH_SERIES else 2,
        safeguards=guards,
    )


@pytest.mark.parametrize("version", EARLIER)
async def test_home_plugs_and_users_are_what_they_were(path: Path, version: int) -> None:
    make_home(path, version)
    scope = Scope.ADMIN if version >= WITH_LOGINS else None
    async with SqliteStore(path) as store:
        assert await store.home() == HomeRecord(user_id="10001", key=Secret(KEY), advertised="192.168.1.10")
        assert await store.plugs() == [kettle_of(version), lamp_of(version)]
        assert await store.users() == [
            UserRecord(
                name="ann", password_hash=Secret("$argon2id$ann"), read=("a/#", "b/+"), write=("a/#",)
            ),
            UserRecord(name="bea", password_hash=Secret("$argon2id$bea"), scope=scope),
        ]
        has_history = version >= WITH_AVAILABILITY
        assert [change.number for change in await store.availability.last_changes()] == [1] * has_history
        assert await store.availability.alive_at() == (MADE_AT if has_history else None)


async def test_plugs_that_had_no_colour_get_one_after_the_other(path: Path) -> None:
    make_home(path, 8)
    with closing(sqlite3.connect(path)) as database, database:
        for number in range(2, 7):  # before the kettle and the lamp, and in no order of uuids
            came_at = f"2026-01-04T12:00:0{number}+00:00"
            uuid = f"{9 - number:032x}"
            database.execute(
                "INSERT INTO plug (uuid, name, registered_at) VALUES (?, ?, ?)", (uuid, uuid, came_at)
            )
    async with SqliteStore(path) as store:
        assert [plug.series for plug in await store.plugs()] == [1, 2, 3, 4, 5, 1, 2]


@pytest.mark.parametrize("version", EARLIER)
async def test_energy_and_what_it_costs_are_what_they_were(path: Path, version: int) -> None:
    make_home(path, version)
    sample = Sample(at_ms=NOON_S * 1000, power_mw=60_000, voltage_mv=230_100, current_ma=261, is_on=True)
    meter = MeterRow(number=3, uuid=Uuid(KETTLE), channel=0, total_j=7200, mark=None)
    has_energy = version >= WITH_ENERGY
    async with SqliteStore(path) as store:
        assert await store.energy.meters() == [meter] * has_energy
        assert await store.energy.unsummed(NOON_S * 1000) == [(3, sample)] * has_energy
        assert await store.energy.series(3, 0, 2 * NOON_S) == [(NOON_S, 7140, 120_000)] * has_energy
        assert len(await store.energy.corrections(3, limit=9, before=None)) == has_energy
        book = await store.tariffs.load()
    if version < WITH_TARIFFS:
        assert (book.currency, book.tariffs, book.table.extent) == (None, (), None)
        return
    assert (book.currency, book.tariffs) == (
        "EUR",
        (Tariff(begins=date(2026, 1, 1), rate=Flat(price_micros=310_000)),),
    )
    assert book.table.extent == PriceExtent(from_s=NOON_S, to_s=NOON_S + 3600, count=1)


@pytest.mark.parametrize("version", EARLIER)
async def test_logins_are_what_they_were(path: Path, version: int) -> None:
    make_home(path, version)
    token = TokenRecord(id="0a1b", name="grafana", scope=Scope.READ, digest="d1", made_at=MADE_AT)
    sign_in = SignInRecord(
        digest="d2", user="bea", password_mark="m", ends_at=datetime(2026, 2, 4, 12, tzinfo=UTC)
    )
    has_logins = version >= WITH_LOGINS
    async with SqliteStore(path) as store:
        assert await store.logins.tokens() == [token] * has_logins
        assert await store.logins.sign_ins() == [sign_in] * has_logins


@pytest.mark.parametrize("version", EARLIER)
async def test_what_mqtt_clients_left_is_there_but_nothing_waits_for_a_plug(path: Path, version: int) -> None:
    make_home(path, version)
    retained = RetainedMessage(topic="a/1", payload=b"\x00\xff", qos=QoS.AT_LEAST_ONCE, owner="ann")
    waiting = KeptMessage(packet_id=3, qos=QoS.AT_LEAST_ONCE, topic="a/2", payload=b"\x02", retain=False)
    session = SessionRecord(
        key=SessionKey("ann", "reader"),
        subscriptions={"a/#": QoS.EXACTLY_ONCE},
        messages=(waiting,),
        received=(4,),
        taken=(5,),
    )
    has_mqtt = version >= WITH_MQTT
    async with SqliteStore(path) as store:
        found = await store.mqtt.load()
    assert (found.retained, found.sessions) == ((retained,) * has_mqtt, (session,) * has_mqtt)


@pytest.mark.parametrize("version", EARLIER)
async def test_the_copy_of_before_is_the_old_version_whole(path: Path, version: int) -> None:
    make_home(path, version)
    before = dump(path)
    assert before[0] == version
    assert (INBOX in "".join(before[1])) is (WITH_MQTT <= version < WITH_SAFEGUARDS)
    async with SqliteStore(path):
        pass
    assert dump(path)[0] == SCHEMA_VERSION
    check_database(path)
    [copy] = path.parent.glob("hub.before-*.sqlite3")
    assert copy.name == f"hub.before-{version + 1}.sqlite3"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert dump(copy) == before


@pytest.mark.parametrize("version", EARLIER)
@pytest.mark.parametrize("moment", ["at its first statement", "at its last"])
async def test_a_kill_in_an_upgrade_leaves_the_old_version_whole(
    path: Path, version: int, moment: str
) -> None:
    make_home(path, version)
    before = dump(path)
    statements = [each for step in migrations()[version:] for each in split_statements(step.sql)]
    kill_upgrade(path, after=1 if moment == "at its first statement" else len(statements))
    assert dump(path) == before
    async with SqliteStore(path) as store:
        assert await store.plugs() == [kettle_of(version), lamp_of(version)]
    check_database(path)
    assert dump(path.with_name(f"hub.before-{version + 1}.sqlite3")) == before


def kill_upgrade(path: Path, *, after: int) -> None:
    """Upgrade in a process that is killed when it has carried out so many statements."""
    arguments = [sys.executable, "-c", _CHILD, str(path), str(after)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "here\n"
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL


def test_every_earlier_version_holds_something_of_its_own() -> None:
    """Whoever adds a version says here what the one before it could hold."""
    assert sorted(ROWS) == list(EARLIER)
