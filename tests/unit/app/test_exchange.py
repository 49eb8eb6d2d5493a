"""Between the MQTT server of this process and the hub."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ownplug.app.exchange import BrokerExchange
from ownplug.broker import Broker, BrokerSettings, Connection
from ownplug.core.identity import Uuid
from ownplug.core.meross.login import device_client_id
from ownplug.core.mqtt import Passage
from ownplug.testing import FakeClock

UUID = Uuid("1811081234567825182734298f1a2b3c")
OTHER = Uuid("1909182170548290802048e1e9522946")
INBOX = f"/appliance/{UUID}/subscribe"


class Hub:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []
        self.voice: object = None

    def receive(self, topic: str, payload: bytes) -> None:
        self.heard.append(("message", topic, payload))

    def speak_through(self, exchange: object) -> None:
        self.voice = exchange

    def plug_online(self, uuid: Uuid, *, connection: str, address: str) -> None:
        self.heard.append(("online", uuid, connection, address))

    def plug_offline(self, uuid: Uuid, *, connection: str, reason: str) -> None:
        self.heard.append(("offline", uuid, connection, reason))


def connection(uuid: Uuid = UUID, *, client_id: str = "", username: str = "") -> Connection:
    return Connection(
        id="7",
        client_id=client_id or device_client_id(uuid, "aB3dE6gH9jK2mN5p"),
        username=username or uuid.mac.text,
        address="192.168.1.50",
        at=datetime(2026, 1, 5, tzinfo=UTC),
    )


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def exchange(hub: Hub) -> BrokerExchange:
    return BrokerExchange(hub)  # type: ignore[arg-type]  # as much of a hub as is needed


def test_a_plug_is_there_when_it_listens_to_its_inbox(exchange: BrokerExchange, hub: Hub) -> None:
    exchange.connected(connection())
    assert hub.heard == []
    exchange.subscribed(connection(), INBOX)
    exchange.disconnected(connection(), "the client said goodbye")
    assert hub.heard == [
        ("online", UUID, "7", "192.168.1.50"),
        ("offline", UUID, "7", "the client said goodbye"),
    ]


@pytest.mark.parametrize("topic_filter", [f"/appliance/{OTHER}/subscribe", f"/appliance/{UUID}/publish", "#"])
def test_listening_to_anything_else_is_not_coming_home(
    exchange: BrokerExchange, hub: Hub, topic_filter: str
) -> None:
    exchange.subscribed(connection(), topic_filter)
    assert hub.heard == []


@pytest.mark.parametrize(
    "client",
    [
        connection(client_id="app:7f3c", username="10001"),
        connection(username="ha"),  # a user with the client id of a plug
        connection(username=OTHER.mac.text),
        connection(client_id="x"),
    ],
)
def test_who_did_not_sign_in_as_a_plug_is_none(
    exchange: BrokerExchange, hub: Hub, client: Connection
) -> None:
    exchange.subscribed(client, INBOX)
    exchange.disconnected(client, "the client said goodbye")
    assert hub.heard == []


async def test_messages_go_both_ways_without_a_second_hop(exchange: BrokerExchange, hub: Hub) -> None:
    broker = Broker(BrokerSettings(mqtts="", mqtt=""), _Nobody(), FakeClock(), listener=exchange)
    exchange.publish("/app/10001/subscribe", b"before there is anybody")
    exchange.join(broker)
    heard: list[tuple[str, bytes]] = []
    broker.attach("/app/#", lambda topic, payload: heard.append((topic, payload)))
    async with broker:
        assert hub.voice is exchange
        broker.publish(f"/appliance/{UUID}/publish", b"from a plug")
        broker.publish(INBOX, b"not for the hub")
        exchange.publish("/app/10001/subscribe", b"for the programs")
    assert hub.heard == [("message", f"/appliance/{UUID}/publish", b"from a plug")]
    assert heard == [("/app/10001/subscribe", b"for the programs")]


class _Nobody:
    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> None:
        return None

    def screen(self, topic: str, payload: bytes, access: object) -> Passage:
        raise AssertionError("nobody is here")
