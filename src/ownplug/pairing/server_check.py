"""Whether a server would take a plug in, tried from here before the plug is told to go there."""

from __future__ import annotations

import secrets
import string

from ownplug.core.errors import (
    ConnectionRefused,
    Forbidden,
    LinkError,
    NameUnknown,
    PairingFailed,
    Unreachable,
    WireError,
)
from ownplug.core.identity import Uuid
from ownplug.core.meross.login import device_client_id, device_login
from ownplug.core.mqtt import ProtocolLevel
from ownplug.core.secret import Secret
from ownplug.pairing.evidence import Cause, failure
from ownplug.pairing.home import GatewayAddress
from ownplug.pairing.tls_check import TlsFinding, check_tls
from ownplug.transport.mqtt import MqttEndpoint, open_mqtt
from ownplug.transport.tls import plug_context

_ALPHABET = string.ascii_letters + string.digits
_TAIL = 16


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
    login = device_login(uuid.mac, user_id, key)
    try:
        async with open_mqtt(
            MqttEndpoint(host=server.host, port=server.port, tls=plug_context()),
            client_id=as_plug_would_be_called(uuid),
            username=login.username,
            password=login.password,
            level=ProtocolLevel.MQTT_3_1,
        ):
            return
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
