"""Pairing over the plug's own access point, or any address at which it answers.

Source: published pairing programs and captures (protocol notes, 3.2).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ownplug.core.errors import BadSignature, DeviceError, Malformed, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.core.meross.payloads import (
    Ability,
    AllPayload,
    Gateway,
    Hardware,
    KeyConfig,
    KeySet,
    Network,
    PlugTime,
    TimePayload,
    WifiListPayload,
    WifiSet,
)
from ownplug.core.meross.timerule import time_rules
from ownplug.core.secret import Secret
from ownplug.pairing.wifi import WifiNetwork
from ownplug.plug import Link

_LONGEST_KEY = 32


class Phase(Enum):
    """What pairing does, in this order."""

    IDENTIFY = "identify the plug"
    SCAN = "look for the network through the plug"
    TIME = "set its clock and time zone"
    KEY = "tell it whose it is and which server to use"
    WIFI = "tell it the network"
    ARRIVE = "wait for it at home"
    READY = "ask it how it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A phase that begins (`found` is empty) or ended well, with what was found."""

    phase: Phase
    done: bool
    found: str = ""
    uuid: Uuid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAddress:
    """An MQTT server as plugs see it."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeToJoin:
    """What a plug must know of its new home.

    Raises:
        UsageError: something that a plug cannot take.
    """

    user_id: str
    key: Secret  # 1 to 32 characters
    servers: tuple[GatewayAddress, ...]  # one or two
    timezone: str  # an IANA name

    def __post_init__(self) -> None:
        if not 1 <= len(self.servers) <= 2:
            raise UsageError("A plug takes one or two MQTT servers.")
        # Without both, later plugs never open MQTT; a longer key is not known to work. Source: captures (3.2).
        if not self.user_id or not 0 < len(self.key.reveal()) <= _LONGEST_KEY:
            raise UsageError(f"A home has a user id, and a key of 1 to {_LONGEST_KEY} characters.")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UsageError(f"{self.timezone!r} is not a time zone.") from error


class Waiting(Protocol):
    """The hub, as pairing sees it; None where a foreign MQTT server gives no answer."""

    async def arrived(self, uuid: Uuid) -> str:
        """Return, in words, how the plug came, once it is connected and has finished its start-up talk.

        Raises:
            LinkTimeout: it did not come; the sentence says how far it got.
        """

    async def ready(self, uuid: Uuid) -> str:
        """Ask the plug, through the hub, for its relay and power; return them in words."""


async def pair_by_http(
    link: Link, network: WifiNetwork, home: HomeToJoin, *, now: datetime, waiting: Waiting | None
) -> AsyncIterator[Step]:
    """Take a plug in pairing mode home; yields each step when it begins and when it is done.

    Args:
        link: a way to the plug that does not insist on signatures: it has no key of ours yet.
        network: the Wi-Fi that the plug shall join.
        home: whose it shall be.
        now: the time, which the plug does not know.
        waiting: the hub that it shall come to; None to stop once the plug was told.

    Raises:
        DeviceError: the plug belongs to somebody already, or refused a step.
        LinkError: the plug stopped answering, or never came.
    """
    yield Step(phase=Phase.IDENTIFY, done=False)
    hardware, uuid, abilities = await _identify(link)
    yield Step(phase=Phase.IDENTIFY, done=True, found=f"{hardware.type}, {uuid}", uuid=uuid)

    yield Step(phase=Phase.SCAN, done=False)
    seen = await _scan(link, network)
    yield Step(phase=Phase.SCAN, done=True, found=_strength(network, seen))

    yield Step(phase=Phase.TIME, done=False)
    await _set_time(link, home.timezone, now)
    yield Step(phase=Phase.TIME, done=True, found=home.timezone)

    yield Step(phase=Phase.KEY, done=False)
    await link.request(Method.SET, ns.CONFIG_KEY, _key_set(home))
    yield Step(phase=Phase.KEY, done=True, found=" and ".join(f"{s.host}:{s.port}" for s in home.servers))

    yield Step(phase=Phase.WIFI, done=False)
    if ns.CONFIG_WIFI_X in abilities:
        encrypted = network.encrypted(seen, model_type=hardware.type, uuid=uuid)
        await link.request(Method.SET, ns.CONFIG_WIFI_X, WifiSet(wifi=encrypted))
    else:
        await link.request(Method.SET, ns.CONFIG_WIFI, WifiSet(wifi=network.plain(seen)))
    yield Step(phase=Phase.WIFI, done=True, found=network.ssid)

    if waiting is not None:
        yield Step(phase=Phase.ARRIVE, done=False)
        yield Step(phase=Phase.ARRIVE, done=True, found=await waiting.arrived(uuid))
        yield Step(phase=Phase.READY, done=False)
        yield Step(phase=Phase.READY, done=True, found=await waiting.ready(uuid))


async def _identify(link: Link) -> tuple[Hardware, Uuid, frozenset[str]]:
    try:
        told = (await link.request(Method.GET, ns.SYSTEM_ALL, {})).read(AllPayload).all
        uuid = Uuid.parse(told.system.hardware.uuid)
        abilities = (await link.request(Method.GET, ns.SYSTEM_ABILITY, {})).read(Ability).ability
    except (DeviceError, BadSignature) as error:
        if isinstance(error, DeviceError) and error.device_code != ErrorCode.BAD_SIGNATURE:
            raise
        raise DeviceError(
            "This plug belongs to a home already: it does not take our word.",
            device_code=ErrorCode.BAD_SIGNATURE,
            hint="Hold its button for five seconds until it blinks green and orange, then pair again.",
        ) from error
    except (Malformed, UsageError) as error:
        raise Malformed(
            f"What answers at this address is not a Meross plug: {error}", hint="Check the address."
        ) from error
    return told.system.hardware, uuid, frozenset(abilities)


async def _scan(link: Link, network: WifiNetwork) -> Network | None:
    reply = await link.request(Method.GET, ns.CONFIG_WIFI_LIST, {})
    return network.find(reply.read(WifiListPayload).networks)


def _strength(network: WifiNetwork, seen: Network | None) -> str:
    if seen is None:
        return f"{network.ssid!r} is not in its scan; a hidden network never is"
    return f"{network.ssid!r} at {seen.signal} %" if isinstance(seen.signal, int) else f"{network.ssid!r}"


async def _set_time(link: Link, timezone: str, now: datetime) -> None:
    rules = time_rules(ZoneInfo(timezone), now)
    time = PlugTime(timestamp=int(now.timestamp()), zone=timezone, rules=rules)
    await link.request(Method.SET, ns.SYSTEM_TIME, TimePayload(time=time))


def _key_set(home: HomeToJoin) -> KeySet:
    first, second = home.servers[0], home.servers[-1]
    gateway = Gateway(host=first.host, port=first.port, second_host=second.host, second_port=second.port)
    return KeySet(key=KeyConfig(user_id=home.user_id, key=home.key.reveal(), gateway=gateway))
