"""Pairing over the plug's own access point, or any address at which it answers.

Source: published pairing programs and captures (protocol notes, 3.2).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from ownplug.core.errors import (
    BadSignature,
    DeviceError,
    LinkBroken,
    LinkError,
    LinkTimeout,
    Malformed,
    OwnplugError,
    UsageError,
)
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.core.meross.payloads import (
    Ability,
    AllPayload,
    Hardware,
    Network,
    PlugPosition,
    PlugTime,
    PositionPayload,
    TimePayload,
    WifiListPayload,
    WifiSet,
)
from ownplug.core.meross.timerule import time_rules
from ownplug.core.secret import Secret
from ownplug.core.units import Position
from ownplug.pairing.arrival import Errand, follow_home
from ownplug.pairing.evidence import Cause, Target, failure
from ownplug.pairing.home import HomeToJoin
from ownplug.pairing.steps import Phase, Step
from ownplug.pairing.wifi import WifiNetwork
from ownplug.plug import Link


class PairingLink(Link, Protocol):
    """A way to a plug that is given a key on the way."""

    def take_key(self, key: Secret) -> None:
        """Use this key from now on: the plug has it."""


_TRIES = 3
_LOST_HINT = "It may have heard all the same; if it goes on blinking green and orange, pair it again."


async def pair_by_http(
    reach: Callable[[], AbstractAsyncContextManager[PairingLink]],
    network: WifiNetwork,
    home: HomeToJoin,
    *,
    now: datetime,
    prepare: Callable[[Uuid], Awaitable[Errand]] | None = None,
) -> AsyncGenerator[Step, None]:
    """Take a plug in pairing mode home; yields each step when it begins and when it is done.

    Args:
        reach: opens a way to the plug that does not insist on signatures, for it has no key of ours yet; it is left
            once the plug was told everything.
        network: the Wi-Fi that the plug shall join.
        home: whose it shall be.
        now: the time, which the plug does not know.
        prepare: tries the server from here, before the plug is told anything, and returns how to follow the plug
            home; None to stop once it was told.

    Raises:
        PairingFailed: the plug belongs to somebody already, cannot use the server, or never came; the code tells.
        DeviceError: it refused a step.
        LinkError: it stopped answering.
    """
    errand: Errand | None = None
    async with reach() as link:
        yield Step(phase=Phase.IDENTIFY, done=False)
        hardware, uuid, abilities = await identify(link)
        yield Step(phase=Phase.IDENTIFY, done=True, found=f"{hardware.type}, {uuid}", uuid=uuid)

        yield Step(phase=Phase.SCAN, done=False)
        seen = network.find(await scan(link))
        yield Step(phase=Phase.SCAN, done=True, found=_strength(network, seen))

        if prepare is not None:
            yield Step(phase=Phase.SERVER, done=False)
            errand = await prepare(uuid)
            yield Step(phase=Phase.SERVER, done=True, found=errand.server)

        yield Step(phase=Phase.TIME, done=False)
        await _set_time(link, home.timezone, now)
        where = await _set_position(link, home.position) if ns.SYSTEM_POSITION in abilities else ""
        yield Step(phase=Phase.TIME, done=True, found=f"{home.timezone}{where}")

        yield Step(phase=Phase.KEY, done=False)
        await _ask(link, Method.SET, ns.CONFIG_KEY, home.key_set())
        link.take_key(home.key)  # one that wants encryption may want it from here on, or from its restart on
        yield Step(phase=Phase.KEY, done=True, found=" and ".join(str(server) for server in home.servers))

        yield Step(phase=Phase.WIFI, done=False)
        has_answered = await _tell_network(link, _wifi_request(network, seen, hardware, uuid, abilities))
        if not has_answered and errand is None:
            raise LinkBroken(
                f"The plug did not answer when it was told of {network.ssid!r}.", hint=_LOST_HINT
            )
        answered = "" if has_answered else ", without an answer: whether it heard shows now"
        yield Step(phase=Phase.WIFI, done=True, found=f"{network.ssid}{answered}")

    if errand is not None:
        first = home.servers[0]
        target = Target(ssid=network.ssid, host=first.host, port=first.port, was_heard=seen is not None)
        async for step in follow_home(uuid, target, errand):
            yield step


async def identify(link: Link) -> tuple[Hardware, Uuid, frozenset[str]]:
    """Ask a plug in pairing mode what it is, and what it can do.

    Raises:
        PairingFailed: it belongs to somebody already.
        Malformed: it is no plug.
        OwnplugError: see `Link.request`.
    """
    try:
        told = (await _ask(link, Method.GET, ns.SYSTEM_ALL, {})).read(AllPayload).all
        uuid = Uuid.parse(told.system.hardware.uuid)
        abilities = (await _ask(link, Method.GET, ns.SYSTEM_ABILITY, {})).read(Ability).ability
    except (DeviceError, BadSignature, LinkBroken) as error:
        if isinstance(error, DeviceError) and error.device_code != ErrorCode.BAD_SIGNATURE:
            raise
        if isinstance(error, LinkBroken) and not await _checks_keys(link):
            raise
        raise failure(
            Cause.WRONG_KEY, "This plug belongs to a home already: it does not take our word."
        ) from error
    except (Malformed, UsageError) as error:
        raise Malformed(
            f"What answers at this address is not a Meross plug: {error}", hint="Check the address."
        ) from error
    return told.system.hardware, uuid, frozenset(abilities)


async def _checks_keys(link: Link) -> bool:
    """Whether a plug that drops what it is asked in clear refuses our key where it does answer in clear.

    Source: protocol notes, 2.1 (one that wants encryption answers `Ability` in clear).
    """
    try:
        await link.request(Method.GET, ns.SYSTEM_ABILITY, {})
    except DeviceError as error:
        return error.device_code == ErrorCode.BAD_SIGNATURE
    except OwnplugError:
        return False
    return False


async def scan(link: Link) -> list[Network]:
    """Ask a plug which networks it hears; takes ten seconds and more.

    Raises:
        OwnplugError: see `Link.request`.
    """
    reply = await _ask(link, Method.GET, ns.CONFIG_WIFI_LIST, {})
    return reply.read(WifiListPayload).networks


def _strength(network: WifiNetwork, seen: Network | None) -> str:
    if seen is None:
        return f"{network.ssid!r} is not in its scan: it is hidden, on 5 GHz only, or too far away"
    return f"{network.ssid!r} at {seen.signal} %" if isinstance(seen.signal, int) else f"{network.ssid!r}"


async def _ask(link: Link, method: Method, namespace: str, payload: object) -> Message:
    """Ask once more where a request or its answer got lost: radios lose some, and to be told twice harms no plug."""
    for _ in range(_TRIES - 1):
        try:
            return await link.request(method, namespace, payload)
        except LinkBroken:
            continue
    return await link.request(method, namespace, payload)


def _wifi_request(
    network: WifiNetwork, seen: Network | None, hardware: Hardware, uuid: Uuid, abilities: frozenset[str]
) -> tuple[str, WifiSet]:
    """What tells a plug of a network, by what it can."""
    if ns.CONFIG_WIFI_X in abilities:
        encrypted = network.encrypted(seen, model_type=hardware.type, uuid=uuid)
        return ns.CONFIG_WIFI_X, WifiSet(wifi=encrypted)
    return ns.CONFIG_WIFI, WifiSet(wifi=network.plain(seen))


async def _tell_network(link: Link, request: tuple[str, WifiSet]) -> bool:
    """Tell it; return whether it answered. One that has heard restarts, and its answer may go down with it."""
    namespace, payload = request
    try:
        await link.request(Method.SET, namespace, payload)
    except (LinkBroken, LinkTimeout):
        # Whatever comes now: one that has heard is gone, or checks signatures already.
        with suppress(LinkError, DeviceError):
            await link.request(Method.SET, namespace, payload)
            return True
        return False
    return True


async def _set_position(link: Link, position: Position | None) -> str:
    if position is None:
        return ""
    latitude, longitude = position.microdegrees
    told = PositionPayload(position=PlugPosition(latitude=latitude, longitude=longitude))
    await _ask(link, Method.SET, ns.SYSTEM_POSITION, told)
    return f", at {position}"


async def _set_time(link: Link, timezone: str, now: datetime) -> None:
    rules = time_rules(ZoneInfo(timezone), now)
    time = PlugTime(timestamp=int(now.timestamp()), zone=timezone, rules=rules)
    await _ask(link, Method.SET, ns.SYSTEM_TIME, TimePayload(time=time))
