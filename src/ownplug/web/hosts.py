"""Whether a request came to a name of ours, and from a page of ours.

A browser lets any page send requests to any address. What a page cannot forge is the Host that was called
(so a name that an attacker points at this machine is recognised: DNS rebinding) and the Origin of the page
that calls.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ownplug.core.errors import UsageError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")

_AUTHORITY = re.compile(
    r"(?P<name>[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?", re.ASCII
)
_UNSAID_PORTS = frozenset({80, 443})  # browsers leave the usual port of http and https out


@dataclass(frozen=True, slots=True)
class Authority:
    """A name or an address, and the port if one is said."""

    name: str
    port: int | None = None


def parse_authority(text: str) -> Authority | None:
    """Read `name`, `name:port`, `[v6]` or `[v6]:port`; None for anything else."""
    found = _AUTHORITY.fullmatch(text.lower())
    if found is None:
        return None
    name = found["name"]
    if name.startswith("["):
        try:
            name = f"[{ipaddress.IPv6Address(name[1:-1]).compressed}]"
        except ValueError:
            return None
    port = int(found["port"]) if found["port"] is not None else None
    return None if port is not None and not 0 < port < 65536 else Authority(name, port)


def allowed_authorities(bound_host: str, configured: Iterable[str]) -> frozenset[Authority]:
    """Return every authority that requests may name: loopback, the address we listen on, what is configured.

    Raises:
        UsageError: an entry is neither `name` nor `name:port`.
    """
    found = {Authority(name) for name in LOOPBACK_NAMES}
    bound = parse_authority(f"[{bound_host}]" if ":" in bound_host else bound_host)
    if bound is not None and bound.name not in {"0.0.0.0", "[::]"}:  # noqa: S104 - compared, not listened on
        found.add(bound)
    for text in configured:
        entry = parse_authority(text.strip())
        if entry is None:
            raise UsageError(
                f"{text!r} is not a host name.", hint="Write plugs.example.org or plugs.example.org:443."
            )
        found.add(entry)
    return frozenset(found)


def is_allowed_host(host: str, allowed: frozenset[Authority], server: tuple[str, int | None] | None) -> bool:
    """Whether a Host header names us: by a name of ours, or by the very address at which the request came in.

    Args:
        host: the header.
        allowed: our names; one without a port stands for that of `server`.
        server: address and port at which the request came in; no name that leads here can pass for the address.
    """
    called = parse_authority(host)
    if called is None:
        return False
    address, port = server or ("", None)
    own = _authority_of(address)
    return any(_matches(called, entry, port or 0) for entry in (allowed if own is None else {*allowed, own}))


def is_allowed_origin(
    origin: str, allowed: frozenset[Authority], server: tuple[str, int | None] | None
) -> bool:
    """Whether an Origin header is a page that we served ourselves; `null` is not."""
    scheme, separator, authority = origin.partition("://")
    return bool(separator) and scheme in {"http", "https"} and is_allowed_host(authority, allowed, server)


def _authority_of(address: str) -> Authority | None:
    """How a request names the address at which it came in, also where a socket of IPv6 took it in by IPv4."""
    plain = address.removeprefix("::ffff:") if "." in address else address
    return parse_authority(f"[{plain}]" if ":" in plain else plain)


def _matches(called: Authority, entry: Authority, own_port: int) -> bool:
    port = own_port if entry.port is None else entry.port
    return called.name == entry.name and (
        called.port == port or (called.port is None and port in _UNSAID_PORTS)
    )
