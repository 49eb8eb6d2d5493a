"""Whether a server would take a plug in, tried from here before the plug is told to go there."""

from __future__ import annotations

import asyncio
import secrets
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ownplug.core.errors import (
    ConnectionRefused,
    Forbidden,
    LinkError,
    Malformed,
    NameUnknown,
    PairingFailed,
    Unreachable,
    WireError,
)
from ownplug.core.identity import Uuid
from ownplug.core.meross import MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.login import device_client_id, device_login
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.mqtt import ProtocolLevel
from ownplug.core.secret import Secret
from ownplug.pairing.evidence import Cause, failure
from ownplug.pairing.home import GatewayAddress
from ownplug.pairing.tls_check import TlsFinding, check_tls
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint, open_mqtt
from ownplug.transport.tls import plug_context

_ALPHABET = string.ascii_letters + string.digits
_TAIL = 16
_ANSWER_S = 10.0  # a plug's own patience with its questions. Source: protocol notes, 4.5
_AFTER_START_S = 4  # a plug without time counts from 1970
_UNSET_CLOCK = {"clock": {"timestamp": _AFTER_START_S}}


def as_plug_would_be_called(uuid: Uuid) -> str:
    """A client id as a plug makes one; each is new."""
    return device_client_id(uuid, "".join(secrets.choice(_ALPHABET) for _ in range(_TAIL)))


async def check_server(server: GatewayAddress) -> TlsFinding:
    """Connect as a plug does, and end it after the TLS handshake.

    Raises:
        PairingFailed: a plug could not: its code is the cause.
        Unreachable: it cannot be reached from here, which need not mean that a plug cannot reach it.
    """
    try:
        found = await check_tls(server.host, server.port)
    except NameUnknown as error:
        raise failure(Cause.NAME_UNKNOWN, f"The server's name is not known here: {error}") from error
    except ConnectionRefused as error:
        raise failure(Cause.PORT_CLOSED, f"{error} Nothing listens there.") from error
    verdict = found.verdict
    if not verdict.is_tls:
        raise failure(Cause.NOT_TLS, f"{server} is no server for plugs. {verdict.sentence}")
    if verdict.remedy:
        raise PairingFailed(
            f"Plugs cannot speak TLS with {server}. {verdict.sentence}",
            code=Cause.TLS_REFUSED.code,
            hint=verdict.remedy,
        )
    return found


async def check_login(server: GatewayAddress, uuid: Uuid, *, user_id: str, key: Secret) -> None:
    """Log in as the plug does that will come, in MQTT 3.1; no topic is touched.

    Raises:
        PairingFailed: the server does not let it in.
        Unreachable: it cannot be reached from here.
    """
    async with _as_plug(server, uuid, user_id, key):
        return


async def check_answers(server: GatewayAddress, uuid: Uuid, *, user_id: str, key: Secret) -> None:
    """Log in as a plug, ask for the time as it does, and wait for the answer; a hub there takes the plug in.

    Raises:
        PairingFailed: the server does not let it in, or nobody answers it there.
        Unreachable: it cannot be reached from here.
    """
    inbox, outbox = device_inbox(uuid.text), device_outbox(uuid.text)
    maker = MessageMaker(key=key, sender=inbox, new_id=lambda: secrets.token_hex(16))
    question = maker.make(Method.PUSH, ns.SYSTEM_CLOCK, _UNSET_CLOCK, now_s=_AFTER_START_S)
    async with _as_plug(server, uuid, user_id, key) as connection:
        await connection.subscribe(inbox)
        await connection.publish(outbox, encode_message(question))
        with suppress(TimeoutError):
            async with asyncio.timeout(_ANSWER_S):
                async for _, payload in connection.messages():
                    if _is_answer(payload):
                        return
    raise failure(
        Cause.CLOCK_UNANSWERED, f"Nobody at {server} told this plug the time within {_ANSWER_S:g} s."
    )


def _is_answer(payload: bytes) -> bool:
    try:
        return decode_message(payload).namespace == ns.SYSTEM_CLOCK
    except Malformed:
        return False


@asynccontextmanager
async def _as_plug(
    server: GatewayAddress, uuid: Uuid, user_id: str, key: Secret
) -> AsyncIterator[MqttConnection]:
    login = device_login(uuid.mac, user_id, key)
    try:
        async with open_mqtt(
            MqttEndpoint(host=server.host, port=server.port, tls=plug_context()),
            client_id=as_plug_would_be_called(uuid),
            username=login.username,
            password=login.password,
            level=ProtocolLevel.MQTT_3_1,
        ) as connection:
            yield connection
    except Forbidden as error:
        raise failure(
            Cause.LOGIN_REFUSED, f"{server} refuses the login that this plug will have: {error}"
        ) from error
    except Unreachable:
        raise
    except (LinkError, WireError) as error:
        raise failure(
            Cause.LOGIN_REFUSED, f"{server} lets nobody in as a plug comes, by MQTT 3.1: {error}"
        ) from error
