"""Many virtual plugs in one process: put in one after the other, and counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ownplug.aio import Clock, SystemClock
from ownplug.core.secret import Secret
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.signals import LifeState
from ownplug.virtual.plug import VirtualPlug, VirtualPlugSettings

_SSID = "Home"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetStatus:
    """How a fleet does at this moment."""

    plugs: int
    """Put in so far."""
    connected: int
    """Plugs that their server has let in."""
    bound: int
    """Plugs whose start-up talk has been answered: they are at home."""
    failed: int
    """Connections that failed, or ended without the plug's will, of all plugs since they were put in."""
    messages: int
    """Messages exchanged with servers, of all plugs since they were put in."""


class Fleet:
    """Plugs that live as long as its `async with`.

    Args:
        start_rate: how many plugs are put in within a second, above 0; without it, as many as the machine can.
        clock: the world's clock.
    """

    def __init__(self, *, start_rate: float = math.inf, clock: Clock | None = None) -> None:
        self._interval_s = 1 / start_rate
        self._clock = clock or SystemClock()
        self._began_s = 0.0
        self._plugs: list[VirtualPlug] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Begin without plugs."""
        self._began_s = self._clock.monotonic()
        await self._stack.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Pull all of them out."""
        return await self._stack.__aexit__(kind, error, trace)

    @property
    def plugs(self) -> Sequence[VirtualPlug]:
        """Those that have been put in, in that order."""
        return self._plugs

    async def put_in(self, settings: VirtualPlugSettings) -> VirtualPlug:
        """Put in one more plug, when it is its turn.

        Raises:
            UsageError: as `VirtualPlug` when it is entered.
        """
        due_s = self._began_s + len(self._plugs) * self._interval_s
        await self._clock.sleep(due_s - self._clock.monotonic())
        plug = await self._stack.enter_async_context(VirtualPlug(settings, clock=self._clock))
        self._plugs.append(plug)
        return plug

    def status(self) -> FleetStatus:
        """Count them."""
        states = Counter(plug.state for plug in self._plugs)
        bound = states[LifeState.ONLINE]
        return FleetStatus(
            plugs=len(self._plugs),
            connected=states[LifeState.STARTING] + bound,
            bound=bound,
            failed=sum(plug.failures for plug in self._plugs),
            messages=sum(plug.messages for plug in self._plugs),
        )


def at_home(host: str, port: int, *, key: Secret, user_id: str) -> dict[str, str]:
    """What is in the memory of a plug that has been at this home before; for `VirtualPlugSettings.flash`.

    Such a plug looks for its server for ever.
    """
    return {
        items.SSID: _SSID,
        items.WIFI_PASSWORD: "",
        items.KEY: key.reveal(),
        items.USER_ID: user_id,
        items.SERVER: host,
        items.PORT: str(port),
        items.SECOND_SERVER: host,
        items.SECOND_PORT: str(port),
        items.STATE: "1",
        items.BIND: "1",
    }
