"""One virtual plug of the laboratory: it lives in a task of its own, and is told as the API tells it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Literal

from ownplug.aio import Backoff, Broadcast, Clock, Subscription, supervise
from ownplug.cli.lab_file import KeptPlug, LabFile
from ownplug.core.errors import LinkTimeout
from ownplug.virtual import (
    LifeState,
    Light,
    VirtualPlug,
    VirtualPlugSettings,
    WireText,
    find_profile,
    parse_load,
)
from ownplug.web import LabLamp, LabMessage, LabPlugView, LabRelay, TakingHome

_UNREAD = 200  # messages that wait for one listener
_START_PATIENCE_S = 10.0
_ID_LENGTH = 12  # digits of a MAC, which is the end of a uuid

_Colours = list[Literal["green", "amber", "red"]]
_Manner = Literal["off", "steady", "blinking", "flickering", "alternating"]
_LAMPS: dict[Light, tuple[_Colours, _Manner]] = {
    Light.OFF: ([], "off"),
    Light.GREEN: (["green"], "steady"),
    Light.GREEN_FLASHING: (["green"], "blinking"),
    Light.GREEN_FLICKERING: (["green"], "flickering"),
    Light.GREEN_ORANGE: (["green", "amber"], "alternating"),
    Light.RED: (["red"], "steady"),
    Light.RED_FLASHING: (["red"], "blinking"),
    Light.RED_FLICKERING: (["red"], "flickering"),
}


class LabPlug:
    """A plug that is started, and lives until it is ended.

    Args:
        kept: which.
        file: where its memory is.
        clock: the time.

    Attributes:
        kept: what it is, and what is plugged in now.
        taking_home: how far the hub is with taking it home.
        pairing: the id of the pairing by which it does.
    """

    def __init__(self, kept: KeptPlug, file: LabFile, clock: Clock) -> None:
        self.kept = kept
        self.taking_home: TakingHome = "no"
        self.pairing = ""
        self._clock = clock
        self._settings = VirtualPlugSettings(
            profile=find_profile(kept.model),
            seed=kept.seed,
            index=kept.number,
            name=kept.name,
            tty=str(file.tty(kept.number)) if os.name == "posix" else "",
            load=parse_load(kept.load),
            flash_file=file.flash(kept.number),
        )
        self._leaving = asyncio.Event()
        self._put_in: asyncio.Future[VirtualPlug] = asyncio.get_running_loop().create_future()
        self._life: asyncio.Task[None] | None = None

    @property
    def plug(self) -> VirtualPlug:
        """The plug itself, once it was started."""
        return self._put_in.result()

    async def start(self, tasks: asyncio.TaskGroup) -> None:
        """Put it in; returns when it has started.

        Args:
            tasks: where it lives.

        Raises:
            UsageError: its memory or its console cannot be used.
        """
        name = f"virtual plug {self.kept.number}"
        life = supervise(name, self._live, backoff=Backoff(), clock=self._clock, on_failure=self._failed)
        self._life = tasks.create_task(life, name=name)
        with ExitStack() as on_failure:
            on_failure.callback(self._life.cancel)
            await asyncio.shield(self._put_in)
            on_failure.pop_all()

    def leave(self) -> None:
        """Pull it out for good."""
        self._leaving.set()

    async def ended(self) -> None:
        """Wait until nothing of it runs any more."""
        if self._life is not None:
            await asyncio.wait([self._life])

    @asynccontextmanager
    async def patience(self) -> AsyncIterator[None]:
        """Wait for its start no longer than anybody would.

        Raises:
            LinkTimeout: it takes longer.
        """
        try:
            async with asyncio.timeout(_START_PATIENCE_S):
                yield
        except TimeoutError as error:
            raise LinkTimeout(f"Virtual plug {self.kept.number} does not start.") from error

    @contextmanager
    def wires(self) -> Iterator[Subscription[LabMessage]]:
        """Listen to what goes over its wires from now on; who is too slow misses the oldest."""
        crossing: Broadcast[LabMessage] = Broadcast()
        with (
            crossing.subscribe(limit=_UNREAD) as unread,
            self.plug.watched(lambda text: crossing.publish(self._message(text))),
        ):
            yield unread

    def view(self) -> LabPlugView:
        """Return how it is now."""
        plug, status = self.plug, self.plug.status()
        host, port = plug.http
        colours, manner = _LAMPS[status.light]
        plugged_in = status.state is not LifeState.OFF
        meters = plugged_in and status.clock_is_set
        return LabPlugView(
            id=status.uuid[-_ID_LENGTH:],
            number=self.kept.number,
            uuid=status.uuid,
            mac=status.mac,
            name=self.kept.name,
            model=status.model,
            state=status.state.value,
            plugged_in=plugged_in,
            lamp=LabLamp(words=status.light.value, colours=colours, manner=manner),
            relays=[LabRelay(channel=channel, on=on) for channel, on in status.relays.items()],
            power_w=round(status.power_w, 1) if meters else None,
            voltage_v=round(status.voltage_v, 1) if meters else None,
            current_a=round(status.current_a, 3) if meters else None,
            load=self.kept.load,
            faults=status.faults.split(),
            url=f"http://{host}:{port}",
            tty=plug.tty,
            server=status.server,
            has_home=bool(plug.key),
            taking_home=self.taking_home,
            pairing=self.pairing,
        )

    async def _live(self) -> None:
        async with VirtualPlug(self._settings) as plug:
            if self._put_in.done():  # it failed before, and was put in again
                self._put_in = asyncio.get_running_loop().create_future()
            self._put_in.set_result(plug)
            await self._leaving.wait()

    def _failed(self, failure: Exception) -> None:
        if not self._put_in.done():
            self._put_in.set_exception(failure)

    def _message(self, text: WireText) -> LabMessage:
        return LabMessage(
            at=self._clock.now(),
            wire=text.wire.value,
            direction="to-plug" if text.to_plug else "from-plug",
            method=text.method,
            namespace=text.namespace,
            payload=text.payload,
            line=text.text,
        )
