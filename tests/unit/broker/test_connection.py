from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from ownplug.broker.inbox import INBOX_LIMIT
from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    Disconnect,
    ForeignConnect,
    Pingreq,
    Pingresp,
    ProtocolLevel,
    Puback,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
    Will,
    encode,
)

if TYPE_CHECKING:
    from tests.unit.broker.conftest import Exchange

Q1 = QoS.AT_LEAST_ONCE
ACCEPTED = Connack(code=ConnectCode.ACCEPTED)


def subscribe(topic_filter: str, qos: QoS = Q1) -> Subscribe:
    return Subscribe(packet_id=1, requests=(Request(topic_filter=topic_filter, qos=qos),))


def message(topic: str, payload: bytes = b"1") -> Publish:
    return Publish(topic=topic, payload=payload, qos=Q1, packet_id=5)


async def test_a_client_with_the_right_login_is_let_in(exchange: Exchange) -> None:
    caller = exchange.call("192.0.2.9")
    caller.say(Connect(client_id="plug", username="anna", password=b"anna"))
    assert caller.heard() == []
    await exchange.judge()
    assert caller.heard() == [ACCEPTED]
    assert exchange.doorman.asked == [("plug", "anna", b"anna", "192.0.2.9")]
    assert exchange.tell() == [("connected", "plug", "192.0.2.9")]


@pytest.mark.parametrize(
    ("connect", "code"),
    [
        (Connect(client_id="x"), ConnectCode.NOT_AUTHORIZED),
        (Connect(client_id="x", username="anna", password=b"wrong"), ConnectCode.BAD_LOGIN),
        (Connect(client_id="x", username="nobody", password=b"anna"), ConnectCode.BAD_LOGIN),
        (
            Connect(client_id="x", level=ProtocolLevel.MQTT_3_1, username="a", password=b""),
            ConnectCode.BAD_LOGIN,
        ),
    ],
)
async def test_a_wrong_login_is_refused_without_telling_what_was_wrong(
    exchange: Exchange, connect: Connect, code: ConnectCode
) -> None:
    caller = exchange.call()
    caller.say(connect)
    await exchange.judge()
    assert caller.heard() == [Connack(code=code)]
    assert caller.transport.is_closed
    assert exchange.tell() == []


async def test_a_password_never_reaches_the_log(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caller = exchange.call()
    caller.say(Connect(client_id="x", username="anna", password=b"hunter2"))
    await exchange.judge()
    assert "Turned 'x'" in caplog.text
    assert "hunter2" not in caplog.text


async def test_packets_sent_before_the_verdict_keep_their_order(exchange: Exchange) -> None:
    caller = exchange.call()
    caller.say(
        Connect(client_id="x", username="a", password=b"a"), subscribe("a"), message("a", b"one"), Pingreq()
    )
    caller.say(message("a", b"two"))
    await exchange.judge()
    assert caller.heard() == [
        ACCEPTED,
        Suback(packet_id=1, granted=(Q1,)),
        Puback(packet_id=5),
        Puback(packet_id=5),
        Publish(topic="a", payload=b"one", qos=Q1, packet_id=1),
        Publish(topic="a", payload=b"two", qos=Q1, packet_id=2),
        Pingresp(),
    ]


async def test_a_gatekeeper_that_fails_sends_the_client_away_for_now(exchange: Exchange) -> None:
    exchange.doorman.failure = RuntimeError("the store is gone")
    caller = exchange.call()
    caller.say(Connect(client_id="x", username="a", password=b"a"))
    with pytest.raises(RuntimeError):
        await exchange.judge()
    assert caller.heard() == [Connack(code=ConnectCode.SERVER_UNAVAILABLE)]


async def test_a_gatekeeper_that_takes_too_long_sends_the_client_away_for_now(
    make_exchange: Callable[..., Exchange],
) -> None:
    exchange = make_exchange(login_timeout_s=0)
    exchange.doorman.patience.clear()
    caller = exchange.call()
    caller.say(Connect(client_id="x", username="a", password=b"a"))
    await exchange.judge()
    assert caller.heard() == [Connack(code=ConnectCode.SERVER_UNAVAILABLE)]


async def test_a_client_that_left_while_it_was_judged_was_never_there(exchange: Exchange) -> None:
    caller = exchange.call()
    caller.say(Connect(client_id="x", username="a", password=b"a"))
    caller.hang_up()
    await exchange.judge()
    assert exchange.tell() == []
    assert not exchange.board.connections


async def test_messages_go_to_those_who_asked_and_may(exchange: Exchange) -> None:
    reader, writer = await exchange.let_in("a"), await exchange.let_in("ab")
    reader.say(subscribe("a/#"), subscribe("ab/#", QoS.AT_MOST_ONCE))
    reader.heard()
    writer.say(message("ab/x"), message("a/x"))
    assert writer.heard() == [Puback(packet_id=5), Puback(packet_id=5)]
    await asyncio.sleep(0)
    assert reader.heard() == [Publish(topic="ab/x", payload=b"1")]
    assert exchange.doorman.observed == [("ab/x", b"1")]


async def test_forbidden_deeds_are_logged_once_and_escaped(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caller = await exchange.let_in("a")
    caller.say(message("\x1b[31mevil"), message("\x1b[31mevil"), subscribe("evil/#"))
    assert caller.heard()[-1] == Suback(packet_id=1, granted=(None,))
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == 2
    assert r"publish '\x1b[31mevil'" in warnings[0]
    assert "\x1b" not in caplog.text


async def test_the_same_client_again_takes_over(exchange: Exchange) -> None:
    first = await exchange.let_in("a")
    first.say(subscribe("a"))
    second = await exchange.let_in("a")
    assert first.transport.is_closed
    assert [entry[::2] for entry in exchange.tell()] == [
        ("connected", "192.0.2.7"),
        ("subscribed", "a"),
        ("disconnected", "the client connected anew"),
        ("connected", "192.0.2.7"),
    ]
    first.hang_up()
    second.say(subscribe("a"), message("a"))
    await asyncio.sleep(0)
    assert second.heard()[-1] == Publish(topic="a", payload=b"1", qos=Q1, packet_id=1)
    assert len(exchange.tell()) == 5


async def test_another_user_with_the_same_client_id_is_another_client(exchange: Exchange) -> None:
    plug = await exchange.let_in("a")
    intruder = exchange.call()
    intruder.say(Connect(client_id="a", username="b", password=b"b"))
    await exchange.judge()
    assert intruder.heard() == [ACCEPTED]
    assert not plug.transport.is_closed


async def test_a_will_is_published_when_the_connection_breaks(exchange: Exchange) -> None:
    reader = await exchange.let_in("a")
    reader.say(subscribe("a/#"))
    reader.heard()
    mortal = await exchange.let_in("a/2", will=Will(topic="a/2/will", payload=b"gone"))
    mortal.hang_up(ConnectionResetError())
    await asyncio.sleep(0)
    assert reader.heard() == [Publish(topic="a/2/will", payload=b"gone")]
    assert exchange.tell()[-1] == ("disconnected", "a/2", "the connection broke")


async def test_a_goodbye_leaves_no_will(exchange: Exchange) -> None:
    caller = await exchange.let_in("a", will=Will(topic="a/will"))
    caller.say(Disconnect())
    assert caller.transport.is_closed
    caller.hang_up()
    assert exchange.doorman.observed == []
    assert exchange.tell()[-1] == ("disconnected", "a", "the client said goodbye")


async def test_mqtt_5_is_refused_with_code_1(exchange: Exchange) -> None:
    caller = exchange.call()
    caller.say(ForeignConnect(protocol_name="MQTT", level=5))
    assert caller.heard() == [Connack(code=ConnectCode.UNACCEPTABLE_PROTOCOL)]
    assert caller.transport.is_closed


async def test_broken_rules_end_the_connection_after_what_was_right(exchange: Exchange) -> None:
    caller = await exchange.let_in("a")
    caller.connection.data_received(encode(message("a/1")) + b"\xff\xff")
    assert caller.heard() == [Puback(packet_id=5)]
    assert caller.transport.is_closed
    assert "table 2.1" in exchange.tell()[-1][2]
    assert exchange.doorman.observed == [("a/1", b"1")]


async def test_silence_beyond_the_keepalive_ends_the_connection(exchange: Exchange) -> None:
    caller = await exchange.let_in("a", keepalive_s=10)
    assert caller.connection.deadline_s == exchange.clock.monotonic() + 15
    caller.connection.expire()
    assert caller.transport.is_closed
    assert "silent" in exchange.tell()[-1][2]


async def test_a_client_that_does_not_take_its_last_answers_is_cut_off(exchange: Exchange) -> None:
    caller = await exchange.let_in("a")
    caller.connection.close("the server stops")
    caller.transport.is_closed = False
    await exchange.clock.advance(5)
    assert exchange.clock.monotonic() >= caller.connection.deadline_s
    caller.connection.expire()
    assert caller.transport.is_closed


async def test_what_a_client_sent_before_its_end_is_worked_off(exchange: Exchange) -> None:
    caller = exchange.call()
    caller.say(Connect(client_id="x", username="a", password=b"a"), message("a"))
    assert caller.connection.eof_received()
    assert not caller.transport.is_closed
    await exchange.judge()
    assert exchange.doorman.observed == [("a", b"1")]
    assert caller.transport.is_closed


async def test_a_slow_reader_loses_messages_and_the_server_no_memory(
    make_exchange: Callable[..., Exchange], caplog: pytest.LogCaptureFixture
) -> None:
    exchange = make_exchange(max_queued_messages=10)
    slow, fast = await exchange.let_in("a"), await exchange.let_in("a2")
    slow.say(subscribe("a2", QoS.AT_MOST_ONCE))
    fast.say(subscribe("a2", QoS.AT_MOST_ONCE))
    slow.heard()
    fast.heard()
    slow.transport.room = 0
    for number in range(30):
        fast.say(Publish(topic="a2", payload=str(number).encode()))
        await asyncio.sleep(0)
    assert len([p for p in fast.heard() if isinstance(p, Publish)]) == 30
    assert exchange.board.traffic.dropped == 30 - 10 - 10  # ten were on their way before it stalled
    assert caplog.text.count("reads too slowly") == 1
    exchange.board.forget_warnings()
    assert "19 messages for 'a' (192.0.2.7) were dropped in the last minute" in caplog.text
    slow.transport.room = None
    slow.connection.resume_writing()
    assert [p.payload for p in slow.heard() if isinstance(p, Publish)] == [str(n).encode() for n in range(20)]


async def test_a_client_that_takes_no_answers_is_not_read_any_more(exchange: Exchange) -> None:
    caller = await exchange.let_in("a")
    caller.transport.room = 0
    pings = encode(Pingreq()) * 10_000
    reads = 0
    while reads == 0 or caller.is_read:
        caller.connection.data_received(pings)
        exchange.send()
        reads += 1
    assert caller.connection._inbox.size <= INBOX_LIMIT + len(pings)
    caller.transport.room = None
    caller.connection.resume_writing()
    await asyncio.sleep(0)
    assert (len(caller.heard()), caller.is_read) == (reads * 10_000, True)


async def test_a_flood_is_worked_off_in_slices(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = await exchange.let_in("a")
    looks = itertools.count()
    monkeypatch.setattr(exchange.clock, "monotonic", lambda: next(looks) * 0.004)
    caller.connection.data_received(encode(Pingreq()) * 20_000)
    first = len(caller.heard())
    assert 0 < first < 20_000
    for _ in range(20):
        await asyncio.sleep(0)
    assert first + len(caller.heard()) == 20_000


async def test_connections_wait_while_local_handlers_are_behind(exchange: Exchange) -> None:
    caller = await exchange.let_in("a")
    exchange.tell()
    exchange.board.feed._limit = 1
    exchange.board.feed.put(lambda: None)
    for _ in range(3):
        caller.connection.data_received(encode(Pingreq()) * 20_000)
    assert caller.heard() == []
    assert not caller.is_read
    exchange.tell()
    assert len(caller.heard()) == 60_000
    assert caller.is_read


async def test_too_many_connections_are_turned_away(make_exchange: Callable[..., Exchange]) -> None:
    exchange = make_exchange(max_connections=3, max_connections_per_address=2)
    crowd = [exchange.call("192.0.2.1") for _ in range(3)]
    assert [caller.transport.is_closed for caller in crowd] == [False, False, True]
    crowd[2].hang_up()
    assert not exchange.call("192.0.2.2").transport.is_closed
    assert exchange.call("192.0.2.3").transport.is_closed
    crowd[0].hang_up()
    assert not exchange.call("192.0.2.1").transport.is_closed


async def test_who_takes_no_answers_is_not_read_until_it_does(exchange: Exchange) -> None:
    caller = await exchange.let_in("anna")
    caller.connection.pause_writing()
    assert not caller.is_read  # else TLS's own answers, which no outbox bounds, would pile up
    caller.connection.resume_writing()
    await asyncio.sleep(0)
    assert caller.is_read
