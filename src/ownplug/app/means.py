"""What the desks that take plugs home and away share: the time, this machine's Wi-Fi, the way to the hub."""

from __future__ import annotations

from collections.abc import Callable

from ownplug.aio import Clock
from ownplug.app.radio import Radio
from ownplug.client import HubAddress
from ownplug.core.errors import Unreachable
from ownplug.core.meross.masking import mask_text
from ownplug.core.secret import Secret
from ownplug.core.units import Position


class Means:
    """Shared by the desks of one hub.

    Args:
        clock: dates what is done and measures it.
        position: of the home, as `LATITUDE,LONGITUDE`, which nothing here shows; empty where it is not known.

    Attributes:
        clock: the same.
        radio: this machine's Wi-Fi.
    """

    def __init__(self, clock: Clock, *, position: str = "") -> None:
        self.clock = clock
        self.radio = Radio()
        self._positions: set[str] = set()
        self._address: HubAddress | None = None
        self.use_position(position)

    @property
    def hub(self) -> HubAddress:
        """Where the hub is reached.

        Raises:
            Unreachable: it does not listen yet.
        """
        if self._address is None:
            raise Unreachable("The hub is not ready yet.", hint="Try again in a moment.")
        return self._address

    def use_position(self, position: str) -> None:
        """Keep this position of the home to ourselves from now on, too."""
        if position:
            self._positions.add(str(Position.parse(position)))

    def serve_through(self, address: HubAddress) -> None:
        """Reach the hub there from now on."""
        self._address = address

    def mask(self, ssid: str, password: Secret) -> Callable[[str], str]:
        """Return what takes a network, its password and the home's places out of a text.

        A pairing can be read for as long as the hub runs, and by others than who began it.
        """
        return lambda text: mask_text(text, (ssid, password.reveal(), *self._positions))
