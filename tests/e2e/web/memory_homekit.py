"""A HomeKit bridge in memory, and what its routes answer."""

from __future__ import annotations

from typing import Any

from ownplug.core.secret import Secret
from ownplug.web import HomekitPairing


class MemoryHomekit:
    """A bridge that a home has until it is unpaired."""

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls
        self._is_paired = True

    def pairing(self) -> HomekitPairing:
        return HomekitPairing(
            is_paired=self._is_paired,
            address="192.168.1.10:51826",
            setup_code=Secret("031-45-154"),
            setup_uri=Secret("X-HM://0023ISYWYACMN"),
            qr_rows=("00", "01"),
            qr_svg="<svg/>",
        )

    async def unpair(self) -> None:
        self._calls.append("unpair")
        self._is_paired = False


HOMEKIT: dict[str, Any] = {
    "is_paired": True,
    "address": "192.168.1.10:51826",
    "setup_code": "031-45-154",
    "setup_uri": "X-HM://0023ISYWYACMN",
    "qr_rows": ["00", "01"],
    "qr_svg": "<svg/>",
}

HOMEKIT_ROUTES: list[tuple[str, str, Any, int, Any, list[str]]] = [
    ("GET", "/api/v1/bridges/homekit", None, 200, HOMEKIT, []),
    ("DELETE", "/api/v1/bridges/homekit", None, 204, None, ["unpair"]),
]
