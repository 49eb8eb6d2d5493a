"""Where the vendor's HTTP interface is served."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.transport.endpoint import parse_endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudSettings:
    """Settings of the vendor's HTTP interface, for programs written for the vendor's cloud; section `[cloud]`."""

    listen: str = ""
    """HOST:PORT at which it is served over HTTPS; empty is off. Programs that cannot be told a port want 443."""

    names: tuple[str, ...] = ()
    """Host names for the server's certificate, for programs that have one built in and reach this machine by it, such
    as `iotx.meross.com`. They must be led here by your name server; nothing is asked of the vendor."""

    def __post_init__(self) -> None:
        if self.listen:
            parse_endpoint(self.listen, "cloud.listen")
