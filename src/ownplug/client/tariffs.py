"""The calls for what energy costs."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote, urlencode

Document = dict[str, Any]


class AskOfHome(Protocol):
    """Asks a hub for something."""

    async def __call__(
        self, method: str, path: str, body: Document | None = None, /, *, table: bytes | None = None
    ) -> Document:
        """Return what the hub says; empty where it says nothing."""


class TariffCalls:
    """What energy costs from which day on; a day is text, YYYY-MM-DD, in the owner's zone.

    Args:
        ask: asks the hub.
    """

    def __init__(self, ask: AskOfHome) -> None:
        self._ask = ask

    async def all(self) -> Document:
        """Return the `currency` of all prices, the `tariffs` (`from`, `to`, `rate`), and which `prices` there are."""
        return await self._ask("GET", "/tariffs")

    async def set(self, begins: str, rate: Document, *, currency: str | None = None) -> None:
        """Say what energy costs from a day on, in place of a tariff that begins on the same day.

        Args:
            begins: that day.
            rate: `kind` and what belongs to it: "flat" with `price_per_kwh`; "day-night" with `day_price_per_kwh`,
                `night_price_per_kwh`, `night_from` and `night_to` (HH:MM); "hourly".
            currency: of all prices, three capital letters; None: as it was.
        """
        await self._ask("PUT", f"/tariffs/{quote(begins, safe='')}", {"currency": currency, "rate": rate})

    async def remove(self, begins: str) -> None:
        """Remove the tariff that begins on a day."""
        await self._ask("DELETE", f"/tariffs/{quote(begins, safe='')}")

    async def import_prices(
        self, table: bytes, *, currency: str | None = None, begins: str | None = None
    ) -> Document:
        """Take prices over from a CSV table, all or none; return what came: `from`, `to`, `count`.

        Args:
            table: `start,price`, see docs/tariffs.md.
            currency: of all prices; None: as it was.
            begins: from that day on what is paid goes by the table; None: tariffs stay as they are.
        """
        said = {"currency": currency, "from": begins}
        query = urlencode({name: value for name, value in said.items() if value is not None})
        return await self._ask("PUT", f"/tariffs/prices?{query}", table=table)

    async def prices(self, begin: str, end: str) -> Document:
        """Return the `prices` of hours between two moments, ISO 8601: `from` and `price_per_kwh` of each."""
        return await self._ask("GET", f"/tariffs/prices?{urlencode({'from': begin, 'to': end})}")
