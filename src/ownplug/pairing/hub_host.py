"""Watching, through the hub's API, how a plug comes home."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

from ownplug.client import HubClient
from ownplug.core.errors import NotFound
from ownplug.core.identity import Uuid
from ownplug.pairing.evidence import Sight
from ownplug.plug import HubLink, Link


class HubHost:
    """A hub as pairing sees it.

    Args:
        hub: the hub that a plug is told to come to.
    """

    def __init__(self, hub: HubClient) -> None:
        self._hub = hub
        self._plugs_before: set[str] = set()
        self._addresses_before: set[str] = set()
        self._refusals_before: list[dict[str, Any]] = []

    async def begin(self) -> None:
        """Remember what was there before, so that nothing of it is taken for the plug that is to come."""
        plugs = await self._hub.plugs()
        self._plugs_before = {plug["uuid"] for plug in plugs}
        self._addresses_before = {plug["talk"]["address"] for plug in plugs if plug["talk"]}
        self._refusals_before = await self._hub.refusals()

    async def look(self, uuid: Uuid) -> Sight:
        """See `ownplug.pairing.Host`."""
        new = [told for told in await self._hub.refusals() if told not in self._refusals_before]
        refused = tuple(told["detail"] for told in new if told["mac"] == uuid.mac.text)
        failed = tuple(
            told["detail"]
            for told in new
            if told["cause"] == "tls" and told["address"] not in self._addresses_before
        )
        talk = await self._talk(uuid)
        if talk is None:
            return Sight(refused_logins=refused, failed_handshakes=failed)
        return Sight(
            address=talk["address"],
            clock_questions=talk["clock_questions"],
            binds=talk["binds"],
            has_told_meter=talk["has_told_meter"],
            refused_logins=refused,
            failed_handshakes=failed,
        )

    def reach(self, uuid: Uuid) -> AbstractAsyncContextManager[Link]:
        """See `ownplug.pairing.Host`."""
        return HubLink(self._hub.address.url, uuid.text, token=self._hub.address.token)

    async def forget_new(self, uuid: Uuid) -> None:
        """Have the hub forget a plug that it did not know before."""
        if uuid.text not in self._plugs_before:
            try:
                await self._hub.forget(uuid.text)
            except NotFound:  # it never came that far
                return

    async def _talk(self, uuid: Uuid) -> dict[str, Any] | None:
        try:
            talk: dict[str, Any] | None = (await self._hub.plug(uuid.text))["talk"]
        except NotFound:
            return None
        return talk
