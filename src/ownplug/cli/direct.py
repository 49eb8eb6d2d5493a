"""A plug that no hub knows, reached at its own address: the same controls, the same shapes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

import ownplug.plug
from ownplug.core.meross import Method
from ownplug.core.secret import Secret

Document = dict[str, Any]


@asynccontextmanager
async def open_direct(url: str, key: Secret) -> AsyncIterator[DirectControls]:
    """Give the controls of the plug at `url`, which is http://HOST.

    Raises:
        UsageError: that is no URL of a plug.
    """
    async with ownplug.plug.connect(url, key=key) as plug:
        yield DirectControls(plug)


class DirectControls:
    """The controls of one plug; see `ownplug.cli.target.Controls`."""

    def __init__(self, plug: ownplug.plug.Plug) -> None:
        self._plug = plug

    async def switch(self, *, on: bool, channel: int) -> Document:
        """Switch a relay, then ask what it is."""
        await self._plug.switch(on=on, channel=channel)
        return _document(await self._plug.switching.relay(channel))

    async def toggle(self, *, channel: int) -> Document:
        """Switch a relay to its other side; return its state."""
        return _document(await self._plug.toggle(channel))

    async def electricity(self, *, channel: int) -> Document:
        """Ask for its power now."""
        return _document(await self._plug.electricity(channel))

    async def consumption(self) -> list[Document]:
        """Ask for the days that it remembers."""
        return [_document(day) for day in await self._plug.energy_days()]

    async def light(self) -> bool:
        """Ask whether its light shows what it does."""
        return await self._plug.light.is_on()

    async def set_light(self, *, on: bool) -> bool:
        """Let its light show what it does, or keep it dark, then ask what it is."""
        await self._plug.light.set(on=on)
        return await self._plug.light.is_on()

    async def request(self, *, method: str, namespace: str, payload: Document) -> Document:
        """Send a message of its own language; return its reply."""
        reply = await self._plug.request(namespace, payload, Method(method))
        return {"method": str(reply.method), "namespace": reply.namespace, "payload": reply.data()}


def _document(value: object) -> Document:
    document: Document = msgspec.to_builtins(value)
    return document
