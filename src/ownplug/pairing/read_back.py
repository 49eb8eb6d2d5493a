"""The proof that a plug is at home: it says so itself, and does what it is told."""

from __future__ import annotations

from ownplug.core.errors import (
    DeviceError,
    LinkBroken,
    LinkError,
    LinkTimeout,
    OwnplugError,
    Unexpected,
    UsageError,
)
from ownplug.core.meross import Message, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import AllPayload
from ownplug.plug import Link, Plug

_ONLINE = 1
_TRIES = 3


async def says_online(link: Link) -> bool:
    """Ask a plug whether it holds itself to be at home; one that does not answer yet is not.

    Source: captures (protocol notes, 5.1: `online.status`; some models do not tell).
    """
    try:
        online = (await link.request(Method.GET, ns.SYSTEM_ALL, {})).read(AllPayload).all.system.online
    except LinkError:  # not there yet, or gone again: whoever waits for it looks why
        return False
    return online is None or online.status == _ONLINE


async def switch_and_back(link: Link) -> str:
    """Switch one outlet, read it back, and leave it as it was; return what was found, in words.

    Raises:
        Unexpected: it acknowledged, but is not what it was switched to; or it could not be put back.
        LinkError: it stopped answering; it was put back.
    """
    plug = Plug(_Patient(link))
    try:
        channel = await _one_outlet(plug)
        before = await plug.is_on(channel)
    except (DeviceError, UsageError):
        return "it has no relay that is known here"
    try:
        after = await plug.toggle(channel)
    finally:
        await _put_back(plug, channel, on=before)
    if after.on is before or await plug.is_on(channel) is not before:
        raise Unexpected("The plug acknowledged a switch and did not do it.", hint="Is its relay stuck?")
    return f"{_state(not before)} and {_state(before)} again, as it was{await _reading(plug)}"


async def _one_outlet(plug: Plug) -> int:
    """The last one: channel 0 of a strip is all of them, and would not be put back as each was."""
    told = (await plug.request(ns.SYSTEM_ALL)).read(AllPayload).all
    return max((relay.channel for relay in told.relays), default=0)


async def _put_back(plug: Plug, channel: int, *, on: bool) -> None:
    try:
        await plug.switch(on=on, channel=channel)
    except OwnplugError as error:
        raise Unexpected(
            f"The plug was {_state(on)} and may not be any more: it was switched as a proof, "
            f"and could not be switched back: {error}",
            hint=f"Switch it {_state(on)} by its button.",
        ) from error


class _Patient:
    """A link that asks again where a request or its answer got lost: switching twice to one side is switching once."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        """See `Link.request`."""
        for _ in range(_TRIES - 1):
            try:
                return await self._link.request(method, namespace, payload)
            except (LinkTimeout, LinkBroken):
                continue
        return await self._link.request(method, namespace, payload)

    async def close(self) -> None:
        """See `Link.close`."""
        await self._link.close()


async def _reading(plug: Plug) -> str:
    try:
        reading = await plug.electricity()
    except OwnplugError:
        return ""
    return f"; {reading.power_w:.1f} W at {reading.voltage_v:.1f} V"


def _state(on: bool) -> str:  # noqa: FBT001 - private, and named by the function
    return "on" if on else "off"
