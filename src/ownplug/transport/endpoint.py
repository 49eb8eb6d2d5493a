"""Where something listens, as people write it, and why it cannot."""

from __future__ import annotations

import errno
import ipaddress
import socket

from ownplug.core.errors import Conflict, OwnplugError, UsageError

# Reserved for documentation (RFC 5737): asking the system for the way there sends nothing.
_FAR_AWAY = ("192.0.2.1", 9)


def parse_endpoint(text: str, option: str) -> tuple[str, int]:
    """Read HOST:PORT; an IPv6 address stands in brackets.

    Args:
        text: what was set.
        option: its name, for the error.

    Raises:
        UsageError: it is not HOST:PORT.
    """
    host, colon, port = text.rpartition(":")
    is_bare_ipv6 = ":" in host and not (host.startswith("[") and host.endswith("]"))
    if not colon or not host or is_bare_ipv6 or not (port.isascii() and port.isdigit()) or int(port) > 0xFFFF:
        raise UsageError(
            f"{option} {text!r} is not HOST:PORT.", hint="Write it as 0.0.0.0:8883, or [::]:8883 for IPv6."
        )
    return host.strip("[]"), int(port)


def authority(host: str, port: int) -> str:
    """Return host and port as a URL has them: an IPv6 address stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_address(text: str) -> bool:
    """Whether that is an IP address, and not a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_ipv4(text: str) -> bool:
    """Whether that is an IPv4 address."""
    return is_address(text) and ":" not in text


def listen_failure(error: OSError, endpoint: str, option: str) -> OwnplugError:
    """Say why nothing can listen at `endpoint`, which `option` set."""
    if error.errno == errno.EADDRINUSE:
        port = endpoint.rpartition(":")[2]
        return Conflict(
            f"Port {port} is taken by another program.",
            hint=f"Stop it, or choose another port with {option} HOST:PORT.",
        )
    if error.errno == errno.EACCES:
        return UsageError(
            f"This user may not listen at {endpoint}: {error.strerror or error}.",
            hint=f"Choose a port above 1023 with {option} HOST:PORT, or grant the right to this one: "
            "AmbientCapabilities=CAP_NET_BIND_SERVICE in a systemd unit.",
        )
    return UsageError(
        f"Cannot listen at {endpoint}: {error.strerror or error}.",
        hint=f"Choose an address of this machine and a port above 1023 with {option} HOST:PORT.",
    )


def own_address() -> str:
    """The address by which the local network sees this machine; loopback where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR_AWAY)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def is_own_address(host: str) -> bool:
    """Whether this machine has that address, or the one that this name stands for; may ask a name server."""
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return False
    return any(_can_bind(family, address) for family, _, _, _, address in found)


def _can_bind(family: int, address: tuple[object, ...]) -> bool:
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(address)
        except OSError:
            return False
    return True
