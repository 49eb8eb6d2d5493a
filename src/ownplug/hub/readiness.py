"""Whether the hub can do its work now: the database takes writes, and the MQTT server listens."""

from __future__ import annotations

import asyncio
import logging
from enum import Enum

from ownplug.aio import Clock
from ownplug.core.errors import OwnplugError
from ownplug.hub.ports import Disk, MqttServer

log = logging.getLogger(__name__)

PROOF_S = 1.0
"""Seconds for which a proof holds: anybody may ask, and each proof is a write."""

_PATIENCE_S = 3.0


class Obstacle(Enum):
    """What keeps the hub from its work."""

    DATABASE = "database-not-writable"
    MQTT = "mqtt-not-listening"
    STARTING = "starting"


class Readiness:
    """Asks disk and server, the disk no more than once a second."""

    def __init__(self, server: MqttServer, disk: Disk, clock: Clock) -> None:
        self._server = server
        self._disk = disk
        self._clock = clock
        self._proving = asyncio.Lock()
        self._proved_s: float | None = None
        self._is_writable = False

    async def obstacle(self) -> Obstacle | None:
        """Return what keeps the hub from its work; None if nothing does."""
        if not self._server.is_listening:
            return Obstacle.MQTT
        if self._server.is_stuck or not await self._takes_writes():
            return Obstacle.DATABASE
        return None

    async def _takes_writes(self) -> bool:
        async with self._proving:  # whoever asks meanwhile gets the same answer
            now_s = self._clock.monotonic()
            if self._proved_s is None or now_s - self._proved_s >= PROOF_S:
                self._is_writable = await self._prove()
                self._proved_s = self._clock.monotonic()
            return self._is_writable

    async def _prove(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._disk.prove_writable(self._clock.now())
        except (OwnplugError, TimeoutError) as error:
            log.debug("The database takes no writes: %s", error)
            return False
        return True
