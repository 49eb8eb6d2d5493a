"""Where the web interface listens and which names it answers to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Settings of the web interface; the file's section `[web]`."""

    host: str = "127.0.0.1"
    """Address or name to listen on. Loopback by default: the interface speaks plain HTTP, so the home's
    network is somebody's choice, not ours."""

    port: int = 8480
    """TCP port; 0 takes any free one."""

    allowed_hosts: tuple[str, ...] = ()
    """Names to answer to besides loopback and `host`, as `name` or `name:port` (without a port: the port
    above). A page of any other name cannot reach the hub through a visitor's browser."""
