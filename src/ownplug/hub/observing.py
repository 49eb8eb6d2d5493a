"""What the hub tells of itself and of what its plugs said: figures, readiness, history, messages, diagnostics."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ownplug.aio import Clock
from ownplug.core.secret import Secret
from ownplug.hub.availability import AvailabilitySpan
from ownplug.hub.diagnostics import DiagnosticsSnapshot, diagnostics_report
from ownplug.hub.figures import Figures
from ownplug.hub.hub import Hub
from ownplug.hub.messages import MessageView
from ownplug.hub.ports import Disk, MqttServer
from ownplug.hub.readiness import Obstacle, Readiness
from ownplug.hub.recent_warnings import RecentWarnings


class Observing:
    """What one may see of a running hub.

    Args:
        hub: the hub.
        clock: the time of what is told.
    """

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._started_s = clock.monotonic()
        self._server: MqttServer | None = None
        self._disk: Disk | None = None
        self._readiness: Readiness | None = None
        self._warnings = RecentWarnings()
        self._settings: Mapping[str, object] = {}
        self._token = Secret("")

    def join(
        self,
        *,
        server: MqttServer,
        disk: Disk,
        warnings: RecentWarnings,
        settings: Mapping[str, object],
        token: Secret,
    ) -> None:
        """Tell of these, too.

        Args:
            server: the MQTT server.
            disk: the home's database.
            warnings: what was logged.
            settings: those in force, by `section.field`.
            token: of the API, so that no message shows it.
        """
        self._server, self._disk, self._warnings = server, disk, warnings
        self._readiness = Readiness(server, disk, self._clock)
        self._settings, self._token = settings, token

    def use_settings(self, settings: Mapping[str, object]) -> None:
        """Tell of these settings from now on, by `section.field`."""
        self._settings = settings

    def figures(self) -> Figures:
        """Return what can be counted and measured now."""
        hub = self._hub
        return Figures(
            uptime_s=self._clock.monotonic() - self._started_s,
            plugs=tuple((plug, hub.state(plug.uuid)) for plug in hub.registry.all()),
            refusals={cause.value: count for cause, count in hub.refusals.totals.items()},
            events_missed=hub.events.missed,
            database_writes_failed=self._disk.failed_writes if self._disk else 0,
            mqtt=self._server.figures() if self._server else {},
        )

    async def obstacle(self) -> Obstacle | None:
        """Return what keeps the hub from its work; None if nothing does."""
        return await self._readiness.obstacle() if self._readiness else Obstacle.STARTING

    async def availability(
        self, reference: str, *, limit: int, before: int | None = None
    ) -> tuple[list[AvailabilitySpan], int | None]:
        """Return when a plug was there, newest first, and the `before` of the next page; None after the last.

        Raises:
            NotFound, Conflict: no such plug, or several.
            OwnplugError: the history cannot be read.
        """
        uuid = self._hub.registry.find(reference).uuid
        return await self._hub.history.spans(uuid, limit=limit, before=before)

    def messages(self, reference: str, *, limit: int) -> list[MessageView]:
        """Return the last messages of a plug, newest first, masked.

        Raises:
            NotFound, Conflict: no such plug, or several.
        """
        uuid = self._hub.registry.find(reference).uuid
        return self._hub.messages.of(uuid, limit=limit, secrets=self._secrets())

    async def diagnostics(self) -> dict[str, Any]:
        """Return a report that its owner may publish."""
        hub = self._hub
        snapshot = DiagnosticsSnapshot(
            at=self._clock.now(),
            figures=self.figures(),
            settings=self._settings,
            users=len(hub.accounts.all()),
            talks={plug.uuid: talk for plug in hub.registry.all() if (talk := hub.talk(plug.uuid))},
            refusals=hub.refusals.all(),
            warnings=self._warnings.all(),
        )
        return await asyncio.to_thread(diagnostics_report, snapshot)  # of thousands of plugs it takes a while

    def _secrets(self) -> set[str]:
        hub = self._hub
        own = {plug.key.reveal() for plug in hub.registry.all() if plug.key}
        return own | {hub.home.key.reveal(), self._token.reveal(), *hub.settings.position.split(",")}
