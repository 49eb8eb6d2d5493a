"""The calls for plugs at a serial port of the hub's machine; a port is named by the `id` that the list tells."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote

Document = dict[str, Any]


class AskAtPort(Protocol):
    """Asks a hub for something."""

    async def __call__(self, method: str, path: str, body: Document | None = None, /) -> Document:
        """Return what the hub says; empty where it says nothing."""


class ConsoleCalls:
    """A plug with its case open, at the hub's machine.

    Args:
        ask: asks the hub.
    """

    def __init__(self, ask: AskAtPort) -> None:
        self._ask = ask

    async def ports(self) -> list[Document]:
        """Return the ports that may be opened: `id`, `name`, `description`, `origin`, `is_open`, `job`."""
        found: list[Document] = (await self._ask("GET", "/console/ports"))["ports"]
        return found

    async def settings(self, port: str, *, show_secrets: bool = False) -> list[Document]:
        """Return every setting of the plug: `key`, `value`, `meaning`, `is_secret`."""
        found: list[Document] = (await self._of(port, "GET", "settings", show_secrets=show_secrets))[
            "settings"
        ]
        return found

    async def snapshot(self, port: str, *, show_secrets: bool = False) -> Document:
        """Return everything that the plug tells."""
        return await self._of(port, "POST", "snapshot", show_secrets=show_secrets)

    async def backup(self, port: str) -> Document:
        """Return every setting as the document of a backup's file; it holds passwords and keys."""
        return await self._of(port, "POST", "settings/backup")

    async def differences(self, port: str, file: str, *, show_secrets: bool = False) -> list[Document]:
        """Return where the plug differs from the text of a backup's file."""
        answer = await self._of(
            port, "POST", "settings/difference", {"file": file}, show_secrets=show_secrets
        )
        found: list[Document] = answer["differences"]
        return found

    async def plan_restore(self, port: str, file: str, **options: bool) -> Document:
        """Return what giving a backup back would do: `resets`, `changes`, `left`, `is_whole`, `word`.

        Args:
            port: where the plug is.
            file: the text of the backup's file.
            options: `any_plug`, `identity`, `calibration`, `reset`, `partial`.
        """
        answer = await self._of(port, "POST", "settings/restore", {"file": file, **options})
        found: Document = answer["plan"]
        return found

    async def restore(self, port: str, file: str, word: str, **options: bool) -> Document:
        """Begin to give a backup back and return the job; `word` is that of its plan, the rest as there."""
        body = {"file": file, "dry_run": False, "confirm": word, **options}
        found: Document = (await self._of(port, "POST", "settings/restore", body))["job"]
        return found

    async def leave_factory(self, port: str) -> Document:
        """Begin to lead a plug out of factory mode; return the job."""
        return await self._of(port, "POST", "leave-factory")

    async def follow_start(self, port: str, *, reboot: bool = True) -> Document:
        """Begin to follow a start, one that is asked for or one that somebody causes; return the job."""
        return await self._of(port, "POST", "boot", {"reboot": reboot})

    async def start(self, port: str) -> Document | None:
        """Return what the last start told that the hub has seen since it opened the port."""
        found: Document | None = (await self._of(port, "GET", "boot"))["start"]
        return found

    async def light(self, port: str) -> Document:
        """Return what the light shows: `stage`, `light`, `meanings`."""
        return await self._of(port, "GET", "led")

    async def drive_light(self, port: str, *, colour: str, state: str) -> None:
        """Let the light be "red" or "green" and "on", "off", "quick" or "slow", until the firmware drives it again."""
        await self._of(port, "PUT", "led", {"colour": colour, "state": state})

    async def job(self, port: str) -> Document | None:
        """Return the job that is under way on a port, or was the last."""
        found: Document | None = (await self._of(port, "GET", "job"))["job"]
        return found

    async def cancel(self, port: str) -> None:
        """Give the job up, or forget it."""
        await self._of(port, "DELETE", "job")

    async def _of(
        self,
        port: str,
        method: str,
        what: str,
        body: Document | None = None,
        *,
        show_secrets: bool = False,
    ) -> Document:
        query = "?show_secrets=true" if show_secrets else ""
        return await self._ask(method, f"/console/ports/{quote(port, safe='')}/{what}{query}", body)
