"""A plug that is not connected, by plain HTTP: only where the owner allowed it.

Asked at the address of its last MQTT connection, where it proved who it was; what a plug says of its own address
is no proof. Addresses change hands, and all plugs of a home may share one key, so whoever answers there must
first say that it is this plug.
"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ownplug.aio import Clock
from ownplug.core.errors import LinkError, Unreachable
from ownplug.core.meross import Message, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import AllPayload
from ownplug.core.secret import Secret
from ownplug.hub.session import PlugSession
from ownplug.plug import HttpLink, Link


@asynccontextmanager
async def open_fallback(
    session: PlugSession, *, key: Secret, timeout_s: float, clock: Clock
) -> AsyncIterator[Link]:
    """Reach the plug of `session` at its last address.

    Raises:
        Unreachable: it has none, nobody answers there, or another plug does.
        LinkError, DeviceError, WireError: see `Link.request`.
    """
    url = _url(session.peer_address)
    async with HttpLink(url, key=key, timeout_s=timeout_s, clock=clock) as http:
        link = _HeardLink(http, session, clock)
        told = await link.ask(Method.GET, ns.SYSTEM_ALL, {})
        if told.read(AllPayload).all.system.hardware.uuid != session.uuid.text:
            session.answered_by_http(None)
            raise Unreachable(
                f"Another plug answers at {session.peer_address} now.",
                hint="It comes back by itself once it has power and Wi-Fi.",
            )
        session.learn_from(told)
        yield link


class _HeardLink:
    """A link whose replies the hub's session of the plug hears too."""

    def __init__(self, link: Link, session: PlugSession, clock: Clock) -> None:
        self._link = link
        self._session = session
        self._clock = clock

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        reply = await self.ask(method, namespace, payload)
        self._session.learn_from(reply)
        return reply

    async def ask(self, method: Method, namespace: str, payload: object) -> Message:
        """Ask whoever answers there, and note how long that took."""
        asked_s = self._clock.monotonic()
        try:
            reply = await self._link.request(method, namespace, payload)
        except LinkError:
            self._session.answered_by_http(None)
            raise
        self._session.answered_by_http(self._clock.monotonic() - asked_s)
        return reply

    async def close(self) -> None:
        await self._link.close()


def _url(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError as error:
        raise Unreachable("The plug has not been connected since the hub started.") from error
    return f"http://[{parsed}]" if parsed.version == 6 else f"http://{parsed}"
