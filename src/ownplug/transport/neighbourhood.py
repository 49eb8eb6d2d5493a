"""Which machines of the network speak up when they are called, by a UDP broadcast or by mDNS; and what this one says.

What others say is not read: only from where it came counts here. A network in which nobody may call is one in which
nobody is heard; it is no error.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

from zeroconf import Error as MdnsError
from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from ownplug.core.errors import OwnplugError

_MOST = 256  # a liar may answer from any number of addresses

Address = tuple[str, int]


async def answering_hosts(question: bytes, to: Iterable[Address], *, port: int, wait_s: float) -> list[str]:
    """Send a datagram to each address and return the hosts that answered in time, in that order.

    Args:
        question: the datagram.
        to: hosts or broadcast addresses, each with its port.
        port: our own, to which they answer.
        wait_s: how long to listen.
    """
    loop = asyncio.get_running_loop()
    ear = _Ear()
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: ear,
            local_addr=("0.0.0.0", port),  # noqa: S104 - from whichever network they answer
            allow_broadcast=True,
        )
    except OSError:  # the port is taken: perhaps somebody else looks for plugs
        return []
    try:
        for address in to:
            transport.sendto(question, address)
        await asyncio.sleep(wait_s)
    finally:
        transport.close()
    return list(ear.hosts)


async def announced_hosts(service: str, *, wait_s: float) -> list[str]:
    """Return the IPv4 addresses that mDNS names for a service, such as `_hap._tcp.local.`, within `wait_s`."""
    names: dict[str, None] = {}
    try:
        mdns = AsyncZeroconf(ip_version=IPVersion.V4Only)
    except OSError:
        return []
    try:
        note = functools.partial(_note_name, names)
        async with AsyncServiceBrowser(mdns.zeroconf, [service], handlers=[note]):
            await asyncio.sleep(wait_s / 2)
        async with asyncio.TaskGroup() as tasks:
            found = [
                tasks.create_task(_addresses_of(mdns.zeroconf, service, name, wait_s / 2)) for name in names
            ]
    except OSError:
        return []
    finally:
        await mdns.async_close()
    return list(dict.fromkeys(address for asked in found for address in asked.result()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that this machine offers.

    Attributes:
        type: its registered name, such as `_http._tcp.local.`.
        port: where.
        texts: what else is told of it.
    """

    type: str
    port: int
    texts: dict[str, str] = field(default_factory=dict)


@asynccontextmanager
async def announced(
    services: Sequence[Service], *, name: str, host: str, addresses: Sequence[str]
) -> AsyncIterator[None]:
    """Tell the network by mDNS what this machine offers, for as long as the context lasts; then take it back.

    Args:
        services: what.
        name: what people see; one that is taken in this network gets a number.
        host: the name for its addresses, without `.local`.
        addresses: of this machine.

    Raises:
        OwnplugError: the network cannot be told.
    """
    try:
        mdns = AsyncZeroconf()
    except OSError as error:
        raise OwnplugError(f"The network cannot be told by mDNS: {error.strerror or error}.") from error
    try:
        for service in services:
            info = AsyncServiceInfo(
                service.type,
                f"{name}.{service.type}",
                port=service.port,
                properties=service.texts,
                server=f"{host}.local.",
                addresses=[ip_address(address).packed for address in addresses],
            )
            telling = await mdns.async_register_service(info, allow_name_change=True)
            await telling
        yield
    except MdnsError as error:
        raise OwnplugError(f"The network cannot be told by mDNS: {error}.") from error
    finally:
        await mdns.async_unregister_all_services()
        await mdns.async_close()


def _note_name(
    names: dict[str, None],
    zeroconf: Zeroconf,
    service_type: str,
    name: str,
    state_change: ServiceStateChange,
) -> None:
    if len(names) < _MOST:
        names[name] = None


async def _addresses_of(mdns: Zeroconf, service: str, name: str, wait_s: float) -> list[str]:
    try:
        announced = AsyncServiceInfo(service, name)
        await announced.async_request(mdns, wait_s * 1000)
    except MdnsError:  # a name that is none, or a network that is gone
        return []
    return announced.parsed_addresses(IPVersion.V4Only)


class _Ear(asyncio.DatagramProtocol):
    """Notes who answers."""

    def __init__(self) -> None:
        self.hosts: dict[str, None] = {}

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if len(self.hosts) < _MOST:
            self.hosts[addr[0]] = None

    def error_received(self, exc: Exception) -> None:
        """Let the others be called: one network cannot be reached."""
