"""The calls for the rules that plugs keep: timers and auto-offs have the same ones."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote

Document = dict[str, Any]


class AskOfPlug(Protocol):
    """Asks a hub for a part of a plug."""

    async def __call__(self, method: str, plug: str, path: str, body: Document | None = None, /) -> Document:
        """Return what the hub says; empty where it says nothing."""


class RuleCalls:
    """The rules of one kind; a plug is named as a person names it.

    A rule is a dictionary as the API tells and takes it. What the API only tells (`id`, `acts_next_at`, `summary`,
    `warning`) may stay in one that is sent back.

    Args:
        path: their name in the API: `timers`, `auto-offs`.
        ask: asks the hub.
    """

    def __init__(self, path: str, ask: AskOfPlug) -> None:
        self._path = path
        self._ask = ask

    async def all(self, plug: str) -> Document:
        """Return what the plug keeps: a list by the name of the kind, and `unread`, what means nothing to the hub."""
        return await self._ask("GET", plug, self._path)

    async def get(self, plug: str, rule_id: str) -> Document:
        """Return one."""
        return await self._ask("GET", plug, self._one(rule_id))

    async def add(self, plug: str, rule: Document) -> Document:
        """Make one; return it as the plug keeps it, with its `id`."""
        return await self._ask("POST", plug, self._path, _sendable(rule))

    async def change(self, plug: str, rule_id: str, rule: Document) -> Document:
        """Replace one by another; return it as the plug keeps it."""
        return await self._ask("PUT", plug, self._one(rule_id), _sendable(rule))

    async def remove(self, plug: str, rule_id: str) -> None:
        """Let the plug forget one."""
        await self._ask("DELETE", plug, self._one(rule_id))

    def _one(self, rule_id: str) -> str:
        return f"{self._path}/{quote(rule_id, safe='')}"


_TOLD = frozenset({"id", "acts_next_at", "summary", "warning"})


def _sendable(rule: Document) -> Document:
    return {name: value for name, value in rule.items() if name not in _TOLD}
