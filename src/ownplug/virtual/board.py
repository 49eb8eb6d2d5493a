"""The board of a virtual plug: its sockets, its timer and its memory, around the pure firmware.

Nothing is decided here. Whatever happens outside becomes an input, whatever the firmware wants becomes a deed; all
of it in one event loop, so that each update sees the whole truth.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import math
import socket
from collections.abc import Callable
from typing import assert_never

from ownplug.aio import ByteStream, Clock
from ownplug.core.errors import UsageError
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.httpd import Progress, RequestReader
from ownplug.virtual.firmware.machine import Firmware
from ownplug.virtual.firmware.signals import (
    ConnectBroker,
    ConsolePrinted,
    ConsoleTyped,
    Effect,
    HttpAnswer,
    HttpAsked,
    Input,
    LeaveBroker,
    PowerCycled,
    PowerLost,
    PublishMessage,
)
from ownplug.virtual.flash_file import FlashWriter
from ownplug.virtual.link import BrokerLink
from ownplug.virtual.memory import Memory
from ownplug.virtual.uart import Uart

_WAITING_ROOM = 4  # connections that wait while one is served. Source: assumed
_REQUEST_PATIENCE_S = 10.0  # until a request is whole. Source: assumed
_ACCEPT_PAUSE_S = 0.1
_CHUNK = 4096

_LOG = logging.getLogger(__name__)


class Board:
    """Runs one firmware.

    Args:
        device: parts and settings; the firmware's ground.
        firmware: what to run.
        listener: where HTTP comes in; made by `listen`.
        clock: the steady clock of the world.
        speed: how many seconds pass for the plug in one of the world's.
        writer: keeps the settings in a file; None: they are forgotten.
        tty: where the serial console is; None: nowhere.
    """

    def __init__(
        self,
        *,
        device: Device,
        firmware: Firmware,
        listener: socket.socket,
        clock: Clock,
        speed: float,
        writer: FlashWriter | None,
        tty: ByteStream | None = None,
    ) -> None:
        self._device = device
        self._firmware = firmware
        self._listener = listener
        self._clock = clock
        self._speed = speed
        self._memory = Memory(device.flash, writer)
        self._uart = Uart(tty, keep=self._memory.keep, heard=self._heard_typing) if tty else None
        self._began_s = clock.monotonic()
        self._tasks = asyncio.TaskGroup()
        self._due_s = math.inf
        self._due_changed = asyncio.Event()
        self._link: BrokerLink | None = None
        self._asked: dict[int, asyncio.Future[bytes]] = {}
        self._watchers: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    async def run(self, *, powered: asyncio.Event) -> None:
        """Run until cancelled; `powered` is set once the plug has started and takes requests."""
        try:
            async with self._tasks as group:
                group.create_task(self._serve_http(), name="virtual plug: http")
                group.create_task(self._keep_time(), name="virtual plug: timer")
                group.create_task(self._memory.run(), name="virtual plug: memory")
                if self._uart is not None:
                    group.create_task(self._uart.run(), name="virtual plug: console")
                self.power_on()
                powered.set()
        finally:
            self._memory.close()

    def tell(self, happened: Input) -> None:
        """Let the firmware know, and do what it wants.

        What was due before that is done at its own moment, also where the program is late, for a run must be the same
        each time.
        """
        now_s = self._now_s()
        while self._due_s <= now_s:
            self._update(self._due_s)
        self._update(now_s, happened)

    def power_cycle(self, *, half_open: bool) -> None:
        """Pull the plug and put it back in; half open, its server is left with half a connection."""
        self._cut(half_open=half_open)
        self.power_on()

    def power_off(self, *, half_open: bool) -> None:
        """Pull the plug and leave it out."""
        self._cut(half_open=half_open)
        self.tell(PowerLost())

    def power_on(self) -> None:
        """Put it in, for the first time or again."""
        self.tell(PowerCycled())

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds; it is looked at after each update of the firmware."""
        if condition():
            return
        came: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        watcher = (condition, came)
        self._watchers.append(watcher)
        try:
            await came
        finally:
            self._watchers.remove(watcher)

    def _now_s(self) -> float:
        return (self._clock.monotonic() - self._began_s) * self._speed

    def _update(self, now_s: float, *inputs: Input) -> None:
        outcome = self._firmware.update(now_s, inputs)
        for effect in outcome.effects:
            self._do(effect)
        if outcome.next_s != self._due_s:
            self._due_s = outcome.next_s
            self._due_changed.set()
        self._memory.look()
        for condition, came in self._watchers:
            if not came.done() and condition():
                came.set_result(None)

    def _do(self, effect: Effect) -> None:
        match effect:
            case HttpAnswer():
                answer = self._asked.pop(effect.number, None)
                if answer is not None and not answer.done():
                    answer.set_result(effect.data)
            case ConnectBroker():
                self._connect(effect)
            case PublishMessage() if self._link is not None:
                self._link.publish(effect)
            case LeaveBroker() if self._link is not None:
                self._link.leave()
                self._link = None
            case ConsolePrinted() if self._uart is not None:
                self._uart.send(effect.data, revision=self._device.flash.revision)
            case PublishMessage() | LeaveBroker() | ConsolePrinted():
                return
            case _:
                assert_never(effect)

    def _cut(self, *, half_open: bool) -> None:
        if self._link is not None:
            self._link.cut(half_open=half_open)
            self._link = None

    def _connect(self, order: ConnectBroker) -> None:
        link = BrokerLink(order, lambda happened: self._heard_by(link, happened))
        self._link = link
        self._tasks.create_task(link.run(), name=f"virtual plug: {order.client_id}")

    def _heard_by(self, link: BrokerLink, happened: Input) -> None:
        """Pass on what a link tells, unless the plug has gone on to another."""
        if link is self._link:
            self.tell(happened)

    def _heard_typing(self, data: bytes) -> None:
        self.tell(ConsoleTyped(data=data))

    async def _keep_time(self) -> None:
        while True:
            self._due_changed.clear()
            wait_s = (self._due_s - self._now_s()) / self._speed
            if wait_s <= 0:
                self._update(self._due_s)
                await asyncio.sleep(0)  # a firmware that is always late must not stop the world
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if wait_s == math.inf else wait_s):
                    await self._due_changed.wait()

    async def _serve_http(self) -> None:
        """One connection at a time, as the plug does; others wait, and too many are not let in."""
        loop = asyncio.get_running_loop()
        for number in itertools.count():
            try:
                connection, _ = await loop.sock_accept(self._listener)
            except OSError as error:  # the system is out of descriptors, or the caller has gone already
                _LOG.warning("a connection to a virtual plug was lost: %s", error)
                await self._clock.sleep(_ACCEPT_PAUSE_S)
                continue
            with (
                connection,
                contextlib.suppress(OSError),
            ):  # TimeoutError is one: silent callers are hung up on
                connection.setblocking(False)  # noqa: FBT003 - the library's shape
                await self._converse(connection, number)

    async def _converse(self, connection: socket.socket, number: int) -> None:
        loop = asyncio.get_running_loop()
        reader = RequestReader(body_limit=self._device.profile.http_request_limit)
        async with asyncio.timeout(_REQUEST_PATIENCE_S):
            while reader.progress is Progress.MORE:
                data = await loop.sock_recv(connection, _CHUNK)
                if not data:
                    return
                reader.feed(data)
        if reader.progress is Progress.HOPELESS:
            return
        answer = loop.create_future()
        self._asked[number] = answer
        self.tell(HttpAsked(number=number, request=reader.request()))
        async with asyncio.timeout(_REQUEST_PATIENCE_S):
            await loop.sock_sendall(connection, await answer)


def listen(host: str, port: int) -> socket.socket:
    """Open the plug's HTTP port; port 0 is any free one.

    Raises:
        UsageError: it is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_WAITING_ROOM)
    except OSError as error:
        raise UsageError(
            f"The HTTP port {host}:{port} of a virtual plug cannot be opened: {error.strerror or error}.",
            hint="Choose another with --http HOST:PORT; port 0 is any free one.",
        ) from error
    listener.setblocking(False)  # noqa: FBT003 - the library's shape
    return listener
