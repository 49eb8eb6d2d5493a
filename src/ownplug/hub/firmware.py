"""The firmware of the home's plugs: which they have, and one upgrade for each at a time.

How an upgrade ended is remembered until the hub stops. One that is on its way then is given up by the hub, but not by
its plug, where that has the image whole.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from ownplug.aio import Clock
from ownplug.core.errors import Conflict, Malformed, NotFound, OwnplugError, Unreachable
from ownplug.core.identity import Firmware, Uuid
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.records import PlugRecord
from ownplug.hub.events import FirmwareProgress
from ownplug.hub.hub import Hub
from ownplug.hub.image_check import CheckedImage, FirmwareOffer, check_image, check_name, check_plug
from ownplug.hub.ports import FileHandout
from ownplug.hub.session import PlugSession
from ownplug.hub.upgrade import UpgradeJob, UpgradeState
from ownplug.hub.upgrade_run import UpgradeRun
from ownplug.plug import Plug

_AT_ONCE = 4  # each holds an image in memory, and a person looks after it


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareView:
    """Which firmware a plug has, and its upgrade: the one under way, else the last one."""

    uuid: Uuid
    name: str
    model: str
    hardware: str
    chip: str  # empty until the plug has told it
    version: str
    upgrade: UpgradeJob | None


class Upgrades:
    """The upgrades of one home; use it as `async with`.

    Args:
        hub: the running hub.
        clock: dates what happens.
    """

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._handout: FileHandout | None = None
        self._jobs: dict[Uuid, UpgradeJob] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._running:
            task.cancel()
        # Without the body's error, which would come back wrapped in a group.
        await self._tasks.__aexit__(None, None, None)

    def hand_out_through(self, handout: FileHandout) -> None:
        """Let plugs fetch their images there from now on."""
        self._handout = handout

    def view(self, reference: str) -> FirmwareView:
        """Return which firmware a plug has, and how far its upgrade is.

        Raises:
            NotFound, Conflict: no such plug, or several.
        """
        plug = self._hub.registry.find(reference)
        model = self._hub.state(plug.uuid).model
        return FirmwareView(
            uuid=plug.uuid,
            name=plug.name,
            model=plug.model,
            hardware=plug.hardware,
            chip=model.chip if model else "",
            version=plug.firmware,
            upgrade=self._jobs.get(plug.uuid),
        )

    async def begin(self, reference: str, offer: FirmwareOffer) -> FirmwareView:
        """Check an image, and begin to replace a plug's firmware by it; returns before that is done.

        Raises:
            NotFound, Conflict: no such plug, or several; it is being upgraded, too many are, or it has that firmware.
            UsageError: the image is not good, or not for this plug; or the name was not typed again.
            LinkError: the plug is not connected, or does not answer.
            DeviceError: it cannot be upgraded.
        """
        plug = self._hub.registry.find(reference)
        check_name(offer, plug.name)
        handout = self._free_handout(plug)
        session = self._hub.session(plug.uuid)
        job = await self._checked(plug, session, offer)
        run = UpgradeRun(
            job,
            session,
            registry=self._hub.registry,
            clock=self._clock,
            changed=lambda job: self._become(plug.uuid, job),
        )
        self._become(plug.uuid, job)
        task = self._tasks.create_task(run.run(handout, offer.image), name=f"upgrade {plug.uuid}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return self.view(plug.uuid.text)

    def give_up(self, reference: str) -> None:
        """Give an upgrade up that was not offered to the plug yet, or forget one that is over.

        Raises:
            NotFound: there is none, or no such plug.
            Conflict: several plugs are called so, or the plug was told already.
        """
        plug = self._hub.registry.find(reference)
        job = self._jobs.get(plug.uuid)
        if job is None:
            raise NotFound(f"{plug.name} is not being upgraded.")
        if not (job.is_over or job.state is UpgradeState.CHECKING):
            raise Conflict(
                f"{plug.name} was told where the image lies: that cannot be stopped any more.",
                hint="Leave it its power. A power cut while it writes may leave it dead.",
            )
        del self._jobs[plug.uuid]

    def _free_handout(self, plug: PlugRecord) -> FileHandout:
        under_way = [uuid for uuid, job in self._jobs.items() if not job.is_over]
        if plug.uuid in under_way:
            raise Conflict(f"{plug.name} is being upgraded.", hint="Wait for the end of that.")
        if len(under_way) >= _AT_ONCE:
            raise Conflict(f"{_AT_ONCE} plugs are being upgraded.", hint="Wait for the end of one.")
        if self._handout is None:
            raise Unreachable("The hub is not ready yet.", hint="Try again in a moment.")
        return self._handout

    async def _checked(self, plug: PlugRecord, session: PlugSession, offer: FirmwareOffer) -> UpgradeJob:
        """The job, once image and plug were found to go together; meanwhile it can be given up."""
        now = self._clock.now()
        job = UpgradeJob(
            began_at=now,
            changed_at=now,
            size_bytes=len(offer.image),
            before=Firmware(version=plug.firmware),
        )
        self._become(plug.uuid, job)
        try:
            image = await asyncio.to_thread(check_image, offer)
            before = await _asked(plug, session, offer, image)
        except OwnplugError as error:
            if self._jobs.get(plug.uuid) is job:
                self._become(plug.uuid, job.failed(error, self._clock.now()))
            raise
        except asyncio.CancelledError:
            if self._jobs.get(plug.uuid) is job:
                del self._jobs[plug.uuid]
            raise
        if self._jobs.get(plug.uuid) is not job:
            raise Conflict(f"The upgrade of {plug.name} was given up.")
        job = replace(job, md5=image.md5, before=before, expected=image.version)
        return job.reached(UpgradeState.OFFERED, self._clock.now())

    def _become(self, uuid: Uuid, job: UpgradeJob) -> None:
        """Remember how far an upgrade is, and tell it."""
        self._jobs[uuid] = job
        event = FirmwareProgress(
            at=job.changed_at,
            uuid=uuid,
            name=self._hub.registry.name_of(uuid),
            state=job.state.value,
            percent=job.percent,
            version=job.after,
            failure=str(job.failure or ""),
        )
        self._hub.events.publish(event)


async def _asked(
    plug: PlugRecord, session: PlugSession, offer: FirmwareOffer, image: CheckedImage
) -> Firmware:
    """Which firmware the plug has, once it has said that it is what the image is for."""
    await session.request(Method.GET, ns.SYSTEM_ALL, {})
    model, firmware = session.state.model, session.state.firmware
    if model is None or firmware is None:
        raise Malformed(f"{plug.name} does not say what it is.")
    check_plug(offer, image, plug.name, model, firmware)
    await Plug(session, abilities=session.state.abilities or None).upgrading.check()
    return firmware
