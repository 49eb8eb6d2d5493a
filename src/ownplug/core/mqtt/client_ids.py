"""Who is connected under which client id; a second client with the same id takes over (MQTT-3.1.4-2)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class ClientIds(Generic[T]):
    """Clients by their id; `T` is whatever the driver uses to reach one."""

    def __init__(self) -> None:
        self._clients: dict[str, T] = {}

    def __len__(self) -> int:
        return len(self._clients)

    def enter(self, client_id: str, client: T) -> T | None:
        """Register a client; the one that had its id before is returned, and must be closed."""
        former = self._clients.get(client_id)
        self._clients[client_id] = client
        return former

    def leave(self, client_id: str, client: T) -> None:
        """Forget a client; harmless when another has taken its id over."""
        if self._clients.get(client_id) is client:
            del self._clients[client_id]

    def find(self, client_id: str) -> T | None:
        """Who is connected under this id."""
        return self._clients.get(client_id)
