"""`MqttConnection` against a scripted server over memory, in loop time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from ownplug.aio import ByteStream, memory_pair
from ownplug.core.errors import (
    Forbidden,
    LinkBroken,
    LinkClosed,
    LinkTimeout,
    Malformed,
    OwnplugError,
    UsageError,
)
from ownplug.core.mqtt import (
    DEFAULT_MAX_PACKET_SIZE,
    Connack,
    Connect,
    ConnectCode,
    Disconnect,
    Packet,
    PacketReader,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    QoS,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    encode,
)
from ownplug.testing import run_in_loop_time
from ownplug.transport.mqtt import MqttConnection

P = TypeVar("P")

CONNECT = Connect(client_id="fmware:plug", keepalive_s=30, username="34:29:8f:1a:2b:3c", password=b"secret")


class ScriptedServer:
    """The far end of the cable; the test says what it answers."""

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self._reader = PacketReader(DEFAULT_MAX_PACKET_SIZE)
        self._packets: deque[Packet] = deque()

    async def expect(self, kind: type[P]) -> P:
        """The next packet, which must be of that kind."""
        while not self._packets:
            data = await self.stream.read()
            assert data, "the client ended the connection"
            self._packets.extend(self._reader.feed(data))
        packet = self._packets.popleft()
        assert isinstance(packet, kind), packet
        return packet

    async def send(self, *packets: Packet) -> None:
        await self.stream.write(b"".join(encode(packet) for packet in packets))

    async def let_in(self) -> None:
        await self.expect(Connect)
        await self.send(Connack(code=ConnectCode.ACCEPTED))

    async def expect_end(self) -> None:
        assert await self.stream.read() == b""


Script = Callable[[ScriptedServer], Awaitable[None]]
Story = Callable[[MqttConnection], Awaitable[None]]


def play(story: Story, script: Script, *, inbox_limit: int = 100) -> None:
    """Run a client's story against a server's script in loop time; both must come to their end."""

    async def both() -> None:
        near, far = memory_pair()
        async with asyncio.TaskGroup() as group:
            group.create_task(_serve(ScriptedServer(far), script))
            async with MqttConnection(near, CONNECT, answer_timeout_s=10, inbox_limit=inbox_limit) as client:
                await story(client)

    async def _serve(server: ScriptedServer, script: Script) -> None:
        await server.let_in()
        await script(server)

    run_in_loop_time(both())


def connect_fails_with(kind: type[OwnplugError], sentence: str, script: Script) -> None:
    async def both() -> None:
        near, far = memory_pair()
        async with asyncio.TaskGroup() as group:
            group.create_task(script(ScriptedServer(far)))  # type: ignore[arg-type]  # every script is a coroutine
            with pytest.raises(kind, match=sentence):
                async with MqttConnection(near, CONNECT, answer_timeout_s=10):
                    pytest.fail("the server let us in")
            with pytest.raises(LinkClosed):
                await near.read()

    run_in_loop_time(both())


async def nothing(_: object) -> None:
    pass


def test_it_logs_in_and_says_goodbye() -> None:
    async def script(server: ScriptedServer) -> None:
        await server.expect(Disconnect)
        await server.expect_end()

    play(nothing, script)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (ConnectCode.UNACCEPTABLE_PROTOCOL, "does not speak this version of MQTT"),
        (ConnectCode.BAD_LOGIN, "user name or password is wrong"),
        (ConnectCode.NOT_AUTHORIZED, "not allowed in"),
    ],
)
def test_a_refused_login_is_an_error_with_the_reason(code: ConnectCode, sentence: str) -> None:
    async def script(server: ScriptedServer) -> None:
        await server.expect(Connect)
        await server.send(Connack(code=code))

    connect_fails_with(Forbidden, sentence, script)


def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    connect_fails_with(LinkTimeout, "did not answer within 10 s", nothing)


def test_a_server_that_hangs_up_instead_of_answering_is_broken() -> None:
    async def script(server: ScriptedServer) -> None:
        await server.expect(Connect)
        await server.stream.close()

    connect_fails_with(LinkBroken, "server ended the connection", script)


def test_what_is_no_mqtt_server_is_malformed() -> None:
    async def script(server: ScriptedServer) -> None:
        await server.stream.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)

    connect_fails_with(Malformed, r"\.$", script)


def test_subscribing_returns_the_granted_quality() -> None:
    async def story(client: MqttConnection) -> None:
        assert await client.subscribe("/appliance/+/publish", QoS.AT_LEAST_ONCE) is QoS.AT_MOST_ONCE
        await client.unsubscribe("/appliance/+/publish")

    async def script(server: ScriptedServer) -> None:
        asked = await server.expect(Subscribe)
        assert asked.requests[0].topic_filter == "/appliance/+/publish"
        await server.send(Suback(packet_id=asked.packet_id, granted=(QoS.AT_MOST_ONCE,)))
        no_more = await server.expect(Unsubscribe)
        await server.send(Unsuback(packet_id=no_more.packet_id))
        await server.expect(Disconnect)

    play(story, script)


def test_a_filter_that_is_not_granted_is_forbidden() -> None:
    async def story(client: MqttConnection) -> None:
        with pytest.raises(Forbidden, match="does not let this login read '#'"):
            await client.subscribe("#")

    async def script(server: ScriptedServer) -> None:
        asked = await server.expect(Subscribe)
        await server.send(Suback(packet_id=asked.packet_id, granted=(None,)))
        await server.expect(Disconnect)

    play(story, script)


def test_publishing_waits_for_the_acknowledgement_of_that_very_message() -> None:
    finished: list[str] = []

    async def publish(client: MqttConnection, topic: str) -> None:
        await client.publish(topic, b"{}")
        finished.append(topic)

    async def story(client: MqttConnection) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(publish(client, "first"))
            group.create_task(publish(client, "second"))

    async def script(server: ScriptedServer) -> None:
        first, second = await server.expect(Publish), await server.expect(Publish)
        assert first.packet_id is not None
        assert second.packet_id is not None
        await asyncio.sleep(5)
        assert finished == []
        await server.send(Puback(packet_id=second.packet_id))
        await asyncio.sleep(1)
        assert finished == ["second"]
        await server.send(Puback(packet_id=first.packet_id))
        await server.expect(Disconnect)

    play(story, script)

    assert finished == ["second", "first"]


def test_a_message_that_is_never_acknowledged_times_out_and_the_connection_lives_on() -> None:
    async def story(client: MqttConnection) -> None:
        with pytest.raises(LinkTimeout, match="did not acknowledge within 10 s"):
            await client.publish("lost", b"")
        await client.publish("found", b"")

    async def script(server: ScriptedServer) -> None:
        assert (await server.expect(Publish)).topic == "lost"
        found = await server.expect(Publish)
        assert found.packet_id is not None
        await server.send(Puback(packet_id=found.packet_id))
        await server.expect(Disconnect)

    play(story, script)


def test_quality_0_waits_only_until_it_is_on_its_way() -> None:
    async def story(client: MqttConnection) -> None:
        await client.publish("now", b"1", QoS.AT_MOST_ONCE)
        client.abort()

    async def script(server: ScriptedServer) -> None:
        assert await server.expect(Publish) == Publish(topic="now", payload=b"1")

    with pytest.raises(ExceptionGroup) as caught:
        play(story, script_then_read(script))
    assert caught.group_contains(LinkBroken)


def script_then_read(script: Script) -> Script:
    async def run(server: ScriptedServer) -> None:
        await script(server)
        await server.stream.read()

    return run


def test_messages_arrive_in_order_and_are_acknowledged() -> None:
    async def story(client: MqttConnection) -> None:
        received = client.messages()
        assert await anext(received) == ("a", b"1")
        assert await anext(received) == ("b", b"2")

    async def script(server: ScriptedServer) -> None:
        await server.send(
            Publish(topic="a", payload=b"1", qos=QoS.AT_LEAST_ONCE, packet_id=7),
            Publish(topic="b", payload=b"2"),
        )
        assert await server.expect(Puback) == Puback(packet_id=7)
        await server.expect(Disconnect)

    play(story, script)


def test_who_does_not_read_loses_the_oldest_messages_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def story(client: MqttConnection) -> None:
        await client.publish("all sent", b"")
        assert client.missed == 3
        received = client.messages()
        assert [(await anext(received))[1] for _ in range(2)] == [b"3", b"4"]

    async def script(server: ScriptedServer) -> None:
        request = await server.expect(Publish)
        assert request.packet_id is not None
        await server.send(*(Publish(topic="t", payload=b"%d" % i) for i in range(5)))
        await server.send(Puback(packet_id=request.packet_id))
        await server.expect(Disconnect)

    play(story, script, inbox_limit=2)

    assert len(caplog.records) == 1
    assert "get lost" in caplog.text


def test_an_idle_connection_is_kept_alive_by_pings() -> None:
    async def story(client: MqttConnection) -> None:
        await asyncio.sleep(100)

    async def script(server: ScriptedServer) -> None:
        for _ in range(4):
            await server.expect(Pingreq)
            await server.send(Pingresp())
        await server.expect(Disconnect)

    play(story, script)


def test_a_server_that_answers_no_ping_is_noticed() -> None:
    async def story(client: MqttConnection) -> None:
        with pytest.raises(LinkTimeout, match="did not answer within 10 s"):
            await anext(client.messages())
        assert asyncio.get_running_loop().time() <= 30 + 10

    async def script(server: ScriptedServer) -> None:
        await server.expect(Pingreq)

    play(story, script)


def test_everyone_who_waits_learns_that_the_server_went_away() -> None:
    async def story(client: MqttConnection) -> None:
        async with asyncio.TaskGroup() as group:
            for work in (client.publish("t", b""), client.subscribe("t"), anext(client.messages())):
                group.create_task(breaks(work))
        await breaks(client.publish("t", b"", QoS.AT_MOST_ONCE))

    async def breaks(work: Awaitable[object]) -> None:
        with pytest.raises(LinkBroken, match="server ended the connection"):
            await work

    async def script(server: ScriptedServer) -> None:
        await server.expect(Publish)
        await server.stream.close()

    play(story, script)


def test_messages_that_came_before_the_end_can_still_be_read() -> None:
    async def story(client: MqttConnection) -> None:
        await asyncio.sleep(1)
        received = client.messages()
        assert await anext(received) == ("last", b"words")
        with pytest.raises(LinkBroken):
            await anext(received)

    async def script(server: ScriptedServer) -> None:
        await server.send(Publish(topic="last", payload=b"words"))
        await server.stream.close()

    play(story, script)


def test_a_mistake_in_one_call_is_the_callers_and_the_connection_lives_on() -> None:
    async def story(client: MqttConnection) -> None:
        with pytest.raises(UsageError):
            await client.publish("no/#/wildcards", b"")
        await client.publish("fine", b"", QoS.AT_MOST_ONCE)

    async def script(server: ScriptedServer) -> None:
        assert (await server.expect(Publish)).topic == "fine"
        await server.expect(Disconnect)

    play(story, script)


def test_an_error_of_the_callers_own_comes_out_as_it_is() -> None:
    async def story(client: MqttConnection) -> None:
        raise KeyError("the caller's own")

    async def script(server: ScriptedServer) -> None:
        await server.expect(Disconnect)

    with pytest.raises(ExceptionGroup) as caught:
        play(story, script)
    assert [type(error) for error in caught.value.exceptions] == [KeyError]


def test_a_cancelled_caller_leaves_whole_packets_on_the_wire() -> None:
    big = bytes(200_000)  # more than the cable holds, so the write is halfway when the caller is cancelled

    async def story(client: MqttConnection) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await client.publish("big", big, QoS.AT_MOST_ONCE)
        await client.publish("small", b"", QoS.AT_MOST_ONCE)

    async def script(server: ScriptedServer) -> None:
        await asyncio.sleep(2)
        assert (await server.expect(Publish)).payload == big
        assert (await server.expect(Publish)).topic == "small"
        await server.expect(Disconnect)

    play(story, script)


def test_cancelling_the_owner_disconnects_and_stays_a_cancellation() -> None:
    async def both() -> None:
        near, far = memory_pair()
        server = ScriptedServer(far)

        async def own() -> None:
            async with MqttConnection(near, CONNECT) as client:
                await anext(client.messages())

        async with asyncio.TaskGroup() as group:
            owner = group.create_task(own())
            await server.let_in()
            await asyncio.sleep(1)
            owner.cancel()
            await server.expect(Disconnect)
        assert owner.cancelled()

    run_in_loop_time(both())


def test_nothing_works_after_the_end() -> None:
    async def both() -> None:
        near, far = memory_pair()
        async with asyncio.TaskGroup() as group:
            group.create_task(ScriptedServer(far).let_in())
            async with MqttConnection(near, CONNECT) as client:
                pass
        with pytest.raises(LinkClosed):
            await client.publish("late", b"")

    run_in_loop_time(both())
