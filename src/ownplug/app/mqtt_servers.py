"""MQTT servers that somebody else runs, as the settings name them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from ownplug.core.errors import UsageError
from ownplug.core.meross.login import Login
from ownplug.core.secret import Secret
from ownplug.transport.mqtt import MqttEndpoint
from ownplug.transport.tls import client_context

_PORTS = {"mqtts": 8883, "mqtt": 1883}


def endpoint_of(url: str, *, ca: str) -> MqttEndpoint:
    """Read `mqtts://HOST:PORT` or `mqtt://HOST:PORT`; without a port it is the usual one.

    Args:
        url: where the server is.
        ca: the file with the CA of its certificate; empty: what this system trusts.

    Raises:
        UsageError: it is something else, or the file is no certificate.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is not the URL of an MQTT server.") from error
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise UsageError(
            f"{url!r} is not mqtts://HOST:PORT.",
            hint="Without TLS it is mqtt://; a login has a file of its own.",
        )
    tls = client_context(Path(ca) if ca else None) if parts.scheme == "mqtts" else None
    return MqttEndpoint(host=host, port=port or _PORTS[parts.scheme], tls=tls)


def login_in(file: str) -> Login:
    """Read a user name and a password, a line each.

    Raises:
        UsageError: it cannot be read, or is something else.
    """
    hint = "It has the user name in its first line and the password in its second."
    try:
        lines = Path(file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The login file {file} cannot be read: {error}.", hint=hint) from error
    if len(lines) != 2 or not all(lines):
        raise UsageError(f"The login file {file} does not have two lines.", hint=hint)
    username, password = lines
    return Login(username=username, password=Secret(password))
