"""HAP-python's driver with its state in our file: who may come in is on the disk before anybody is told."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyhap.accessory_driver import AccessoryDriver
from pyhap.hsrp import Server as SrpServer
from pyhap.loader import Loader
from pyhap.params import get_srp_context
from pyhap.util import callback

from ownplug.bridges.homekit.hap.accessory import Write
from ownplug.bridges.homekit.kept import Kept, Pairing, Shape
from ownplug.bridges.homekit.state_file import StateFile
from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.hub import Device

log = logging.getLogger(__name__)

_ADMIN = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What homes may do.

    Attributes:
        switch: switches an outlet: uuid, feature, to which side; returns when the plug has said that it is so.
        identify: lets a plug show which one it is; returns at once.
    """

    switch: Callable[[Uuid, str, bool], Awaitable[None]]
    identify: Callable[[Uuid], None]


class KeepingDriver(AccessoryDriver):
    """What connections need of a driver.

    Args:
        file: what is kept.
        controls: what homes may do.
        address: of this machine.
        port: where it listens; 0 takes any free one.
        loader: knows Apple's services.

    Attributes:
        wanted: what a request that is being answered wants.
        is_dirty: whether there is something to keep that is not on the disk.
        has_other_pairings: whether a request has changed who is paired, since somebody set this to false.
        pairing_turn: whose turn it is to pair.
        tasks: in which answers are made that take time.
    """

    def __init__(
        self, file: StateFile, controls: Controls, *, address: str, port: int, loader: Loader
    ) -> None:
        kept = file.kept
        super().__init__(
            address=address,
            port=port,
            loader=loader,
            loop=asyncio.get_running_loop(),
            mac=kept.device_id,
            pincode=kept.setup_code.reveal().encode(),
            interface_choice=[address],
        )
        self.state.setup_id = kept.setup_id
        self.controls = controls
        self.wanted: list[Write] = []
        self.is_dirty = not kept.private_key
        self.has_other_pairings = False
        self.pairing_turn = asyncio.Lock()
        self.tasks = asyncio.TaskGroup()
        self._file = file
        self._saving = asyncio.Lock()
        self._kept = kept
        self._verifier: tuple[bytes | None, int | None] = (None, None)
        self._adopt(kept)

    async def unpair_all(self) -> None:
        """Forget whoever controls the bridge, and send them away.

        Raises:
            NotKept: the disk takes nothing; they are paired as before.
        """
        self._adopt(self.kept.unpaired())
        self.is_dirty = True
        try:
            await self.save()
        except OwnplugError:
            self.take_back_pairings()
            raise
        self.pairings_changed(is_news=True)

    def send_strangers_away(self) -> None:
        """Close the connections of those whose pairing was removed."""
        for connection in list(self.http_server.connections.values()):
            handler = connection.handler
            if handler and handler.client_uuid and handler.client_uuid not in self.state.paired_clients:
                connection.close()

    def pairings_changed(self, *, is_news: bool) -> None:
        """Send away who is not paired any more; `is_news`: it is paired, or not paired, for the first time."""
        self.send_strangers_away()
        if is_news:
            log.info(
                "HomeKit: %s", "a home has the bridge" if self.state.paired else "no home has the bridge"
            )
            self.async_update_advertisement()

    def remember(self, device: Device) -> Shape:
        """Keep what a plug has, and return it."""
        shape = self._kept.shape(device)
        if self._kept.shapes.get(device.uuid.text) != shape:
            self._kept = self._kept.with_shape(device.uuid, shape)
            self.is_dirty = True
        return shape

    @property
    def kept(self) -> Kept:
        """All that is to be kept, as it is now."""
        state: Any = self.state
        return replace(
            self._kept,
            private_key=Secret(state.private_key.private_bytes_raw().hex()),
            config_number=state.config_version,
            shown=state.accessories_hash or "",
            pairings=tuple(
                Pairing(
                    name=state.uuid_to_bytes.get(client, str(client).upper().encode()).decode(),
                    public_key=public_key.hex(),
                    is_admin=state.is_admin(client),
                )
                for client, public_key in state.paired_clients.items()
            ),
        )

    async def save(self) -> None:
        """Put on the disk what is not there yet.

        Raises:
            NotKept: the disk takes nothing.
        """
        async with self._saving:  # what another began to save is on the disk then
            if not self.is_dirty:
                return
            self.is_dirty = False
            try:
                await self._file.save(self.kept)
            except OwnplugError:
                self.is_dirty = True
                raise

    def take_back_pairings(self) -> None:
        """Have those paired who are so on the disk: nobody was told of others."""
        self._adopt(self._file.kept)

    def _adopt(self, kept: Kept) -> None:
        state: Any = self.state
        state.config_version = max(state.config_version, kept.config_number)
        state.accessories_hash = kept.shown
        if kept.private_key:
            key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept.private_key.reveal()))
            state.private_key, state.public_key = key, key.public_key()
        clients = {UUID(each.name): each for each in kept.pairings}
        state.paired_clients = {name: bytes.fromhex(each.public_key) for name, each in clients.items()}
        state.client_properties = {
            name: {"permissions": _ADMIN if each.is_admin else 0} for name, each in clients.items()
        }
        state.uuid_to_bytes = {name: each.name.encode() for name, each in clients.items()}

    # What the library calls.

    @callback
    def async_persist(self) -> None:
        """Note that there is something to keep; a request that changed it is answered when it is kept."""
        self.is_dirty = self.has_other_pairings = True

    def setup_srp_verifier(self) -> None:
        """Begin a pairing. The verifier is computed once: it takes tens of milliseconds, which everybody waits for."""
        context = get_srp_context(3072, hashlib.sha512, 16)
        salt, verifier = self._verifier
        self._srp_verifier = SrpServer(context, b"Pair-Setup", self.state.pincode, s=salt, v=verifier)
        self._verifier = self._srp_verifier.s, self._srp_verifier.v
