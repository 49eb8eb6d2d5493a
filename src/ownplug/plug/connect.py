"""From a URL to a plug: which link it means, and what that link needs to know.

http://192.168.1.50                      the plug itself
mqtts://192.168.1.10:8883/<uuid>         through an MQTT server (mqtt:// without TLS)
hub+http://127.0.0.1:8480/kettle         through a hub (hub+https:// with TLS)
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.core.meross.login import Login
from ownplug.core.secret import Secret
from ownplug.plug.link import Link
from ownplug.plug.links.http import HttpLink
from ownplug.plug.links.hub import HubLink
from ownplug.plug.links.mqtt import MqttLink
from ownplug.plug.plug import Plug
from ownplug.transport.mqtt import MqttEndpoint
from ownplug.transport.tls import client_context

_FORMS = (
    "Write http://192.168.1.50 for a plug, mqtts://HOST:8883/UUID through an MQTT server, "
    "or hub+http://127.0.0.1:8480/PLUG through a hub."
)
_MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Means:
    """What a link may need beside its URL."""

    key: Secret | None
    user_id: str
    ca: Path | None
    uuid: str
    token: Secret | None
    timeout_s: float


@asynccontextmanager
async def connect(
    url: str,
    *,
    key: Secret | str | None = None,
    user_id: str = "",
    ca: Path | str | None = None,
    uuid: str = "",
    token: Secret | str | None = None,
    timeout_s: float = 10.0,
) -> AsyncIterator[Plug]:
    """Open a way to one plug for as long as the `async with` lasts.

    Args:
        url: one of the forms above.
        key: the key of the plug; not needed through a hub.
        user_id: the user id of the plug's home; needed for an MQTT server without users of its own. A server
            that has some takes them in the URL: `mqtts://NAME:PASSWORD@HOST/UUID`.
        ca: file with the certificate that the MQTT server's or the hub's is checked against; the system's
            otherwise.
        uuid: the plug, for an MQTT server whose URL does not name it.
        token: the login to a hub.
        timeout_s: patience with one request; a hub has its own.

    Raises:
        UsageError: not such a URL, or something is missing for it.
        LinkError, Forbidden, WireError: the MQTT server cannot be reached or refuses the login. That a plug or
            hub cannot be reached shows at the first request.
    """
    means = _Means(
        key=_secret(key),
        user_id=user_id,
        ca=Path(ca) if ca else None,
        uuid=uuid,
        token=_secret(token),
        timeout_s=timeout_s,
    )
    async with _link(url, means) as link:
        yield Plug(link)


def _link(url: str, means: _Means) -> AbstractAsyncContextManager[Link]:
    parts = _parts(url)
    match parts.scheme:
        case "http":
            return HttpLink(url, key=_needed(means.key, "key"), timeout_s=means.timeout_s)
        case "mqtt" | "mqtts":
            return _mqtt_link(parts, means)
        case "hub+http" | "hub+https":
            return _hub_link(parts, means)
    raise UsageError(f"A URL of a plug does not begin with {parts.scheme}://.", hint=_FORMS)


def _parts(url: str) -> SplitResult:
    """Split a URL; what it says is not repeated in errors, since it may hold a password."""
    try:
        parts = urlsplit(url)
        complete = parts.scheme and parts.hostname and parts.port != 0
    except ValueError as error:
        raise UsageError("That is not a URL of a plug.", hint=_FORMS) from error
    if not complete:
        raise UsageError("That is not a URL of a plug.", hint=_FORMS)
    return parts


def _mqtt_link(parts: SplitResult, means: _Means) -> MqttLink:
    login = _login(parts)
    user_id = means.user_id or ("0" if login else "")
    if not (user_id.isascii() and user_id.isalnum()):
        raise UsageError("The user id of the plug's home is missing, or is not one: user_id=…")
    return MqttLink(
        MqttEndpoint(
            host=parts.hostname or "",
            port=parts.port or _MQTT_PORTS[parts.scheme],
            tls=_tls(parts, means.ca),
        ),
        uuid=_uuid(parts, means.uuid),
        user_id=user_id,
        key=_needed(means.key, "key"),
        login=login,
        timeout_s=means.timeout_s,
    )


def _hub_link(parts: SplitResult, means: _Means) -> HubLink:
    plug = unquote(parts.path.strip("/"))
    if not plug or "@" in parts.netloc:
        raise UsageError("The URL names no plug of the hub.", hint=_FORMS)
    url = f"{parts.scheme.removeprefix('hub+')}://{parts.netloc}"
    return HubLink(url, plug, token=_needed(means.token, "token"), ca=means.ca)


def _login(parts: SplitResult) -> Login | None:
    if parts.username is None:
        return None
    return Login(username=unquote(parts.username), password=Secret(unquote(parts.password or "")))


def _tls(parts: SplitResult, ca: Path | None) -> ssl.SSLContext | None:
    return client_context(ca) if parts.scheme == "mqtts" else None


def _uuid(parts: SplitResult, uuid: str) -> Uuid:
    named = {Uuid.parse(text) for text in (parts.path.strip("/"), uuid) if text}
    if not named:
        raise UsageError("Which plug? The URL ends in its uuid, or uuid=… names it.", hint=_FORMS)
    if len(named) > 1:
        raise UsageError("The URL and uuid=… name two different plugs.")
    return named.pop()


def _needed(secret: Secret | None, name: str) -> Secret:
    if secret is None:
        raise UsageError(f"For this URL the {name} is needed: {name}=…")
    return secret


def _secret(text: Secret | str | None) -> Secret | None:
    return Secret(text) if isinstance(text, str) else text
