"""Nobody reads or writes what the rights table forbids: every cell is tried on the running server, in every way."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from tests.e2e.broker.hostile.hub import HubProcess
from tests.e2e.broker.hostile.malformed import connect, packet, text

from ownplug.core.meross.topics import app_inbox, app_reply_inbox, device_inbox, device_outbox
from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    Packet,
    Pingreq,
    Pingresp,
    ProtocolLevel,
    Puback,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
    Unsubscribe,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.broker.hostile.conftest import Attacker, Beside
    from tests.e2e.broker.hostile.raw import Raw

pytestmark = pytest.mark.e2e

A, B = "1911000000000000000048e1e90000aa", "1911000000000000000048e1e90000bb"
OWNER, USER, MOVED, PASSWORD = "owner", "carla", "moved", "a long password"
TABLE = (
    "Rights on the running server: r read, R read retained, w write, W leave retained, l last will, - refused"
)

READ, WRITE, ALL = "rR---", "--wWl", "rRwWl"
# What is said to a plug is for now: nothing stays there for one that comes later.
READ_NOW, WRITE_NOW, ALL_NOW = "r----", "--w-l", "r-w-l"
ALLOWED = {
    "inbox of plug A": {"plug A": READ_NOW, "app": WRITE_NOW, "owner": ALL_NOW},
    "outbox of plug A": {"plug A": WRITE, "owner": ALL},
    "inbox of plug B": {"plug B": READ_NOW, "app": WRITE_NOW, "owner": ALL_NOW},
    "outbox of plug B": {"plug B": WRITE, "owner": ALL},
    "reply topic that plug A was asked at": {"plug A": WRITE, "app": READ, "owner": ALL},
    "reply topic that nobody was asked at": {"app": READ, "owner": ALL},
    "inbox of the home's apps": {"app": READ, "owner": ALL},
    "below the inbox of the home's apps": {"app": READ, "owner": ALL},
    "inbox of another home's apps": {"owner": ALL},
    "reply topic of another home's app": {"owner": ALL},
    "inbox of a plug that nobody knows": {"owner": ALL_NOW},
    "below the inbox of plug A": {"owner": ALL},
    "ordinary topic": {"moved": READ, "owner": ALL},
    "ordinary topic of the user": {"user": ALL, "moved": WRITE, "owner": ALL},
    "all of the home's app topics": {"app": READ, "owner": READ},
    "app topics of all homes": {"owner": READ},
    "inboxes of all plugs": {"owner": READ_NOW},
    "all topics of plug A": {"owner": READ_NOW},
    "all ordinary topics of the user": {"user": READ, "owner": READ},
    "all ordinary topics": {"moved": READ, "owner": READ},
    "#": {"owner": READ},
    "/#": {"owner": READ_NOW},
    "+/+": {"owner": READ},
    "$SYS/#": {"owner": READ},
    "$SYS/broker/uptime": {"owner": READ},
}
"""What is not here is refused. `moved` is a user whose filters were changed while it was connected."""


class Client:
    """Someone who tries; a client that was turned away can do nothing."""

    def __init__(self, raw: Raw | None, level: ProtocolLevel = ProtocolLevel.MQTT_3_1_1) -> None:
        self.can_hear_no = level is not ProtocolLevel.MQTT_3_1  # which grants everything and delivers nothing
        self._raw = raw

    async def until(self, kind: type[Packet], *say: Packet | bytes) -> list[Packet] | None:
        """Say something and hear all up to an answer of this kind; None if the server closes instead."""
        if self._raw is None:
            return None
        await self._raw.say(*say)
        heard: list[Packet] = []
        while not heard or not isinstance(heard[-1], kind):
            came = await self._raw.hear()
            if came is None:
                self._raw = None
                return None
            heard.append(came)
        return heard

    async def subscribe(self, *filters: str) -> tuple[QoS | None, ...] | None:
        """Ask for filters, at QoS 0, so that nothing waits for an answer; return what was granted."""
        requests = tuple(Request(topic_filter=each) for each in filters)
        answer = await self.until(Suback, Subscribe(packet_id=1, requests=requests))
        if answer is None:
            return None
        suback = answer[-1]
        assert isinstance(suback, Suback)
        return suback.granted

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """At QoS 1; written by hand, because our encoder refuses a topic with a wildcard."""
        await self.until(Puback, packet(0x32 | retain, text(topic.encode()) + b"\x00\x09" + payload))

    async def heard(self) -> list[Publish]:
        """What has come before the answer to a ping, which the server sends after it."""
        return [came for came in await self.until(Pingresp, Pingreq()) or [] if isinstance(came, Publish)]

    async def hears(self, payload: bytes) -> bool:
        """Whether this message is among that."""
        return any(came.payload == payload for came in await self.heard())


class Trial:
    """Tries cells; the owner may read and write everything, and so its two connections are the witnesses."""

    def __init__(self, witness: Client, newcomer: Client) -> None:
        self._witness = witness
        self._newcomer = newcomer
        self._numbers = itertools.count(1)

    async def reads(self, client: Client, topic_filter: str, probes: list[str]) -> str:
        """Whether the client hears what is said on topics that the filter matches, and what was left there."""
        left = self._word("left")
        for probe in probes:
            await self._witness.publish(probe, left, retain=True)
        granted = await client.subscribe(topic_filter)
        old = [came for came in await client.heard() if came.retain]
        said = [await self._is_heard(client, probe) for probe in probes]
        for probe in probes:
            await self._witness.publish(probe, b"", retain=True)
        await client.until(Pingresp, Unsubscribe(packet_id=2, filters=(topic_filter,)), Pingreq())
        is_live = any(said) if probes else bool(old)  # `$SYS` is told at once, and then every ten seconds
        if client.can_hear_no:
            assert is_live == (granted not in {None, (None,)}), topic_filter
        return ("r" if is_live else "-") + ("R" if old else "-")

    async def _is_heard(self, client: Client, topic: str) -> bool:
        payload = self._word("said")
        await self._witness.publish(topic, payload)
        return await client.hears(payload)

    async def writes(self, client: Client, topic: str) -> str:
        """Whether what the client writes there reaches anybody, now and later."""
        said, left = self._word("written"), self._word("left")
        await client.publish(topic, said)
        reaches = await self._witness.hears(said)
        await client.publish(topic, left, retain=True)
        return ("w" if reaches else "-") + ("W" if await self._was_left(topic, left) else "-")

    async def _was_left(self, topic: str, payload: bytes) -> bool:
        await self._newcomer.subscribe(topic)
        was_left = any(came.retain and came.payload == payload for came in await self._newcomer.heard())
        await self._newcomer.until(Pingresp, Unsubscribe(packet_id=2, filters=(topic,)), Pingreq())
        if was_left:
            await self._witness.publish(topic, b"", retain=True)
        return was_left

    async def leaves_will(self, attacker: Attacker, login: Connect, topic: str) -> str:
        """Whether a last will of this login is published there, once its connection has ended badly."""
        payload = self._word("will")
        async with attacker.call() as raw:
            await raw.say(with_will(login, topic.encode(), payload), b"\xf0\x00")
            await raw.closed()
        return "l" if await self._witness.hears(payload) else "-"

    def _word(self, what: str) -> bytes:
        return f"{what} {next(self._numbers)}".encode()


def topics(hub: HubProcess) -> dict[str, tuple[str, list[str]]]:
    """Each kind of topic or filter, and topics that it matches."""
    home, other = hub.user_id, str(int(hub.user_id) + 1)
    plain = {
        "inbox of plug A": device_inbox(A),
        "outbox of plug A": device_outbox(A),
        "inbox of plug B": device_inbox(B),
        "outbox of plug B": device_outbox(B),
        "reply topic that plug A was asked at": app_reply_inbox(home, "asked"),
        "reply topic that nobody was asked at": app_reply_inbox(home, "quiet"),
        "inbox of the home's apps": app_inbox(home),
        "below the inbox of the home's apps": f"{app_inbox(home)}/x",
        "inbox of another home's apps": app_inbox(other),
        "reply topic of another home's app": app_reply_inbox(other, "asked"),
        "inbox of a plug that nobody knows": device_inbox("1911000000000000000048e1e90000cc"),
        "below the inbox of plug A": f"{device_inbox(A)}/x",
        "ordinary topic": "kitchen/light",
        "ordinary topic of the user": "carla/light",
    }
    wild = {
        "all of the home's app topics": (f"/app/{home}/#", [app_inbox(home)]),
        "app topics of all homes": ("/app/+/subscribe", [app_inbox(home)]),
        "inboxes of all plugs": ("/appliance/+/subscribe", [device_inbox(A)]),
        "all topics of plug A": (f"/appliance/{A}/#", [device_inbox(A)]),
        "all ordinary topics of the user": ("carla/#", ["carla/light"]),
        "all ordinary topics": ("kitchen/+", ["kitchen/light"]),
        "#": ("#", ["kitchen/light", device_outbox(A)]),
        "/#": ("/#", [device_inbox(A)]),
        "+/+": ("+/+", ["kitchen/light"]),
        "$SYS/#": ("$SYS/#", []),
        "$SYS/broker/uptime": ("$SYS/broker/uptime", []),
        "$share/x/#": ("$share/x/#", []),
    }
    return {what: (topic, [topic]) for what, topic in plain.items()} | wild


def add_users(hub: HubProcess) -> None:
    hub.add_user(OWNER, PASSWORD, read=["#", "$SYS/#"], write=["#", "$SYS/#"])
    for name in (USER, MOVED):
        hub.add_user(name, PASSWORD, read=["carla/#"], write=["carla/#"])


def move(hub: HubProcess) -> None:
    hub.add_user(MOVED, PASSWORD, read=["kitchen/#"], write=["carla/light"])


def logins(attacker: Attacker) -> dict[str, Connect]:
    users = {"user": USER, "moved": MOVED, "owner": OWNER}
    return {
        "plug A": dataclasses.replace(attacker.plug(A), level=ProtocolLevel.MQTT_3_1_1),
        "plug B": attacker.plug(B),
        "app": attacker.app(),
        "anonymous": Connect(client_id="anonymous"),
        **{
            what: Connect(client_id=what, username=name, password=PASSWORD.encode())
            for what, name in users.items()
        },
    }


async def fill_in(attacker: Attacker, *, moves: bool) -> dict[str, dict[str, str]]:
    """Try every cell; a user who moves is let in before its filters are changed."""
    found: dict[str, dict[str, str]] = {}
    async with AsyncExitStack() as stack:
        owner = logins(attacker)["owner"]
        witness, newcomer = [
            await stack.enter_async_context(entering(attacker, dataclasses.replace(owner, client_id=name)))
            for name in ("witness", "newcomer")
        ]
        asker = await stack.enter_async_context(entering(attacker, attacker.app("asker")))
        for uuid in (A, B):
            await come_home(attacker, uuid)
        await witness.subscribe("#", "$SYS/#")
        trial = Trial(witness, newcomer)
        for name, login in logins(attacker).items():
            client = await stack.enter_async_context(entering(attacker, login))
            if moves and name == "moved":
                await asyncio.to_thread(move, attacker.hub)
            for what, (topic, probes) in topics(attacker.hub).items():
                await asker.publish(device_inbox(A), asking(attacker.hub))
                cell = await try_cell(attacker, trial, client, login, topic, probes)
                found.setdefault(what, {})[name] = cell
    return found


async def try_cell(  # everything that one client could do with one topic
    attacker: Attacker, trial: Trial, client: Client, login: Connect, topic: str, probes: list[str]
) -> str:
    cell = await trial.reads(client, topic, probes)
    if "#" in topic or "+" in topic:  # whoever writes there is thrown out, and the client has more to try
        async with entering(attacker, as_another(login)) as another:
            cell += await trial.writes(another, topic)
    else:
        cell += await trial.writes(client, topic)
    return cell + await trial.leaves_will(attacker, as_another(login), topic)


def as_another(login: Connect) -> Connect:
    """The same who, in another connection beside the first."""
    return dataclasses.replace(login, client_id=f"{login.client_id[:-1]}2")


def with_will(login: Connect, topic: bytes, payload: bytes) -> bytes:
    """A CONNECT with a last will at QoS 1; by hand, because our encoder refuses a topic with a wildcard."""
    fields = [login.client_id.encode(), topic, payload]
    if login.username is None:
        return connect(flags=0x0E, fields=tuple(fields))
    return connect(flags=0xCE, fields=(*fields, login.username.encode(), login.password or b""))


async def test_nobody_reads_or_writes_what_the_table_forbids(
    attacker: Attacker, beside: Beside, print_table: Callable[[str, list[str]], None]
) -> None:
    await asyncio.to_thread(add_users, attacker.hub)
    async with beside("every way to read and write every kind of topic"):
        found = await fill_in(attacker, moves=True)
    print_table(TABLE, drawn(found))
    assert found == expected(found)
    assert found.keys() >= ALLOWED.keys()


async def test_the_table_is_the_same_after_a_restart(attacker: Attacker, tmp_path: Path) -> None:
    hub = await asyncio.to_thread(HubProcess, tmp_path)
    try:
        await asyncio.to_thread(add_users, hub)
        await asyncio.to_thread(move, hub)
        hub.program.kill()
        hub = await asyncio.to_thread(HubProcess, tmp_path)
        found = await fill_in(type(attacker)(hub, attacker.address), moves=False)
    finally:
        await asyncio.to_thread(hub.program.stop)
    assert found == expected(found)


def expected(found: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {
        what: {name: ALLOWED.get(what, {}).get(name, "-----") for name in cells}
        for what, cells in found.items()
    }


async def come_home(attacker: Attacker, uuid: str) -> None:
    """Let the home take in a plug that comes with its login."""
    async with entering(attacker, attacker.plug(uuid)) as plug:
        await plug.subscribe(device_inbox(uuid))
        for _ in range(200):
            known = await asyncio.to_thread(attacker.hub.ask, "GET", "/api/v1/plugs")
            if uuid in {each["uuid"] for each in known["plugs"]}:
                return
            await asyncio.sleep(0.05)
    pytest.fail(f"the home did not take in {uuid}")


def asking(hub: HubProcess) -> bytes:
    """What makes plug A reply to the app."""
    return json.dumps({"header": {"from": app_reply_inbox(hub.user_id, "asked")}}).encode()


def drawn(found: dict[str, dict[str, str]]) -> list[str]:
    names = list(next(iter(found.values())))
    head = f"{'topic':<40}" + "".join(f"{name:>11}" for name in names)
    return [
        head,
        *(f"{what:<40}" + "".join(f"{cells[name]:>11}" for name in names) for what, cells in found.items()),
    ]


@asynccontextmanager
async def entering(attacker: Attacker, login: Connect) -> AsyncIterator[Client]:
    """A client after its login, let in or not."""
    async with attacker.call() as raw:
        await raw.say(login)
        answer = await raw.hear()
        is_in = answer == Connack(code=ConnectCode.ACCEPTED)
        assert is_in == (login.username is not None)
        yield Client(raw if is_in else None, login.level)
