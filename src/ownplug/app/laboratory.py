"""The laboratory of virtual plugs, as whoever composes a hub sees it; what runs them is for others to bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, TypeAlias

from ownplug.client import HubAddress
from ownplug.web import LabDoor


class Laboratory(LabDoor, Protocol):
    """Virtual plugs that run for as long as it is open."""

    async def begin(self, hub: HubAddress, /) -> None:
        """Plug in what was there before; `hub` takes new ones home."""

    def ttys(self) -> Sequence[tuple[str, str]]:
        """Return the serial consoles of its plugs: the path of each, and whose it is, in words."""


OpenLab: TypeAlias = Callable[[Path], AbstractAsyncContextManager[Laboratory]]
"""Opens the laboratory that lies in a folder."""
