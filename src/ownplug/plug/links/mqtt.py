"""Through an MQTT server, as a program of the home does it: ask the plug's inbox, hear on a topic of our own.

Source: captures and published programs (protocol notes, 4.2 to 4.4).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

from ownplug.aio import Broadcast, Clock, Subscription, SystemClock
from ownplug.core.errors import Forbidden, LinkClosed, LinkTimeout, Malformed, OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross.login import Login, app_login
from ownplug.core.meross.topics import app_inbox, app_reply_inbox, device_inbox, device_outbox
from ownplug.core.secret import Secret
from ownplug.plug.link import check_reply
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint, open_mqtt

TIMEOUT_S = 10.0
"""From the question to the answer. A plug answers within a second; one on a weak Wi-Fi takes several."""

_PUSH_BACKLOG = 256

log = logging.getLogger(__name__)


class MqttLink:
    """A link to one plug through an MQTT server: `async with MqttLink(...) as link`.

    It ends with its connection; who wants another opens another.

    Args:
        endpoint: the MQTT server.
        uuid: the plug.
        user_id: the home's user id, part of the topics that its programs listen on.
        key: the key of the plug; also makes the login.
        login: for a server that has users of its own.
        timeout_s: patience with one request.
        clock: dates requests.
    """

    def __init__(
        self,
        endpoint: MqttEndpoint,
        *,
        uuid: Uuid,
        user_id: str,
        key: Secret,
        login: Login | None = None,
        timeout_s: float = TIMEOUT_S,
        clock: Clock | None = None,
    ) -> None:
        app_id = secrets.token_hex(16)
        self._endpoint = endpoint
        self._uuid = uuid
        self._user_id = user_id
        self._key = key
        self._login = login or app_login(user_id, key)
        self._timeout_s = timeout_s
        self._clock = clock or SystemClock()
        self._client_id = f"app:{app_id}"
        self._replies = app_reply_inbox(user_id, app_id)
        self._maker = MessageMaker(key=key, sender=self._replies, new_id=lambda: secrets.token_hex(16))
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._pushes: Broadcast[Message] = Broadcast()
        self._ended: OwnplugError | None = None
        self._connection: MqttConnection | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Connect, log in and listen.

        Raises:
            LinkError: the server cannot be reached.
            Forbidden: it refuses the login, or does not let it hear replies.
            WireError: what listens there speaks no MQTT.
        """
        async with AsyncExitStack() as stack:
            connection = await stack.enter_async_context(
                open_mqtt(
                    self._endpoint,
                    client_id=self._client_id,
                    username=self._login.username,
                    password=self._login.password,
                    timeout_s=self._timeout_s,
                )
            )
            await connection.subscribe(self._replies)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            reader = tasks.create_task(self._read(connection), name=f"read {self._client_id}")
            stack.callback(reader.cancel)
            self._connection = connection
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """See `Link.close`."""
        self._end(LinkClosed("The link to the plug was closed by this side."))
        await self._stack.aclose()

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        """See `Link.request`; several may be under way at a time."""
        connection = self._opened()
        request = self._maker.make(method, namespace, payload, now_s=self._clock.now().timestamp())
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[request.header.message_id] = answer
        late = asyncio.timeout(self._timeout_s)
        try:
            async with late:
                await connection.publish(device_inbox(self._uuid.text), encode_message(request))
                reply = await answer
        except TimeoutError as error:
            if not late.expired():
                raise
            raise LinkTimeout(
                f"The plug did not answer {namespace} within {self._timeout_s:g} seconds.",
                hint="It may be offline, use another server, or not know this request.",
            ) from error
        finally:
            del self._waiting[request.header.message_id]
        check_reply(request, reply, self._key)
        return reply

    @asynccontextmanager
    async def pushes(self) -> AsyncIterator[AsyncIterator[Message]]:
        """Hear what the plug says unasked, from the moment that the `async with` begins.

        The iterator gives signed messages only. It ends by raising what ended the link.

        Raises:
            Forbidden: the server lets this login hear neither the plug nor the home's programs.
            LinkError: the connection ended.
        """
        connection = self._opened()
        with self._pushes.subscribe(limit=_PUSH_BACKLOG) as heard:
            await self._listen(connection)
            yield self._until_ended(heard)

    async def _listen(self, connection: MqttConnection) -> None:
        """A hub copies pushes to the home's topic; another server has them on the plug's own only."""
        try:
            await connection.subscribe(device_outbox(self._uuid.text))
        except Forbidden:
            await connection.subscribe(app_inbox(self._user_id))

    async def _until_ended(self, heard: Subscription[Message]) -> AsyncIterator[Message]:
        async for message in heard:
            yield message
        if self._ended is not None:
            raise self._ended

    async def _read(self, connection: MqttConnection) -> None:
        try:
            async for topic, payload in connection.messages():
                self._receive(topic, payload)
        except OwnplugError as error:
            self._end(error)

    def _receive(self, topic: str, payload: bytes) -> None:
        try:
            message = decode_message(payload)
        except Malformed as error:
            log.debug("not a message on %s: %s", topic, error)
            return
        answer = self._waiting.get(message.header.message_id)
        if answer is not None:
            if topic == self._replies and not answer.done():
                answer.set_result(message)
        elif self._is_push(topic, message):
            self._pushes.publish(message)

    def _is_push(self, topic: str, message: Message) -> bool:
        comes_from_plug = (
            topic == device_outbox(self._uuid.text)
            or message.header.sender == device_outbox(self._uuid.text)
            or message.header.uuid == self._uuid.text
        )
        is_push = message.method in {Method.PUSH, Method.SET}
        return comes_from_plug and is_push and topic != self._replies and message.is_signed(self._key)

    def _opened(self) -> MqttConnection:
        if self._ended is not None:
            raise self._ended
        if self._connection is None:
            raise LinkClosed("The link to the plug is not open.", hint="Use it inside `async with`.")
        return self._connection

    def _end(self, reason: OwnplugError) -> None:
        self._ended = self._ended or reason
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(self._ended)
        self._pushes.close()
