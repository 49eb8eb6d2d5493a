"""HAP-python's driver with our plugs: what is shown, and what the network is told of it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from pyhap.accessory_driver import AccessoryMDNSServiceInfo
from pyhap.loader import Loader
from pyhap.util import callback

from ownplug.bridges.homekit.description import Shown, digest
from ownplug.bridges.homekit.hap.accessory import BridgeAccessory, PlugAccessory
from ownplug.bridges.homekit.hap.connection import Connection, Server
from ownplug.bridges.homekit.hap.keeping import Controls, KeepingDriver
from ownplug.bridges.homekit.state_file import StateFile
from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid

NAME = "ownplug"

# What the library tells at lower levels has the traffic in it, and a line for each thing that any stranger sends.
logging.getLogger("pyhap").setLevel(logging.WARNING)
logging.getLogger("pyhap.hap_handler").setLevel(logging.CRITICAL)


class Driver(KeepingDriver):
    """Serves one bridge. `run` is for a task beside those who use it; arguments as of `KeepingDriver`."""

    def __init__(
        self, file: StateFile, controls: Controls, *, address: str, port: int, loader: Loader
    ) -> None:
        super().__init__(file, controls, address=address, port=port, loader=loader)
        self._advertisement_is_old = asyncio.Event()
        self.http_server = Server((address, port), self)
        self._bridge = BridgeAccessory(self, NAME)
        self.accessory = self._bridge

    @property
    def plugs(self) -> dict[Uuid, PlugAccessory]:
        """The plugs that are shown."""
        shown = self._bridge.accessories.values()
        return {each.plug.uuid: each for each in shown if isinstance(each, PlugAccessory)}

    async def run(self) -> None:
        """Tell the network by mDNS what is new, and hold the tasks of answers that take time, for ever."""
        async with self.tasks:
            while True:
                await self._advertisement_is_old.wait()
                self._advertisement_is_old.clear()
                if self.advertiser is None or self.mdns_service_info is None:
                    continue
                self.mdns_service_info = AccessoryMDNSServiceInfo(
                    self.accessory, self.state, self.zeroconf_server
                )
                await (await self.advertiser.async_update_service(self.mdns_service_info))

    async def begin(self) -> None:
        """Serve, and tell the network.

        Raises:
            Conflict, UsageError: nothing can listen there.
            OwnplugError: the network cannot be told.
        """
        try:
            await self.async_start()
        except OSError as error:
            raise OwnplugError(f"HomeKit cannot be announced by mDNS: {error.strerror or error}.") from error

    async def end(self) -> None:
        """Take back what `begin` did, as far as it came."""
        if self.aio_stop_event is not None:
            self.aio_stop_event.set()
        if self.advertiser is not None:
            await self.advertiser.async_unregister_all_services()
            await self.advertiser.async_close()
        if self.http_server.server is not None:
            self.http_server.async_stop()

    def has_room_for(self, uuid: Uuid, most: int) -> bool:
        """Whether a plug is shown, or can be where there are no more than `most`."""
        return len(self._bridge.accessories) < most or uuid in self.plugs

    def show(self, plug: Shown) -> bool:
        """Show a plug as it is now; return whether it has to be read anew."""
        before = self._bridge.accessories.get(plug.aid)
        if isinstance(before, PlugAccessory) and before.plug.layout == plug.layout:
            before.show(plug)
            return False
        self._bridge.accessories.pop(plug.aid, None)
        self._bridge.add_accessory(PlugAccessory(self, plug, self.wanted.append, self.controls.identify))
        return True

    def take_away(self, uuid: Uuid) -> bool:
        """Show a plug no more; return whether it was shown."""
        plug = self.plugs.get(uuid)
        if plug is None:
            return False
        del self._bridge.accessories[plug.plug.aid]
        return True

    def count_layout(self) -> None:
        """Let homes read the accessories anew if they are not what they were."""
        if self.state.set_accessories_hash(self.accessories_hash):
            self.is_dirty = True
            self.async_update_advertisement()

    # What the library calls.

    @property
    def accessories_hash(self) -> str:
        """Return what is another text when homes have to read the accessories anew."""
        return digest(each.plug for each in self.plugs.values())

    def publish(
        self,
        data: dict[str, Any],
        sender_client_addr: Any = None,
        immediate: bool = False,  # noqa: FBT001, FBT002 - the library's signature
    ) -> None:
        """Tell who listens; whoever changed it knows, and must not be told what was before."""
        sender = self.http_server.connections.get(sender_client_addr)
        if isinstance(sender, Connection):
            sender.drop_event(data["aid"], data["iid"])
        super().publish(data, sender_client_addr, immediate)

    @callback
    def async_update_advertisement(self) -> None:
        """Let the network be told what is new."""
        self._advertisement_is_old.set()
