"""What the vendor's HTTP interface needs of the hub."""

from __future__ import annotations

from typing import Protocol

from ownplug.core.secret import Secret
from ownplug.hub import AppAccount, HomeView, PlugView


class PlugsDoor(Protocol):
    """The home and its plugs."""

    def home(self) -> HomeView:
        """Return who the home is."""

    def plugs(
        self, *, limit: int | None = None, after: str | None = None
    ) -> tuple[list[PlugView], str | None]:
        """Return its plugs; all of them without a limit."""


class AppsDoor(Protocol):
    """Who of the home's users lets a program in; see `ownplug.hub.AppLogins`."""

    async def sign_in(
        self, name: str, password: Secret, *, is_digest: bool, address: str
    ) -> tuple[AppAccount, Secret]:
        """Let a program in, and hand it a token."""

    def holder(self, token: Secret) -> AppAccount | None:
        """Return whose token this is."""

    async def sign_out(self, token: Secret) -> None:
        """End what began with `sign_in`."""
