"""The HomeKit bridge, as the API and the command line show it."""

from __future__ import annotations

from ownplug.aio import in_thread
from ownplug.app.home import HomeFolder
from ownplug.app.settings import Settings
from ownplug.bridges.homekit import Homekit, qr_rows, qr_svg
from ownplug.transport.endpoint import is_ipv4, own_address
from ownplug.web import HomekitPairing


class HomekitDesk:
    """Shows how the bridge is paired.

    Args:
        bridge: that is shown.
        rows: the QR code of its link.
        svg: the same as a picture.
    """

    def __init__(self, bridge: Homekit, rows: tuple[str, ...], svg: str) -> None:
        self.bridge = bridge
        self._rows = rows
        self._svg = svg

    def pairing(self) -> HomekitPairing:
        """Return how it is added to a home."""
        view = self.bridge.view()
        return HomekitPairing(
            is_paired=view.is_paired,
            address=view.address,
            setup_code=view.setup_code,
            setup_uri=view.setup_uri,
            qr_rows=self._rows,
            qr_svg=self._svg,
        )

    async def unpair(self) -> None:
        """Have every home that has it forgotten.

        Raises:
            NotKept: the disk takes nothing.
        """
        await self.bridge.unpair()


async def homekit_desk(folder: HomeFolder, settings: Settings) -> HomekitDesk | None:
    """Return the HomeKit bridge, which does not run yet; None: it is off.

    Raises:
        UsageError: what it needs is not installed, or what it keeps cannot be read.
    """
    if not settings.homekit.enabled:
        return None
    advertised = settings.network.advertise
    address = advertised if is_ipv4(advertised) else own_address()
    bridge = Homekit(folder.homekit_file, settings.homekit, address=address)
    await bridge.load()
    link = bridge.view().setup_uri.reveal()
    rows, svg = await in_thread(lambda: (qr_rows(link), qr_svg(link)))  # arithmetic, and a library to load
    return HomekitDesk(bridge, rows, svg)
