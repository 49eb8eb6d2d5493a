"""Carries one upgrade out: offers the image, orders it, and follows what the plug says until it is back.

Each state has its deadline, and no state comes twice, so that every upgrade ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ownplug.aio import Clock, Subscription
from ownplug.core.errors import LinkTimeout, Malformed, OwnplugError
from ownplug.core.meross import Message, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import UpgradeInfoPayload
from ownplug.hub.ports import FileHandout
from ownplug.hub.registry import Registry
from ownplug.hub.session import PlugSession
from ownplug.hub.upgrade import UpgradeJob, UpgradeState
from ownplug.plug import Plug

_BACKLOG = 64  # messages of the plug; it says a few in a second

# How long an upgrade may stand still in each state, in seconds. Source: assumed (all of them).
_PATIENCE_S = {
    UpgradeState.OFFERED: 60.0,  # until the plug fetches
    UpgradeState.DOWNLOADING: 180.0,  # until it has one percent more; and it may never say that it has all
    UpgradeState.WRITING: 300.0,
    UpgradeState.RESTARTING: 300.0,
}


class UpgradeRun:
    """One upgrade, on its way.

    Args:
        job: as it is now: offered, from here on.
        session: the plug, connected.
        registry: where the new firmware is remembered.
        clock: dates what happens.
        changed: told of each change.

    Attributes:
        job: how far it is.
    """

    def __init__(
        self,
        job: UpgradeJob,
        session: PlugSession,
        *,
        registry: Registry,
        clock: Clock,
        changed: Callable[[UpgradeJob], None],
    ) -> None:
        self.job = job
        self._session = session
        self._registry = registry
        self._clock = clock
        self._changed = changed
        self._deadline = asyncio.timeout(_PATIENCE_S[job.state])
        self._old_connection = session.connection

    async def run(self, handout: FileHandout, image: bytes) -> None:
        """Carry it out; how it ended is told by `job`, and never raised."""
        try:
            with self._session.said.subscribe(limit=_BACKLOG) as said:
                async with (
                    handout.offer(image, to=self._session.peer_address, sent=self._sent) as url,
                    self._deadline,
                ):
                    plug = Plug(self._session, abilities=self._session.state.abilities or None)
                    await plug.upgrading.begin(url=url, md5=self.job.md5)
                    await self._follow(said)
        except TimeoutError:
            self._fail(_late(self.job))
        except OwnplugError as error:
            self._fail(error)

    async def _follow(self, said: Subscription[Message]) -> None:
        async for message in said:
            try:
                await self._hear(message)
            except Malformed:
                continue  # what cannot be read tells nothing; the session has said so in the log
            if self.job.is_over:
                return

    async def _hear(self, message: Message) -> None:
        match (message.namespace, message.method):
            case (ns.CONTROL_UPGRADE, Method.PUSH):
                self._become(self.job.reported(message.read(UpgradeInfoPayload).info, self._clock.now()))
            case (ns.SYSTEM_ALL, Method.GETACK) if self._is_back:
                await self._look_again()

    @property
    def _is_back(self) -> bool:
        """Whether it has connected anew. Whoever attends to it asks it then what it is."""
        return self._session.connection not in {None, self._old_connection}

    async def _look_again(self) -> None:
        """The plug is back and has said what it is now."""
        model, firmware = self._session.state.model, self._session.state.firmware
        if model is None or firmware is None:
            return
        # Before the end is told: whoever hears of it finds the new firmware wherever it is shown.
        await self._registry.learn(self._session.uuid, model, firmware)
        self._become(self.job.came_back(firmware, self._clock.now()))

    def _sent(self, sent_bytes: int) -> None:
        """The plug has fetched so much, whether it says so or not."""
        percent = 100 * sent_bytes // self.job.size_bytes
        self._become(self.job.fetched(percent, self._clock.now()))

    def _fail(self, error: OwnplugError) -> None:
        self._become(self.job.failed(error, self._clock.now()))

    def _become(self, job: UpgradeJob) -> None:
        if job == self.job:
            return
        self.job = job
        if not (job.is_over or self._deadline.expired()):
            self._deadline.reschedule(asyncio.get_running_loop().time() + _PATIENCE_S[job.state])
        self._changed(job)


def _late(job: UpgradeJob) -> LinkTimeout:
    match job.state:
        case UpgradeState.OFFERED:
            return LinkTimeout(
                "The plug was told where the image lies, and did not fetch it.",
                hint="Can it reach this machine there? `network.firmware` is where the hub hands it out.",
            )
        case UpgradeState.DOWNLOADING:
            return LinkTimeout(
                f"The plug has {job.percent} % of the image, and says no more.",
                hint="Leave it its power for some minutes; then look at it with `ownplug plugs`.",
            )
        case _:
            return LinkTimeout(
                "The plug has the image, and did not come back.",
                hint="Leave it its power for some minutes. If it stays away, its serial console may tell why.",
            )
