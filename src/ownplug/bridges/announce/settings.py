"""Whether the hub may be found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceSettings:
    """Settings of being found by mDNS; the file's section `[announce]`."""

    enabled: bool = False
    """Whether the network is told by mDNS where the hub's page and its MQTT server are. Nothing secret is told, and
    what only this machine reaches is not."""
