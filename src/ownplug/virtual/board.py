"""The board of a virtual plug: its sockets, its timer and its memory, around the pure firmware.

Nothing is decided here. Whatever happens outside becomes an input, whatever the firmware wants becomes a deed; all
of it in one event loop, so that each update sees the whole truth.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import math
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from ownplug.aio import ByteStream, Clock
from ownplug.core.errors import LinkBroken, OwnplugError
from ownplug.transport.sntp import ask_time
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.machine import Firmware
from ownplug.virtual.firmware.signals import (
    AskTime,
    BrokerLost,
    ConnectBroker,
    ConsolePrinted,
    ConsoleTyped,
    Delivered,
    Effect,
    FaultsChosen,
    FetchImage,
    HttpAnswer,
    HttpAsked,
    ImageCame,
    ImageFailed,
    ImageProgress,
    Input,
    LeaveBroker,
    PowerCycled,
    PowerLost,
    PublishMessage,
    TimeTold,
)
from ownplug.virtual.flash_file import FlashWriter
from ownplug.virtual.http_port import HttpPort
from ownplug.virtual.link import BrokerLink
from ownplug.virtual.memory import Memory
from ownplug.virtual.trouble import Trouble
from ownplug.virtual.uart import Uart
from ownplug.virtual.wires import Wire, WireBytes

_TIME_PATIENCE_S = 2.0  # with a time server. Source: assumed
_IMAGE_PATIENCE_S = 120.0  # for a firmware image. Source: assumed


class Board:
    """Runs one firmware.

    Args:
        device: parts and settings; the firmware's ground.
        firmware: what to run.
        listener: where HTTP comes in; None: nowhere.
        clock: the steady clock of the world.
        speed: how many seconds pass for the plug in one of the world's.
        writer: keeps the settings in a file; None: they are forgotten.
        trouble: what the network does to messages.
        tty: where the serial console is; None: nowhere.

    Attributes:
        messages: what its server was sent and has sent, since the plug was put in.
        failures: connections to its server that failed, or ended without its will.
        taps: whoever wants to see what crosses the wires; what the network loses does not cross.
    """

    def __init__(
        self,
        *,
        device: Device,
        firmware: Firmware,
        listener: socket.socket | None,
        clock: Clock,
        speed: float,
        writer: FlashWriter | None,
        trouble: Trouble,
        tty: ByteStream | None = None,
    ) -> None:
        self.messages = 0
        self.failures = 0
        self.taps: tuple[Callable[[WireBytes], None], ...] = ()
        self._device = device
        self._firmware = firmware
        self._clock = clock
        self._speed = speed
        self._trouble = trouble
        self._memory = Memory(device.flash, writer) if writer else None
        self._http = self._open_http(listener) if listener else None
        self._uart = Uart(tty, keep=self._keep, heard=self._heard_typing) if tty else None
        self._began_s = clock.monotonic()
        self._tasks = asyncio.TaskGroup()
        self._is_over = False
        self._due_s = math.inf
        self._due_changed: asyncio.Future[None] | None = None
        self._link: BrokerLink | None = None
        self._watchers: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    async def run(self, *, powered: asyncio.Future[None]) -> None:
        """Run until cancelled; `powered` is done once the plug has started and takes requests."""
        try:
            async with self._tasks as group:
                for part in (self._http, self._memory, self._uart):
                    if part is not None:
                        group.create_task(part.run(), name=f"virtual plug: {type(part).__name__}")
                self.power_on()
                powered.set_result(None)
                await self._keep_time()
        finally:
            self._is_over = True
            if self._memory is not None:
                self._memory.close()

    def tell(self, happened: Input) -> None:
        """Let the firmware know, and do what it wants.

        What was due before that is done at its own moment, also where the program is late, for a run must be the same
        each time.
        """
        if self._is_over:  # something was still on its way
            return
        now_s = self._now_s()
        while self._due_s <= now_s:
            self._update(self._due_s)
        self._update(now_s, happened)

    def choose_faults(self, faults: Faults) -> None:
        """From now on this goes wrong, and nothing else."""
        self._trouble.faults = faults
        self.tell(FaultsChosen(faults=faults))

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
            if self._due_changed is not None:
                _set(self._due_changed)
        if self._memory is not None:
            self._memory.look()
        for condition, came in self._watchers:
            if not came.done() and condition():
                came.set_result(None)

    def _do(self, effect: Effect) -> None:
        match effect:
            case HttpAnswer() if self._http is not None:
                self._answer_http(self._http, effect)
            case ConnectBroker():
                self._connect(effect)
            case PublishMessage() if self._link is not None:
                self._publish(self._link, effect)
            case LeaveBroker() if self._link is not None:
                self._leave(self._link)
                self._link = None
            case ConsolePrinted() if self._uart is not None:
                self._crossed(Wire.SERIAL, effect.data, to_plug=False)
                self._uart.send(effect.data, revision=self._device.flash.revision)
            case FetchImage() | AskTime():
                self._ask_the_network(effect)
            case HttpAnswer() | PublishMessage() | LeaveBroker() | ConsolePrinted():
                return
            case _:
                assert_never(effect)

    def _cut(self, *, half_open: bool) -> None:
        if self._link is not None:
            self._link.cut(half_open=half_open or self._trouble.faults.half_open > 0)
            self._link = None

    def _leave(self, link: BrokerLink) -> None:
        if self._trouble.faults.half_open:
            link.cut(half_open=True)
        else:
            link.leave()

    def _publish(self, link: BrokerLink, message: PublishMessage) -> None:
        self.messages += 1
        if self._trouble.is_calm:
            self._send(link, message)
        else:
            self._trouble.carry(lambda: self._send(link, message))

    def _send(self, link: BrokerLink, message: PublishMessage) -> None:
        self._crossed(Wire.MQTT, message.payload, to_plug=False)
        link.publish(message)

    def _answer_http(self, http: HttpPort, effect: HttpAnswer) -> None:
        if self._trouble.is_calm:
            self._give(http, effect)
        else:
            dropped = HttpAnswer(number=effect.number)
            self._trouble.carry(lambda: self._give(http, effect), lost=lambda: self._give(http, dropped))

    def _give(self, http: HttpPort, answer: HttpAnswer) -> None:
        self._crossed(Wire.HTTP, answer.data, to_plug=False)
        http.answer(answer)

    def _ask(self, asked: HttpAsked) -> None:
        """A request has come by HTTP; one that is lost is dropped without an answer."""
        http = self._http
        if http is None or self._trouble.is_calm:
            self._asked(asked)
        else:
            dropped = HttpAnswer(number=asked.number)
            self._trouble.carry(lambda: self._asked(asked), lost=lambda: self._give(http, dropped))

    def _asked(self, asked: HttpAsked) -> None:
        self._crossed(Wire.HTTP, asked.request.body, to_plug=True)
        self.tell(asked)

    def _connect(self, order: ConnectBroker) -> None:
        faults = self._trouble.faults
        is_name = not _is_address(order.host)
        host = self._device.air.resolve(order.host) if is_name else order.host
        link = BrokerLink(
            replace(order, host=host or order.host),
            lambda happened: self._heard_by(link, happened),
            refuses_tls=faults.tls > 0,
        )
        self._link = link
        if host is None or (is_name and faults.dns):
            asyncio.get_running_loop().call_soon(self._heard_by, link, BrokerLost())
            return
        self._tasks.create_task(link.run(), name=f"virtual plug: {order.client_id}")

    def _heard_by(self, link: BrokerLink, happened: Input) -> None:
        """Pass on what a link tells, unless the plug has gone on to another."""
        if link is not self._link:
            return
        if isinstance(happened, BrokerLost):
            self.failures += 1
        if not isinstance(happened, Delivered):
            self.tell(happened)
        elif self._trouble.is_calm:
            self._delivered(link, happened)
        else:
            self._trouble.carry(lambda: self._delivered(link, happened))

    def _delivered(self, link: BrokerLink, message: Delivered) -> None:
        if link is self._link:
            self.messages += 1
            self._crossed(Wire.MQTT, message.payload, to_plug=True)
            self.tell(message)

    def _open_http(self, listener: socket.socket) -> HttpPort:
        limit = self._device.profile.http_request_limit
        return HttpPort(listener, body_limit=limit, clock=self._clock, ask=self._ask)

    async def _keep(self, revision: int) -> None:
        if self._memory is not None:
            await self._memory.keep(revision)

    def _ask_the_network(self, effect: FetchImage | AskTime) -> None:
        if isinstance(effect, AskTime):
            self._ask_time()
        else:
            self._tasks.create_task(self._fetching(effect), name=f"virtual plug: fetch {effect.url}")

    def _ask_time(self) -> None:
        air = self._device.air
        if air.ntp:
            self._tasks.create_task(self._asking_time(air.ntp), name="virtual plug: time")
        elif air.is_generous:
            asyncio.get_running_loop().call_soon(self.tell, TimeTold(unix_s=self._clock.now().timestamp()))

    async def _asking_time(self, server: str) -> None:
        host, _, port = server.rpartition(":")
        now_s = self._clock.now().timestamp()
        with contextlib.suppress(OwnplugError):  # it asks again
            told_s = await ask_time(host, int(port), now_s=now_s, timeout_s=_TIME_PATIENCE_S)
            self.tell(TimeTold(unix_s=told_s))

    async def _fetching(self, order: FetchImage) -> None:
        # Here and not above: it loads aiohttp, which few runs need and every one would pay for.
        from ownplug.transport.http import fetch

        breaks_at = self._trouble.faults.broken_download or math.inf

        def came(part_bytes: int, total_bytes: int) -> None:
            if part_bytes >= breaks_at * total_bytes:
                raise LinkBroken("The download broke off.")
            self.tell(ImageProgress(number=order.number, percent=100 * part_bytes // total_bytes))

        try:
            data = await fetch(order.url, limit=order.limit, timeout_s=_IMAGE_PATIENCE_S, came=came)
        except OwnplugError as error:
            self.tell(ImageFailed(number=order.number, reason=str(error)))
        else:
            self.tell(ImageCame(number=order.number, data=data))

    def _heard_typing(self, data: bytes) -> None:
        self._crossed(Wire.SERIAL, data, to_plug=True)
        self.tell(ConsoleTyped(data=data))

    def _crossed(self, wire: Wire, data: bytes, *, to_plug: bool) -> None:
        for tap in self.taps:
            tap(WireBytes(wire=wire, to_plug=to_plug, data=data))

    async def _keep_time(self) -> None:
        """Call the firmware when it wants to be called."""
        loop = asyncio.get_running_loop()
        while True:
            wait_s = (self._due_s - self._now_s()) / self._speed
            if wait_s <= 0:
                self._update(self._due_s)
                await asyncio.sleep(0)  # a firmware that is always late must not stop the world
                continue
            self._due_changed = changed = loop.create_future()
            timer = None if wait_s == math.inf else loop.call_later(wait_s, _set, changed)
            try:
                await changed
            finally:
                if timer is not None:
                    timer.cancel()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _set(changed: asyncio.Future[None]) -> None:
    if not changed.done():
        changed.set_result(None)
