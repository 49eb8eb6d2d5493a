"""Where the web interface listens and which names it answers to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Settings of the web interface; the file's section `[web]`."""

    host: str = "127.0.0.1"
    """Address or name to listen on. Loopback by default: to be reached from the home's network is the owner's
    decision, not ours. 0.0.0.0 is every address of this machine."""

    port: int = 8480
    """TCP port; 0 takes any free one."""

    allowed_hosts: tuple[str, ...] = ()
    """Names to answer to besides loopback and this machine's addresses, as `name` or `name:port` (without a port: the
    port above). A page of any other name cannot reach the hub through a visitor's browser."""

    https: Literal["auto", "on", "off"] = "auto"
    """Whether to speak HTTPS, with a certificate of the home's own CA. `auto` does so wherever others than this machine
    can listen in; `off` is for a proxy in front that does it."""

    @property
    def is_https(self) -> bool:
        """Whether HTTPS is spoken."""
        return self.https == "on" or (self.https == "auto" and not _is_loopback(self.host))

    def names(self) -> list[str]:
        """Return the names and addresses that a certificate for it should carry, besides this machine's own."""
        listening = [] if self.host in {"0.0.0.0", "::"} else [self.host]  # noqa: S104 - compared, not listened on
        return [*listening, *(host.rpartition(":")[0] or host for host in self.allowed_hosts)]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
