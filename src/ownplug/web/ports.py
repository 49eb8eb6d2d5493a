"""What the web interface needs of a hub; `ownplug.hub.HubApi` fits by shape."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

from ownplug.aio import Subscription
from ownplug.core.secret import Secret
from ownplug.core.state import EnergyDay, Reading, RelayState
from ownplug.hub import Event, FirmwareOffer, FirmwareView, HomeView, PlugView, Refusal, UserView


class FirmwareDoor(Protocol):
    """What the API needs for upgrades. Errors are `ownplug.core.errors`."""

    def view(self, reference: str, /) -> FirmwareView:
        """Return which firmware a plug has, and how far its upgrade is."""

    async def begin(self, reference: str, offer: FirmwareOffer, /) -> FirmwareView:
        """Check an image, and begin to replace a plug's firmware by it."""

    def give_up(self, reference: str, /) -> None:
        """Give an upgrade up that was not offered to the plug yet, or forget one that is over."""


class HubDoor(Protocol):
    """What one may ask of a hub; a plug is named as a person names it. Errors are `ownplug.core.errors`."""

    @property
    def firmware(self) -> FirmwareDoor:
        """Which firmware the plugs have, and their upgrades."""

    def home(self) -> HomeView:
        """Return who the home is and where it listens."""

    async def change_key(self, key: Secret, /) -> None:
        """Give the home another key."""

    def plugs(self) -> list[PlugView]:
        """Return all plugs of the home."""

    def plug(self, reference: str, /) -> PlugView:
        """Return one plug."""

    async def change(
        self, reference: str, /, *, name: str | None = None, room: str | None = None
    ) -> PlugView:
        """Call a plug something else, or say in which room it is."""

    async def forget(self, reference: str, /) -> None:
        """Remove a plug from the home."""

    async def switch(self, reference: str, /, *, on: bool, channel: int = 0) -> RelayState:
        """Switch a relay."""

    async def toggle(self, reference: str, /, *, channel: int = 0) -> RelayState:
        """Switch a relay to its other side."""

    async def read_power(self, reference: str, /, *, channel: int = 0) -> Reading:
        """Ask the plug for its power now."""

    async def energy_days(self, reference: str, /) -> list[EnergyDay]:
        """Ask the plug for the energy of its last days."""

    async def request(
        self, reference: str, /, *, method: str, namespace: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        """Send any request to a plug and return what it replied."""

    async def add_user(self, name: str, password: Secret, /, *, read: list[str], write: list[str]) -> None:
        """Add or change a user of the MQTT server."""

    def users(self) -> list[UserView]:
        """Return all users of the MQTT server."""

    async def remove_user(self, name: str, /) -> None:
        """Remove a user of the MQTT server."""

    def refusals(self) -> list[Refusal]:
        """Return who could not come in lately."""

    def events(self) -> AbstractContextManager[Subscription[Event]]:
        """Listen to what happens from now on."""
