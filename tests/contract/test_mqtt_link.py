"""A program of the home on an MQTT server: pushes, forgeries, and servers that end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest

from ownplug.core.errors import (
    BadSignature,
    Forbidden,
    LinkBroken,
    LinkClosed,
    LinkError,
    LinkTimeout,
    Unreachable,
)
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, Method, decode_message, encode_message
from ownplug.core.meross.topics import app_inbox, device_outbox, is_app_topic_of
from ownplug.core.secret import Secret
from ownplug.plug import MqttLink, connect
from ownplug.testing.recorded_plug import KEY, RecordedPlug
from ownplug.testing.recordings import UUID
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint

ALL, TOGGLE_X = "Appliance.System.All", "Appliance.Control.ToggleX"
USER_ID = "10001"
OTHER_UUID = "1811081234567825182734298f1a2b3c"
PUSHED = {"togglex": [{"channel": 0, "onoff": 1, "lmTime": 1}]}

OpenServer = Callable[..., AbstractAsyncContextManager[MqttEndpoint]]
PlugOnMqtt = Callable[[RecordedPlug, MqttEndpoint], AbstractAsyncContextManager[MqttConnection]]


def link_to(endpoint: MqttEndpoint, *, key: Secret = KEY, timeout_s: float = 30.0) -> MqttLink:
    return MqttLink(endpoint, uuid=Uuid(UUID), user_id=USER_ID, key=key, timeout_s=timeout_s)


class AppRights:
    """What our hub lets a program of the home do: hear its own topics, speak to its plugs."""

    def may_subscribe(self, topic_filter: str) -> bool:
        return is_app_topic_of(topic_filter, USER_ID)

    def may_publish(self, topic: str) -> bool:
        return topic.endswith("/subscribe")


async def first(messages: AsyncIterator[Message]) -> Message:
    async with asyncio.timeout(30):
        return await anext(messages)


async def test_a_push_is_heard_on_a_server_without_a_hub(
    mosquitto: OpenServer, plug_on_mqtt: PlugOnMqtt, recorded_plug: RecordedPlug
) -> None:
    async with (
        mosquitto() as endpoint,
        plug_on_mqtt(recorded_plug, endpoint) as plug,
        link_to(endpoint) as link,
        link.pushes() as pushes,
    ):
        await plug.publish(device_outbox(UUID), recorded_plug.push(TOGGLE_X, PUSHED))
        push = await first(pushes)
    assert (push.namespace, push.method, push.data()) == (TOGGLE_X, "PUSH", PUSHED)


async def test_a_push_is_heard_where_only_the_homes_own_topic_may_be_read(
    our_broker: OpenServer, plug_on_mqtt: PlugOnMqtt, recorded_plug: RecordedPlug
) -> None:
    async with (
        our_broker(AppRights()) as endpoint,
        plug_on_mqtt(recorded_plug, endpoint) as plug,
        link_to(endpoint) as link,
        link.pushes() as pushes,
    ):
        await plug.publish(app_inbox(USER_ID), recorded_plug.push(TOGGLE_X, PUSHED))
        assert (await first(pushes)).data() == PUSHED
        assert (await link.request(Method.GET, ALL, {})).method == "GETACK"


async def test_only_signed_pushes_of_this_plug_are_heard(
    our_broker: OpenServer, plug_on_mqtt: PlugOnMqtt, recorded_plug: RecordedPlug
) -> None:
    stranger = RecordedPlug([], uuid=OTHER_UUID)
    forger = RecordedPlug([], key=Secret("another"))
    async with (
        our_broker(AppRights()) as endpoint,
        plug_on_mqtt(recorded_plug, endpoint) as plug,
        link_to(endpoint) as link,
        link.pushes() as pushes,
    ):
        for noise in (b"", b"\xff", b"[" * 100_000, b"{}", stranger.push(ALL, {}), forger.push(ALL, {})):
            await plug.publish(app_inbox(USER_ID), noise)
        await plug.publish(app_inbox(USER_ID), recorded_plug.push(TOGGLE_X, PUSHED))
        assert (await first(pushes)).namespace == TOGGLE_X


async def test_an_answer_that_somebody_else_signed_is_not_taken(
    our_broker: OpenServer,
    plug_on_mqtt: PlugOnMqtt,
    recorded_plug: RecordedPlug,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = recorded_plug.answer

    def forged(data: bytes) -> bytes | None:
        said = json.loads(answer(data) or b"")
        said["header"]["sign"] = "0" * 32
        return json.dumps(said).encode()

    monkeypatch.setattr(recorded_plug, "answer", forged)
    async with (
        our_broker() as endpoint,
        plug_on_mqtt(recorded_plug, endpoint),
        link_to(endpoint) as link,
    ):
        with pytest.raises(BadSignature):
            await link.request(Method.GET, ALL, {})


async def test_a_reply_on_a_topic_that_others_may_write_answers_nothing(
    our_broker: OpenServer,
    plug_on_mqtt: PlugOnMqtt,
    recorded_plug: RecordedPlug,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer, aside = recorded_plug.answer, asyncio.Queue[bytes]()

    def keep_aside(data: bytes) -> None:
        aside.put_nowait(answer(data) or b"")

    monkeypatch.setattr(recorded_plug, "answer", keep_aside)
    async with (
        our_broker() as endpoint,
        plug_on_mqtt(recorded_plug, endpoint) as plug,
        link_to(endpoint, timeout_s=0.5) as link,
        link.pushes(),
        asyncio.TaskGroup() as group,
    ):
        asking = group.create_task(_outcome(link))
        await plug.publish(device_outbox(UUID), await aside.get())
        assert isinstance(await asking, LinkTimeout)


async def _outcome(link: MqttLink) -> Message | LinkError:
    try:
        return await link.request(Method.GET, ALL, {})
    except LinkError as error:
        return error


async def test_a_plug_that_is_not_there_does_not_answer_in_time(our_broker: OpenServer) -> None:
    async with our_broker() as endpoint, link_to(endpoint, timeout_s=0.3) as link:
        with pytest.raises(LinkTimeout, match=r"Appliance.System.All within 0\.3 seconds") as caught:
            await link.request(Method.GET, ALL, {})
    assert "offline" in caught.value.hint


async def test_a_server_that_refuses_the_login_is_told_apart(our_broker: OpenServer) -> None:
    async with our_broker() as endpoint:
        with pytest.raises(Forbidden):
            async with link_to(endpoint, key=Secret("another")):
                pytest.fail("it was let in")


async def test_where_no_server_listens_it_is_unreachable(our_broker: OpenServer) -> None:
    async with our_broker() as endpoint:
        pass
    with pytest.raises(Unreachable):
        async with link_to(endpoint):
            pytest.fail("it was let in")


async def test_a_server_that_ends_fails_whoever_waits_and_whoever_listens(our_broker: OpenServer) -> None:
    async with AsyncExitStack() as server:
        endpoint = await server.enter_async_context(our_broker())
        async with link_to(endpoint) as link, link.pushes() as pushes:
            async with asyncio.TaskGroup() as group:
                asking = group.create_task(_outcome(link))
                await asyncio.sleep(0)
                await server.aclose()
            assert isinstance(asking.result(), LinkBroken)
            with pytest.raises(LinkBroken):
                await first(pushes)
            with pytest.raises(LinkBroken):
                await link.request(Method.GET, ALL, {})


async def test_closing_ends_the_wait_of_others(
    our_broker: OpenServer,
    plug_on_mqtt: PlugOnMqtt,
    recorded_plug: RecordedPlug,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = asyncio.Event()
    monkeypatch.setattr(recorded_plug, "answer", lambda _: asked.set())
    async with (
        our_broker() as endpoint,
        plug_on_mqtt(recorded_plug, endpoint),
        link_to(endpoint) as link,
        asyncio.TaskGroup() as group,
    ):
        asking = group.create_task(_outcome(link))
        await asked.wait()
        await link.close()
        assert isinstance(await asking, LinkClosed)


async def test_a_link_works_inside_async_with_only() -> None:
    with pytest.raises(LinkClosed, match="not open"):
        await link_to(MqttEndpoint(host="127.0.0.1", port=1)).request(Method.GET, ALL, {})


async def test_a_url_leads_through_an_mqtt_server_with_users_of_its_own(
    mosquitto: OpenServer, plug_on_mqtt: PlugOnMqtt, recorded_plug: RecordedPlug
) -> None:
    async with mosquitto() as endpoint, plug_on_mqtt(recorded_plug, endpoint):
        url = f"mqtt://me:p%40ss@127.0.0.1:{endpoint.port}/{UUID}"
        async with connect(url, key=KEY) as plug:
            assert await plug.is_on() is True
    assert recorded_plug.heard[0].header.sender.startswith("/app/0-")


async def test_a_url_leads_through_our_server_as_a_program_of_the_home(
    our_broker: OpenServer, plug_on_mqtt: PlugOnMqtt, recorded_plug: RecordedPlug
) -> None:
    async with our_broker(AppRights()) as endpoint, plug_on_mqtt(recorded_plug, endpoint):
        url = f"mqtt://127.0.0.1:{endpoint.port}"
        async with connect(url, key=KEY, user_id=USER_ID, uuid=UUID) as plug:
            assert await plug.is_on() is True
    request = decode_message(encode_message(recorded_plug.heard[0]))
    assert request.header.sender.startswith(f"/app/{USER_ID}-")
