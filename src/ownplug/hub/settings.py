"""How the hub behaves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """Settings of the hub; the file's section `[hub]`."""

    timezone: str = "UTC"
    """The owner's zone as an IANA name. Plugs that have none are given it; without one, newer meters read 0."""

    request_timeout_s: float = 5.0
    """How long a plug may take to answer, in seconds. Real plugs answer in tenths; a busy radio takes a few."""

    reading_interval_s: float = 10.0
    """How often an online plug is asked for its power, in seconds: plugs never tell it by themselves."""

    http_fallback: bool = False
    """Whether a plug that is not connected may be reached by plain HTTP. Off: HTTP on the home's network is
    neither secret nor proof of who answers."""
