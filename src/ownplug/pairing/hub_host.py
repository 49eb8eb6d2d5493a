"""Watching, through the hub's API, how a plug comes home."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

from ownplug.client import HubClient
from ownplug.core.errors import NotFound
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.pairing.evidence import Sight
from ownplug.plug import HubLink, Link

Document = dict[str, Any]


class HubHost:
    """A hub as pairing sees it.

    Args:
        hub: the hub that a plug is told to come to.
    """

    def __init__(self, hub: HubClient) -> None:
        self._hub = hub
        self._plugs_before: dict[str, Document] = {}
        self._refusals_before: list[Document] = []
        self._keys_before: dict[str, Secret] = {}

    async def begin(self) -> None:
        """Remember what was there before, so that nothing of it is taken for the plug that is to come."""
        self._plugs_before = {plug["uuid"]: plug for plug in await self._hub.plugs()}
        self._refusals_before = await self._hub.refusals()

    async def look(self, uuid: Uuid) -> Sight:
        """See `ownplug.pairing.Host`."""
        new = [told for told in await self._hub.refusals() if told not in self._refusals_before]
        refused = tuple(told["detail"] for told in new if told["mac"] == uuid.mac.text)
        others = self._addresses_of_others(uuid)
        failed = tuple(
            told["detail"] for told in new if told["cause"] == "tls" and told["address"] not in others
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
        hub = self._hub.address
        return HubLink(hub.url, uuid.text, token=hub.token, ca=hub.ca)

    async def expect(self, uuid: Uuid, key: Secret) -> None:
        """Have the hub know a plug by a key of its own, before it comes."""
        if uuid.text in self._plugs_before:
            known = await self._hub.plug(uuid.text, show_secrets=True)
            self._keys_before[uuid.text] = Secret(known["key"])
        await self._hub.expect(uuid.text, key)

    async def forget_new(self, uuid: Uuid) -> None:
        """Have the hub forget a plug that it did not know before, and the key of one that it did."""
        if uuid.text in self._keys_before:
            await self._hub.expect(uuid.text, self._keys_before.pop(uuid.text))
        if uuid.text not in self._plugs_before:
            try:
                await self._hub.forget(uuid.text)
            except NotFound:  # it never came that far
                return

    async def _talk(self, uuid: Uuid) -> Document | None:
        """How far its talk came; what is left of an earlier life of this plug is none."""
        try:
            talk: Document | None = (await self._hub.plug(uuid.text))["talk"]
        except NotFound:
            return None
        before = self._plugs_before.get(uuid.text, {}).get("talk")
        if talk is None or before is None:
            return talk
        return None if talk["connected_at"] == before["connected_at"] else talk

    def _addresses_of_others(self, uuid: Uuid) -> set[str]:
        """Where the plugs are that were online before: what fails there is theirs."""
        return {
            plug["talk"]["address"]
            for plug in self._plugs_before.values()
            if plug["talk"] and plug["availability"] == "online" and plug["uuid"] != uuid.text
        }
