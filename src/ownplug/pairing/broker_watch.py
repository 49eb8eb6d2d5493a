"""Watching, on somebody else's MQTT server, how a plug comes home there, and whether anybody answers it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace

from ownplug.aio import beside
from ownplug.core.errors import Forbidden, LinkBroken, LinkError, Malformed, UsageError, WireError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, Method, decode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.login import Login, app_login
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.secret import Secret
from ownplug.pairing.evidence import Sight
from ownplug.pairing.home import GatewayAddress
from ownplug.plug import Link, MqttLink
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint, open_mqtt
from ownplug.transport.tls import modern_context

_UNTOLD = "an address that the server does not tell"
_REQUEST_S = 3.0  # a plug that is not at home yet does not answer


class BrokerHost:
    """A foreign MQTT server as pairing sees it: `open_broker_host` makes one.

    Args:
        endpoint: the server.
        user_id: the home's user id.
        key: the home's key.
        login: as whom we watch.
    """

    def __init__(self, endpoint: MqttEndpoint, *, user_id: str, key: Secret, login: Login) -> None:
        self._endpoint = endpoint
        self._user_id = user_id
        self._key = key
        self._login = login
        self._sight = Sight(answers_clock=False, answers_bind=False)
        self._lost: LinkError | None = None

    async def look(self, uuid: Uuid) -> Sight:
        """See `ownplug.pairing.Host`."""
        if self._lost is not None:  # what was seen so far would be taken for all there was to see
            raise self._lost
        return self._sight

    def reach(self, uuid: Uuid) -> AbstractAsyncContextManager[Link]:
        """See `ownplug.pairing.Host`."""
        return MqttLink(
            self._endpoint,
            uuid=uuid,
            user_id=self._user_id,
            key=self._key,
            login=self._login,
            timeout_s=_REQUEST_S,
        )

    async def listen(self, connection: MqttConnection, uuid: Uuid) -> None:
        """Take in what is said to the plug and by it; returns when the connection ends."""
        inbox = device_inbox(uuid.text)
        try:
            async for topic, payload in connection.messages():
                self._hear(payload, is_answer=topic == inbox)
        except (LinkError, WireError) as error:
            reason = f": {error}"
        else:
            reason = "."
        self._lost = LinkBroken(
            f"The server ended the connection by which the plug was watched{reason}",
            hint="The plug was told to go there, and may be there: ask it, or pair it again.",
        )

    def _hear(self, payload: bytes, *, is_answer: bool) -> None:
        try:
            message = decode_message(payload)
        except Malformed:
            return
        self._sight = _answered(self._sight, message) if is_answer else _said(self._sight, message)


@asynccontextmanager
async def open_broker_host(
    server: GatewayAddress, uuid: Uuid, *, user_id: str, key: Secret, login: Login | None = None
) -> AsyncIterator[BrokerHost]:
    """Watch `server` for a plug that is told to come.

    Args:
        server: where it is told to go.
        uuid: the plug.
        user_id: the home's user id.
        key: the home's key.
        login: a user of that server who may read the plug's topics; without one, the home's own.

    Raises:
        UsageError: the server lets us not read what the plug says.
        LinkError, WireError: it cannot be reached, or speaks something else.
    """
    endpoint = MqttEndpoint(host=server.host, port=server.port, tls=modern_context())
    login = login or app_login(user_id, key)
    host = BrokerHost(endpoint, user_id=user_id, key=key, login=login)
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(
                open_mqtt(
                    endpoint,
                    client_id=f"ownplug-pair-{secrets.token_hex(8)}",
                    username=login.username,
                    password=login.password,
                )
            )
            for topic in (device_outbox(uuid.text), device_inbox(uuid.text)):
                await connection.subscribe(topic)
        except Forbidden as error:
            raise UsageError(
                f"{server} does not let us watch the plug come home: {error}",
                hint="Name a user of that server who may read the plug's topics: --mqtt-user and --mqtt-password.",
            ) from error
        await stack.enter_async_context(beside(host.listen(connection, uuid), name=f"watch {uuid}"))
        yield host


def _said(sight: Sight, message: Message) -> Sight:
    """What the plug said of its own accord."""
    sight = replace(sight, address=_UNTOLD)
    match (message.namespace, message.method):
        case (ns.SYSTEM_CLOCK, Method.PUSH):
            return replace(sight, clock_questions=sight.clock_questions + 1)
        case (ns.CONTROL_BIND, Method.SET):
            return replace(sight, binds=sight.binds + 1)
        case (ns.CONTROL_BIND, Method.PUSH):  # older firmware, which wants no answer
            return replace(sight, binds=max(sight.binds, 1), answers_bind=None)
        case (ns.CONTROL_CONSUMPTION_CONFIG, Method.PUSH):
            return replace(sight, has_told_meter=True)
        case _:
            return sight


def _answered(sight: Sight, message: Message) -> Sight:
    """What somebody said to it."""
    match (message.namespace, message.method):
        case (ns.SYSTEM_CLOCK, Method.PUSH):
            return replace(sight, answers_clock=True)
        case (ns.CONTROL_BIND, Method.SETACK):
            return replace(sight, answers_bind=True)
        case _:
            return sight
