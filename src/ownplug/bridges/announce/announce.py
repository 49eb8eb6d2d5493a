"""What is told of the hub, under the names that are registered for it (IANA's list of service names)."""

from __future__ import annotations

import asyncio
import logging
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from ownplug import __version__
from ownplug.hub import HomeView
from ownplug.transport.endpoint import is_address, own_address
from ownplug.transport.neighbourhood import Service, announced

log = logging.getLogger(__name__)

_PAGE = ("_ownplug._tcp.local.", "_https._tcp.local.")
_MQTT_OVER_TLS, _MQTT = "_secure-mqtt._tcp.local.", "_mqtt._tcp.local."


async def announce(home: HomeView) -> None:
    """Tell the network what the hub offers, until it is cancelled.

    Raises:
        OwnplugError: the network cannot be told.
    """
    services = offered(home)
    if not services:
        log.warning("Nothing is announced: the hub's page and its MQTT server are for this machine only")
        return
    machine = socket.gethostname().partition(".")[0] or "hub"
    async with announced(
        services,
        name=f"ownplug on {machine}",
        host=f"ownplug-{machine}",  # the machine's own name is told by its own system
        addresses=[_address(home)],
    ):
        log.info("Announced by mDNS: %s", ", ".join(f"{each.type} {each.port}" for each in services))
        await asyncio.Event().wait()


def offered(home: HomeView) -> list[Service]:
    """Return what other machines can reach: the page where it is served over HTTPS, and the MQTT server."""
    services = []
    page = urlsplit(home.web)
    if page.scheme == "https" and page.port:  # plain HTTP is for this machine only
        texts = {"path": "/", "version": __version__}
        services += [Service(type=kind, port=page.port, texts=texts) for kind in _PAGE]
    for kind, address in ((_MQTT_OVER_TLS, home.mqtts), (_MQTT, home.mqtt)):
        host, _, port = address.rpartition(":")
        if port and not _is_loopback(host.strip("[]")):
            services.append(Service(type=kind, port=int(port)))
    return services


def _address(home: HomeView) -> str:
    host = home.mqtts.rpartition(":")[0].strip("[]")
    return host if is_address(host) and not _is_loopback(host) else own_address()


def _is_loopback(host: str) -> bool:
    return ip_address(host).is_loopback if is_address(host) else host == "localhost"
