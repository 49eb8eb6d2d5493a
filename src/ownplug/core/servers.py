"""MQTT servers as people name them."""

from __future__ import annotations

from urllib.parse import urlsplit

from ownplug.core.errors import UsageError

_USUAL_PORT = 8883


def parse_server(url: str) -> tuple[str, int]:
    """Read `mqtts://HOST:PORT`; without a port it is the usual one.

    Raises:
        UsageError: it is something else.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is not the URL of an MQTT server.") from error
    if parts.scheme != "mqtts" or not host:
        raise UsageError(
            f"{url!r} is not mqtts://HOST:PORT.", hint="Plugs speak MQTT over TLS and nothing else."
        )
    return host, port or _USUAL_PORT
