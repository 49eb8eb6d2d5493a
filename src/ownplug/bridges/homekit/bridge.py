"""The bridge: shows the plugs of the hub to Apple's Home, and lets homes switch them."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ownplug.bridges.homekit.description import shown
from ownplug.bridges.homekit.settings import HomekitSettings
from ownplug.bridges.homekit.setup_code import setup_uri
from ownplug.bridges.homekit.state_file import StateFile
from ownplug.core.errors import NotKept, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.hub import Device, DeviceGone, Wish
from ownplug.transport.endpoint import authority

if TYPE_CHECKING:
    from ownplug.bridges.homekit.hap import Driver

log = logging.getLogger(__name__)

MOST_PLUGS = 149
"""A bridge has at most 150 accessories, itself included.

Source: Home Assistant's documentation of its HomeKit Bridge, which quotes the specification.
"""


class DevicesDoor(Protocol):
    """The devices of the hub; see `ownplug.hub.Devices`."""

    async def all(self) -> list[Device]:
        """Return every device."""

    def changes(self) -> AsyncIterator[Device | DeviceGone]:
        """Yield every device, then each that has changed."""

    async def set(self, uuid: Uuid, feature_id: str, /, *, on: bool) -> None:
        """Switch; returns when the plug has said that it is so."""


class WishesDoor(Protocol):
    """Takes what is wanted of them by nobody who waits; see `ownplug.hub.Wishes`."""

    def wish(self, uuid: Uuid, feature_id: str, wish: Wish, /) -> None:
        """Want something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomekitView:
    """How the bridge is paired.

    Attributes:
        is_paired: whether a home has it.
        setup_code: by which it is added to one, `123-45-678`.
        setup_uri: the same as a link for a QR code.
        address: HOST:PORT where it listens; empty: it does not.
    """

    is_paired: bool
    setup_code: Secret
    setup_uri: Secret
    address: str


class Homekit:
    """Shows devices in Apple's Home: `run` is for `supervise`.

    Args:
        path: the file in which it keeps its state.
        settings: where it listens.
        address: of this machine, where the settings have none.

    Raises:
        UsageError: what it needs is not installed.
    """

    def __init__(self, path: Path, settings: HomekitSettings, *, address: str) -> None:
        for needed in ("pyhap", "segno"):
            if importlib.util.find_spec(needed) is None:
                raise UsageError(
                    f"HomeKit needs {needed}, which is not installed.",
                    hint="pip install 'ownplug[homekit]', or set `enabled` in [homekit] to false.",
                )
        self._file = StateFile(path)
        self._address = settings.address or address
        self._port = settings.port
        self._hap: Driver | None = None
        self._too_many: set[Uuid] = set()

    async def load(self) -> None:
        """Read what it keeps, before anything else is asked of it.

        Raises:
            UsageError: it cannot be read.
        """
        await self._file.load()

    def view(self) -> HomekitView:
        """Return how it is paired."""
        kept = self._file.kept
        code = kept.setup_code.reveal()
        return HomekitView(
            is_paired=kept.is_paired,
            setup_code=kept.setup_code,
            setup_uri=Secret(setup_uri(code, kept.setup_id)),
            address=authority(self._address, self._hap.state.port) if self._hap else "",
        )

    async def unpair(self) -> None:
        """Forget every home that has it.

        Raises:
            NotKept: the disk takes nothing; it is paired as before.
        """
        if self._hap is not None:
            await self._hap.unpair_all()
        else:
            await self._file.save(self._file.kept.unpaired())

    async def run(self, devices: DevicesDoor, wishes: WishesDoor) -> None:
        """Show the devices as they are, for ever.

        Raises:
            Conflict, UsageError: nothing can listen there.
            OwnplugError: the network cannot be told.
        """
        from ownplug.bridges.homekit.hap import Controls, open_hap

        async def switch(uuid: Uuid, feature_id: str, on: bool) -> None:  # noqa: FBT001 - of a plain callable
            await devices.set(uuid, feature_id, on=on)

        controls = Controls(switch=switch, identify=lambda uuid: wishes.wish(uuid, "identify", Wish.PRESS))
        async with open_hap(self._file, controls, address=self._address, port=self._port) as hap:
            # A bridge that comes up without its plugs would cost their rooms and automations.
            for device in await devices.all():
                self._show(hap, device)
            await hap.begin()
            await _keep(hap)
            self._hap = hap
            try:
                log.info("HomeKit listens at %s", self.view().address)
                async for change in devices.changes():
                    if self._take(hap, change):
                        hap.count_layout()
                    await _keep(hap)
            finally:
                self._hap = None

    def _take(self, hap: Driver, change: Device | DeviceGone) -> bool:
        """Show what has changed; return whether homes have to read the accessories anew."""
        match change:
            case Device():
                return self._show(hap, change)
            case DeviceGone(uuid=uuid):
                return hap.take_away(uuid)

    def _show(self, hap: Driver, device: Device) -> bool:
        if not hap.has_room_for(device.uuid, MOST_PLUGS):
            if device.uuid not in self._too_many:
                self._too_many.add(device.uuid)
                log.warning("%r is not shown: a HomeKit bridge has %d plugs at most", device.name, MOST_PLUGS)
            return False
        return hap.show(shown(device, hap.remember(device)))


async def _keep(hap: Driver) -> None:
    try:
        await hap.save()
    except NotKept as error:  # it is tried again with the next change
        log.warning("%s", error)
