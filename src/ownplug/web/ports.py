"""What the web interface needs of a hub; `ownplug.hub.HubApi` fits by shape."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

from ownplug.aio import Subscription
from ownplug.core.secret import Secret
from ownplug.core.state import EnergyDay, Reading, RelayState
from ownplug.hub import (
    AvailabilitySpan,
    Event,
    Figures,
    HomeView,
    MessageView,
    Obstacle,
    PlugView,
    Refusal,
    UserView,
)


class ObservingDoor(Protocol):
    """What one may see of a running hub. Errors are `ownplug.core.errors`."""

    def figures(self) -> Figures:
        """Return what can be counted and measured now."""

    async def obstacle(self) -> Obstacle | None:
        """Return what keeps the hub from its work; None if nothing does."""

    async def availability(
        self, reference: str, /, *, limit: int, before: int | None = None
    ) -> tuple[list[AvailabilitySpan], int | None]:
        """Return when a plug was there, newest first, and the `before` of the next page."""

    def messages(self, reference: str, /, *, limit: int) -> list[MessageView]:
        """Return the last messages of a plug, newest first, masked."""

    async def diagnostics(self) -> dict[str, Any]:
        """Return a report that its owner may publish."""


class HubDoor(Protocol):
    """What one may ask of a hub; a plug is named as a person names it. Errors are `ownplug.core.errors`."""

    @property
    def observing(self) -> ObservingDoor:
        """What it tells of itself."""

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
