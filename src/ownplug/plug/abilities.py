"""What a plug can do, as it says itself: asked once, then remembered.

Shapes differ by generation, so features follow this list and never the model's name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from ownplug.core.errors import DeviceError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.core.meross.payloads import Ability
from ownplug.plug.link import Link


class Abilities:
    """The namespaces that one plug answers.

    Args:
        link: the way to ask it.
        known: what it is known to answer, by somebody who asked it before.
    """

    def __init__(self, link: Link, known: Iterable[str] | None = None) -> None:
        self._link = link
        self._known = frozenset(known) if known is not None else None
        self._asking = asyncio.Lock()

    async def all(self) -> frozenset[str]:
        """Return every namespace that the plug lists.

        Raises:
            LinkError, DeviceError, WireError: see `Link.request`; the next call asks again.
        """
        async with self._asking:
            if self._known is None:
                reply = await self._link.request(Method.GET, ns.SYSTEM_ABILITY, {})
                self._known = frozenset(reply.read(Ability).ability)
        return self._known

    async def first_of(self, *namespaces: str, lacking: str) -> str:
        """Return the first of `namespaces` that the plug lists.

        Args:
            namespaces: different generations' ways to the same thing, the newest first.
            lacking: the end of the sentence "This plug has no …".

        Raises:
            DeviceError: it lists none of them; the plug is not asked in vain, since many drop the connection.
            LinkError, WireError: see `all`.
        """
        listed = await self.all()
        for namespace in namespaces:
            if namespace in listed:
                return namespace
        raise DeviceError(f"This plug has no {lacking}.", device_code=ErrorCode.NOT_SUPPORTED)
