"""The calls for the HomeKit bridge."""

from __future__ import annotations

from typing import Any, Protocol

Document = dict[str, Any]


class AskOfHome(Protocol):
    """Asks a hub for something."""

    async def __call__(self, method: str, path: str, /) -> Document:
        """Return what the hub says; empty where it says nothing."""


class HomekitCalls:
    """The bridge to Apple's Home.

    Args:
        ask: asks the hub.
    """

    def __init__(self, ask: AskOfHome) -> None:
        self._ask = ask

    async def get(self) -> Document:
        """Return whether it `is_paired`, its `setup_code`, `setup_uri`, and their QR code (`qr_rows`, `qr_svg`)."""
        return await self._ask("GET", "/bridges/homekit")

    async def unpair(self) -> None:
        """Take it out of every home that has it."""
        await self._ask("DELETE", "/bridges/homekit")
