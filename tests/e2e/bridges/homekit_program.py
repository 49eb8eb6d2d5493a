"""A program that uses `aiohomekit` from PyPI, unmodified, as an iPhone would: finds, pairs, reads, writes and listens.

Its arguments are the address at which it looks and the bridge's id. Each line of stdin is an order, `[name, …]` as
JSON, each line of stdout its outcome: `{"done": …}` or `{"failed": …}`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from aiohomekit.characteristic_cache import CharacteristicCacheMemory
from aiohomekit.controller.ip.controller import IpController
from aiohomekit.exceptions import AccessoryNotFoundError, HomeKitException
from aiohomekit.zeroconf import HAP_TYPE_TCP, ZeroconfServiceListener
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

ALIAS = "home"


class Phone:
    def __init__(self, controller: IpController, bridge_id: str) -> None:
        self._controller = controller
        self._id = bridge_id
        self._pairing: Any = None
        self._events: list[Any] = []

    async def find(self) -> dict[str, Any] | None:
        """What the network says of the bridge; None: nothing."""
        try:
            found = (await self._discovery()).description
        except AccessoryNotFoundError:
            return None
        return {
            "name": found.name,
            "model": found.model,
            "is_unpaired": bool(found.status_flags),
            "config": found.config_num,
            "category": found.category.name,
            "port": found.port,
        }

    async def pair(self, code: str) -> dict[str, Any]:
        discovery: Any = await self._discovery()
        try:
            finish = await discovery.async_start_pairing(ALIAS)
            self._follow(await finish(code))
        finally:
            await discovery.close()
        return dict(self._known().pairing_data)

    async def load(self, data: dict[str, Any]) -> None:
        """Be a phone that has paired before."""
        pairing = self._controller.load_pairing(ALIAS, data)
        assert pairing is not None
        self._follow(pairing)

    async def accessories(self) -> list[dict[str, Any]]:
        return list(await self._known().list_accessories_and_characteristics())

    async def read(self, *places: list[int]) -> list[Any]:
        found = await self._known().get_characteristics([(aid, iid) for aid, iid in places])
        return [[aid, iid, what] for (aid, iid), what in found.items()]

    async def write(self, *wishes: list[Any]) -> list[Any]:
        """Return what did not work."""
        refused = await self._known().put_characteristics([(aid, iid, value) for aid, iid, value in wishes])
        return [[aid, iid, what] for (aid, iid), what in refused.items()]

    async def listen(self, *places: list[int]) -> None:
        await self._known().subscribe([(aid, iid) for aid, iid in places])

    async def events(self) -> list[Any]:
        """What has been heard since the last time."""
        heard, self._events = self._events, []
        return heard

    async def pairings(self) -> list[Any]:
        return list(await self._known().list_pairings())

    async def add(self, name: str, public_key: str) -> None:
        await self._known().add_pairing(name, public_key, "User")

    async def unpair(self, name: str = "") -> None:
        pairing = self._known()
        await pairing.remove_pairing(name or pairing.pairing_data["iOSPairingId"])

    async def close(self) -> None:
        if self._pairing is not None:
            await self._pairing.close()

    def _follow(self, pairing: Any) -> None:
        self._pairing = pairing
        pairing.dispatcher_connect(self._heard)

    def _heard(self, event: dict[tuple[int, int], dict[str, Any]]) -> None:
        self._events += [[aid, iid, what.get("value")] for (aid, iid), what in event.items()]

    def _known(self) -> Any:
        assert self._pairing is not None
        return self._pairing

    async def _discovery(self) -> Any:
        return await self._controller.async_find(self._id, timeout=5)


async def obey(phone: Phone) -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        name, *arguments = json.loads(line)
        try:
            answer = {"done": await getattr(phone, name)(*arguments)}
        except (HomeKitException, TimeoutError) as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer, default=str) + "\n")
        sys.stdout.flush()


async def main() -> None:
    address, bridge_id = sys.argv[1:]
    async with AsyncZeroconf(interfaces=[address]) as mdns:
        browser = AsyncServiceBrowser(mdns.zeroconf, [HAP_TYPE_TCP], listener=ZeroconfServiceListener())
        controller = IpController(char_cache=CharacteristicCacheMemory(), zeroconf_instance=mdns)
        async with controller:
            phone = Phone(controller, bridge_id)
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            await obey(phone)
            await phone.close()
        await browser.async_cancel()


if __name__ == "__main__":
    asyncio.run(main())
