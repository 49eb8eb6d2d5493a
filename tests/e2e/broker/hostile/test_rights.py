"""Nobody reads or writes what the rights table forbids: every cell is tried on the running server."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from tests.e2e.broker.hostile.malformed import packet, text

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
    from tests.e2e.broker.hostile.conftest import Attacker
    from tests.e2e.broker.hostile.hub import HubProcess
    from tests.e2e.broker.hostile.raw import Raw

pytestmark = pytest.mark.e2e

A, B = "1911000000000000000048e1e90000aa", "1911000000000000000048e1e90000bb"
OWNER, OWNER_PASSWORD = "owner", "owner-s-password"
TABLE = "Rights, each cell tried on the running server (r read, w written, - refused)"

ALLOWED = {
    "inbox of plug A": {"plug A": "r-", "app": "-w"},
    "outbox of plug A": {"plug A": "-w"},
    "inbox of plug B": {"plug B": "r-", "app": "-w"},
    "outbox of plug B": {"plug B": "-w"},
    "reply topic that plug A was asked at": {"plug A": "-w", "app": "r-"},
    "reply topic that nobody was asked at": {"app": "r-"},
    "inbox of the home's apps": {"app": "r-"},
    "below the inbox of the home's apps": {"app": "r-"},
    "all of the home's app topics": {"app": "r-"},
    "ordinary topic of the user": {"user": "rw"},
    "all ordinary topics of the user": {"user": "r-"},
}
"""What is not here is refused to everybody in the table."""


class Client:
    """Someone who tries; a client that was turned away can do nothing."""

    def __init__(self, raw: Raw | None) -> None:
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

    async def publish(self, topic: str, payload: bytes) -> None:
        """At QoS 1; written by hand, because our encoder refuses a topic with a wildcard."""
        await self.until(Puback, packet(0x32, text(topic.encode()) + b"\x00\x09" + payload))

    async def hears(self, payload: bytes) -> bool:
        """Whether this message came before the answer to a ping, which the server sends after it."""
        heard = await self.until(Pingresp, Pingreq()) or []
        return any(isinstance(came, Publish) and came.payload == payload for came in heard)


class Trial:
    """Tries cells; `owner` may read and write everything, and so is the witness."""

    def __init__(self, owner: Client) -> None:
        self._owner = owner
        self._numbers = itertools.count(1)

    async def reads(self, client: Client, topic_filter: str, probes: list[str]) -> bool:
        """Whether the client is granted the filter, or hears any message that it matches."""
        request = Request(topic_filter=topic_filter, qos=QoS.AT_LEAST_ONCE)
        answer = await client.until(Suback, Subscribe(packet_id=1, requests=(request,)))
        if answer is None:
            return False
        suback = answer[-1]
        assert isinstance(suback, Suback)
        heard = [await self._is_heard(client, probe) for probe in probes]
        granted = suback.granted != (None,)
        assert granted == any(heard) or not probes, topic_filter
        await client.until(Pingresp, Unsubscribe(packet_id=2, filters=(topic_filter,)), Pingreq())
        return granted

    async def _is_heard(self, client: Client, topic: str) -> bool:
        payload = f"probe {next(self._numbers)}".encode()
        await self._owner.publish(topic, payload)
        return await client.hears(payload)

    async def writes(self, client: Client, topic: str) -> bool:
        """Whether what the client writes there reaches anybody."""
        payload = f"written {next(self._numbers)}".encode()
        await client.publish(topic, payload)
        return await self._owner.hears(payload)


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
        "ordinary topic of the user": "local/light",
    }
    wild = {
        "all of the home's app topics": (f"/app/{home}/#", [app_inbox(home)]),
        "app topics of all homes": ("/app/+/subscribe", [app_inbox(home)]),
        "inboxes of all plugs": ("/appliance/+/subscribe", [device_inbox(A)]),
        "all topics of plug A": (f"/appliance/{A}/#", [device_inbox(A)]),
        "all ordinary topics of the user": ("local/#", ["local/light"]),
        "#": ("#", ["kitchen/light", device_outbox(A)]),
        "/#": ("/#", [device_inbox(A)]),
        "+/+": ("+/+", ["kitchen/light"]),
        "$SYS/#": ("$SYS/#", []),
        "$SYS/broker/uptime": ("$SYS/broker/uptime", []),
        "$share/x/#": ("$share/x/#", []),
    }
    return {what: (topic, [topic]) for what, topic in plain.items()} | wild


async def test_nobody_reads_or_writes_what_the_table_forbids(
    attacker: Attacker, hub: HubProcess, print_table: Callable[[str, list[str]], None]
) -> None:
    hub.add_user(OWNER, OWNER_PASSWORD, read=["#", "$SYS/#"], write=["#", "$SYS/#"])
    owner_login = Connect(client_id="owner", username=OWNER, password=OWNER_PASSWORD.encode())
    logins = {
        "plug A": dataclasses.replace(attacker.plug(A), level=ProtocolLevel.MQTT_3_1_1),
        "plug B": dataclasses.replace(attacker.plug(B), level=ProtocolLevel.MQTT_3_1_1),
        "app": attacker.app(),
        "user": attacker.user(),
        "anonymous": Connect(client_id="anonymous"),
    }
    found: dict[str, dict[str, str]] = {}
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(entering(attacker, owner_login))
        for name, uuid in (("plug A", A), ("plug B", B)):
            plug = await stack.enter_async_context(entering(attacker, logins[name]))
            inbox = Request(topic_filter=device_inbox(uuid))
            await plug.until(Suback, Subscribe(packet_id=1, requests=(inbox,)))
            await asyncio.to_thread(until_known, hub, uuid)
        filters = (Request(topic_filter="#"), Request(topic_filter="$SYS/#"))
        await owner.until(Suback, Subscribe(packet_id=1, requests=filters))
        trial, asker = Trial(owner), attacker.app("asker")
        for name, login in logins.items():
            for what, (topic, probes) in topics(hub).items():
                async with entering(attacker, login) as client, entering(attacker, asker) as app:
                    await app.publish(device_inbox(A), asking(hub))
                    reads = await trial.reads(client, topic, probes)
                    writes = await trial.writes(client, topic)
                found.setdefault(what, {})[name] = ("r" if reads else "-") + ("w" if writes else "-")
    print_table(TABLE, drawn(found))
    assert found == {what: {name: ALLOWED.get(what, {}).get(name, "--") for name in logins} for what in found}


def until_known(hub: HubProcess, uuid: str) -> None:
    """Wait until the home has taken in a plug that came with its login."""
    for _ in range(200):
        if uuid in {plug["uuid"] for plug in hub.ask("GET", "/api/v1/plugs")["plugs"]}:
            return
        time.sleep(0.05)
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
        yield Client(raw if is_in else None)
