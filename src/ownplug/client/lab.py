"""The calls for the hub's laboratory of virtual plugs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ownplug.client.tariffs import AskOfHome

Document = dict[str, Any]


class LabCalls:
    """Virtual plugs that run beside the hub; each is named by its number, its uuid, or the last digits of that.

    A plug is a dictionary as the API tells it: `id`, `uuid`, `state`, `lamp`, `relays`, `load`, `faults` and more.

    Args:
        ask: asks the hub.
    """

    def __init__(self, ask: AskOfHome) -> None:
        self._ask = ask

    async def start(
        self,
        *,
        model: str = "mss310",
        load: str = "60",
        name: str = "",
        count: int = 1,
        take_home: bool = False,
    ) -> list[Document]:
        """Start plugs at factory default; with `take_home` the hub takes them home at once."""
        wish = {"model": model, "load": load, "name": name, "count": count, "take_home": take_home}
        return list((await self._ask("POST", "/lab/plugs", wish))["plugs"])

    async def all(self) -> list[Document]:
        """Return all plugs, in the order in which they were started."""
        return list((await self._ask("GET", "/lab/plugs"))["plugs"])

    async def get(self, plug: str) -> Document:
        """Return one plug."""
        return await self._ask("GET", _path(plug))

    async def take_home(self, plug: str) -> Document:
        """Have the hub take a plug home that is in pairing mode; its `pairing` tells how that goes, once it has one."""
        return await self._ask("POST", f"{_path(plug)}/take-home")

    async def throw_away(self, plug: str, *, forget: bool = False) -> None:
        """End a plug for good; with `forget` the hub forgets it, too."""
        await self._ask("DELETE", f"{_path(plug)}?forget={str(forget).lower()}")

    async def press(self, plug: str, *, seconds: float = 0.2) -> Document:
        """Hold the button of a plug: a short press toggles, five seconds enter pairing mode."""
        return await self._ask("POST", f"{_path(plug)}/press", {"seconds": seconds})

    async def set_load(self, plug: str, load: str) -> Document:
        """Plug something else in."""
        return await self._ask("PUT", f"{_path(plug)}/load", {"load": load})

    async def set_faults(self, plug: str, *faults: str) -> Document:
        """Let these go wrong, each as `loss=0.2`, and nothing else."""
        return await self._ask("PUT", f"{_path(plug)}/faults", {"faults": list(faults)})

    async def unplug(self, plug: str) -> Document:
        """Pull a plug out of the wall."""
        return await self._ask("POST", f"{_path(plug)}/unplug")

    async def plug_in(self, plug: str) -> Document:
        """Put it back in."""
        return await self._ask("POST", f"{_path(plug)}/plug-in")

    async def reboot(self, plug: str) -> Document:
        """Pull it out and put it back in."""
        return await self._ask("POST", f"{_path(plug)}/reboot")


def _path(plug: str) -> str:
    return f"/lab/plugs/{quote(plug, safe='')}"
