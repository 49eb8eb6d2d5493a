"""Whether plugs are shown to Apple's Home, and where."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.errors import UsageError
from ownplug.transport.endpoint import is_ipv4

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - refused: it would be told to others


@dataclass(frozen=True, slots=True, kw_only=True)
class HomekitSettings:
    """Settings of plugs in Apple's Home; the file's section `[homekit]`."""

    enabled: bool = False
    """Whether they are shown: docs/bridges/homekit.md. Needs `pip install 'ownplug[homekit]'`."""

    port: int = 51826
    """TCP port; 0 takes any free one. A fixed one is for a firewall that has to let it through."""

    address: str = ""
    """The address of this machine at which Apple's devices reach the bridge, and at whose network it is announced by
    mDNS. Empty: the address by which the local network sees this machine."""

    def __post_init__(self) -> None:
        if self.address and (not is_ipv4(self.address) or self.address == _EVERYWHERE):
            raise UsageError(
                f"homekit.address {self.address[:80]!r} is no IPv4 address of a machine.",
                hint="Write it as 192.168.1.10.",
            )
        if self.port > 0xFFFF:
            raise UsageError(f"homekit.port {self.port} is no port.", hint="It is a number up to 65535.")
