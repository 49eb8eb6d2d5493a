"""The calls for many plugs at once: lists that are taken home, and moves to another server."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ownplug.client.tariffs import AskOfHome
from ownplug.core.secret import Secret

Document = dict[str, Any]


class BatchCalls:
    """Lists of plugs that the hub takes home; what a list says stands in docs/pairing.md.

    Args:
        ask: asks the hub.
    """

    def __init__(self, ask: AskOfHome) -> None:
        self._ask = ask

    async def begin(self, plugs: list[Document], *, ssid: str, password: Secret, **more: Any) -> Document:
        """Have the hub take plugs home: `name` of each, and `room`, `mac`, `url` where they matter; return the list.

        Args:
            plugs: who.
            ssid: the Wi-Fi network that they shall join.
            password: of the network; empty for an open one.
            more: `url`, `joins`, `switches`, `timeout_s`, `idle_s`.
        """
        wish = {"plugs": plugs, "ssid": ssid, "password": password.reveal(), **more}
        return await self._ask("POST", "/pairings/batches", wish)

    async def all(self) -> list[Document]:
        """Return the lists of late, oldest first."""
        found: list[Document] = (await self._ask("GET", "/pairings/batches"))["batches"]
        return found

    async def get(self, id_: str) -> Document:
        """Return a list as it is now: `state` (running, done, stopped) and its `lines`."""
        return await self._ask("GET", _batch(id_))

    async def resume(self, id_: str, *, ssid: str | None = None, password: Secret | None = None) -> Document:
        """Go on with a list that stopped, with another network or password where one is given."""
        said = {"ssid": ssid, "password": password.reveal() if password is not None else None}
        return await self._ask("POST", f"{_batch(id_)}/resume", said)

    async def stop(self, id_: str) -> Document:
        """Stop a list; it can be gone on with."""
        return await self._ask("POST", f"{_batch(id_)}/stop")

    async def forget(self, id_: str) -> None:
        """Stop a list and forget it."""
        await self._ask("DELETE", _batch(id_))


class MoveCalls:
    """The move of plugs to another server; there is one at a time.

    Args:
        ask: asks the hub.
    """

    def __init__(self, ask: AskOfHome) -> None:
        self._ask = ask

    async def begin(self, servers: list[str], *, plugs: list[str] | None = None, **more: Any) -> Document:
        """Have the hub take plugs, or all of the home, to `mqtts://HOST:PORT`; return the move.

        Args:
            servers: one or two.
            plugs: which; None: all.
            more: `key`, `user_id`, `addresses`, `at_once`, `timeout_s`.
        """
        who: Document = {"all": True} if plugs is None else {"plugs": plugs}
        return await self._ask("POST", "/moves", {"servers": servers, **who, **more})

    async def all(self) -> list[Document]:
        """Return the move that there is, or none."""
        found: list[Document] = (await self._ask("GET", "/moves"))["moves"]
        return found

    async def get(self) -> Document:
        """Return the move that runs, ran last, or did not come to its end: `state` and its `plugs`."""
        return await self._ask("GET", "/moves/current")

    async def resume(self, **how: Any) -> Document:
        """Go on with it; `at_once` and `timeout_s` say how."""
        return await self._ask("POST", "/moves/current/resume", how)

    async def stop(self) -> Document:
        """Stop it where it is."""
        return await self._ask("POST", "/moves/current/stop")

    async def give_up(self) -> None:
        """Forget it; every plug stays where it is."""
        await self._ask("DELETE", "/moves/current")


def _batch(id_: str) -> str:
    return f"/pairings/batches/{quote(id_, safe='')}"
