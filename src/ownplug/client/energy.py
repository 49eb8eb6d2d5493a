"""The calls for what plugs have used; a plug is named as a person names it, days are ISO dates, ends are included."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from urllib.parse import urlencode

Document = dict[str, Any]
Take = Callable[[bytes], Awaitable[None]]

_TABLES = {"csv": ("table.csv", "text/csv"), "json": ("table", "application/json")}


class Ask(Protocol):
    """Asks a hub for a path below `/api/v1`."""

    async def __call__(self, path: str, /) -> Document:
        """Return what the hub says."""


class Fetch(Protocol):
    """Has a hub make a file."""

    async def __call__(self, path: str, take: Take, kind: str, /) -> None:
        """Hand on the file of that media type, piece by piece."""


class EnergyCalls:
    """What one may ask about energy.

    Args:
        ask: asks the hub.
        fetch: has it make a file.
        path: writes the path of a plug.
    """

    def __init__(self, ask: Ask, fetch: Fetch, path: Callable[[str], str]) -> None:
        self._ask = ask
        self._fetch = fetch
        self._path = path

    async def series(
        self, plug: str, *, grain: str, first: str | None = None, last: str | None = None
    ) -> Document:
        """Return `start_s`, `energy_wh` and `covered_s`, column by column, in stretches of minute, hour, day, ..."""
        return await self._ask(
            f"{self._path(plug)}/energy?{_query(grain=grain, **{'from': first, 'to': last})}"
        )

    async def home_series(
        self,
        *,
        grain: str,
        by: str | None = None,
        first: str | None = None,
        last: str | None = None,
        plug: str | None = None,
        room: str | None = None,
    ) -> Document:
        """Return the same columns summed up over the home, a plug or a room, and the `parts` of each plug or room."""
        query = _query(grain=grain, by=by, plug=plug, room=room, **{"from": first, "to": last})
        return await self._ask(f"/energy/series?{query}")

    async def peaks(self, *, day: str | None = None, plug: str | None = None) -> list[Document]:
        """Return of each plug the highest `power_w` on a day, by default today, and `at` which moment."""
        peaks: list[Document] = (await self._ask(f"/energy/peaks?{_query(day=day, plug=plug)}"))["peaks"]
        return peaks

    async def counter_wh(self, plug: str) -> float:
        """Return what a plug has used since it came."""
        return float((await self._ask(f"{self._path(plug)}/energy/counter"))["energy_wh"])

    async def corrections(self, plug: str, *, limit: int = 50) -> list[Document]:
        """Return what was put right, newest first: `day`, `reason`, `before_wh`, `after_wh` and more."""
        told = await self._ask(f"{self._path(plug)}/energy/corrections?{_query(limit=str(limit))}")
        corrections: list[Document] = told["corrections"]
        return corrections

    async def totals(
        self,
        *,
        by: str = "plug",
        grain: str = "all",
        first: str | None = None,
        last: str | None = None,
        plug: str | None = None,
    ) -> Document:
        """Return `currency`, and of the `totals` each `key`, `name`, `begin`, `energy_wh`, `cost` and more, by days."""
        query = _query(by=by, grain=grain, plug=plug, **{"from": first, "to": last})
        return await self._ask(f"/energy?{query}")

    async def compare(self, period: str) -> list[Document]:
        """Return of each plug `used_wh` since the period began, `before_wh` and `whole_before_wh` of the one before."""
        plugs: list[Document] = (await self._ask(f"/energy/comparison?{_query(period=period)}"))["plugs"]
        return plugs

    async def save_table(
        self,
        take: Take,
        *,
        grain: str,
        kind: str = "csv",
        first: str | None = None,
        last: str | None = None,
        plug: str | None = None,
    ) -> None:
        """Have a table of what was used written as `csv` or `json`; `take` is given it piece by piece."""
        query = _query(grain=grain, plug=plug, **{"from": first, "to": last})
        await self._fetch(f"/energy/{_TABLES[kind][0]}?{query}", take, _TABLES[kind][1])


def _query(**said: str | None) -> str:
    return urlencode({name: value for name, value in said.items() if value is not None})
