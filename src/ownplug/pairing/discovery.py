"""Finding plugs on the network, whoever they belong to; named is only what has proven to be one.

Each address is asked once, politely: so many a second, and only so many at a time. The proof is the plug's own answer:
it names itself also to a stranger whose key is wrong.

Source: protocol notes, 7.2 (the answer), 0 (the makers' parts of the MACs), 7.1 (the call by UDP: some models only).
assumed (that models with HomeKit announce `_hap._tcp`).
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ownplug.aio import beside
from ownplug.core.errors import Malformed, OwnplugError, UsageError
from ownplug.core.identity import Uuid
from ownplug.pairing.key_check import find_key
from ownplug.transport.neighbourhood import announced_hosts, answering_hosts

MOST_ADDRESSES = 4096
_MAKERS = ("34:29:8f", "48:e1:e9", "c4:e7:ae")
_AT_ONCE = 64
_ANSWER_S = 3.0
_UDP_PORT, _UDP_OWN_PORT = 9988, 9989
_HOMEKIT = "_hap._tcp.local."
_SPEAK_UP_S = 2.0
_COMPLETE = 0x2  # of an entry in the system's table of neighbours

IPv4Network = ipaddress.IPv4Network


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredPlug:
    """A plug that answered.

    Attributes:
        uuid: which.
        address: where.
        is_paired: whether it belongs to somebody; else it is in pairing mode.
    """

    uuid: Uuid
    address: str
    is_paired: bool


@asynccontextmanager
async def discover(
    addresses: Iterable[str], *, now_s: float, per_second: float = 50.0
) -> AsyncIterator[AsyncIterator[DiscoveredPlug]]:
    """Ask each address once; gives the plugs as they answer, each uuid once.

    Args:
        addresses: hosts, with a port where it is not 80; asked in this order.
        now_s: Unix time, which goes into the questions.
        per_second: how many are asked in a second at most.
    """
    found: asyncio.Queue[DiscoveredPlug | None] = asyncio.Queue()
    async with beside(_ask_all(addresses, now_s, per_second, found), name="discover"):
        yield _each_once(found)


def networks_of(texts: Iterable[str]) -> list[IPv4Network]:
    """Read `192.168.1.0/24`, or an address in it with that length.

    Raises:
        UsageError: it is something else, or too large to be asked politely.
    """
    networks = []
    for text in texts:
        try:
            networks.append(ipaddress.IPv4Network(text, strict=False))
        except ValueError as error:
            raise UsageError(f"{text!r} is no IPv4 network.", hint="Write it as 192.168.1.0/24.") from error
    if sum(network.num_addresses for network in networks) > MOST_ADDRESSES:
        raise UsageError(
            f"These are more than {MOST_ADDRESSES} addresses.", hint="Name smaller networks, such as /24."
        )
    return networks


async def hosts_that_speak_up(networks: Sequence[IPv4Network], *, is_confined: bool) -> list[str]:
    """Call into the network as the makers' programs do, and listen two seconds; what answers may be anything.

    Args:
        networks: whose broadcast addresses are called.
        is_confined: nobody beyond these networks is called or returned.
    """
    question = json.dumps({"id": secrets.token_hex(16), "devName": "*"}).encode()
    called = [str(network.broadcast_address) for network in networks]
    if not is_confined:
        called.append("255.255.255.255")
    addresses = [(host, _UDP_PORT) for host in called]
    async with asyncio.TaskGroup() as tasks:
        by_udp = tasks.create_task(
            answering_hosts(question, addresses, port=_UDP_OWN_PORT, wait_s=_SPEAK_UP_S)
        )
        by_mdns = tasks.create_task(announced_hosts(_HOMEKIT, wait_s=_SPEAK_UP_S))
    hosts = dict.fromkeys([*by_udp.result(), *by_mdns.result()])
    return [host for host in hosts if not is_confined or _is_in(host, networks)]


def addresses_to_ask(
    known: Iterable[str], neighbours: Iterable[tuple[str, str]], networks: Iterable[IPv4Network]
) -> list[str]:
    """Put the likely ones first: those that are known, then neighbours with a plug maker's MAC, then all the rest.

    Args:
        known: where plugs are supposed to be.
        neighbours: address and MAC of machines that this one has spoken to.
        networks: what to sweep.
    """
    listed = list(neighbours)
    makers = [address for address, mac in listed if mac.startswith(_MAKERS)]
    swept = [str(host) for network in networks for host in network.hosts()]
    return list(dict.fromkeys([*known, *makers, *swept]))


def parse_neighbours(table: str) -> Iterator[tuple[str, str]]:
    """Read Linux's `/proc/net/arp`: address and MAC of each neighbour that is known for certain."""
    for line in table.splitlines()[1:]:
        match line.split():
            case [address, _, flags, mac, *_] if _is_complete(flags):
                yield address, mac.lower()


def _is_in(host: str, networks: Iterable[IPv4Network]) -> bool:
    return any(ipaddress.IPv4Address(host) in network for network in networks)


def _is_complete(flags: str) -> bool:
    try:
        return bool(int(flags, 16) & _COMPLETE)
    except ValueError:
        return False


async def _each_once(found: asyncio.Queue[DiscoveredPlug | None]) -> AsyncIterator[DiscoveredPlug]:
    known: set[Uuid] = set()
    while (plug := await found.get()) is not None:
        if plug.uuid not in known:
            known.add(plug.uuid)
            yield plug


async def _ask_all(
    addresses: Iterable[str],
    now_s: float,
    per_second: float,
    found: asyncio.Queue[DiscoveredPlug | None],
) -> None:
    at_once = asyncio.Semaphore(_AT_ONCE)
    try:
        async with asyncio.TaskGroup() as tasks:
            for address in addresses:
                await at_once.acquire()
                asking = tasks.create_task(_ask(address, now_s, found))
                asking.add_done_callback(lambda _: at_once.release())
                await asyncio.sleep(1 / per_second)
    finally:
        found.put_nowait(None)


async def _ask(address: str, now_s: float, found: asyncio.Queue[DiscoveredPlug | None]) -> None:
    try:
        who = await find_key(f"http://{address}", (), now_s=now_s, timeout_s=_ANSWER_S)
    except (OwnplugError, Malformed):
        return  # nobody, or no plug
    found.put_nowait(DiscoveredPlug(uuid=who.uuid, address=address, is_paired=who.checks_keys))
