"""A virtual plug as a Python program holds it: made, paired over its wires, pressed, and looked at."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from ownplug.aio import Clock, SystemClock
from ownplug.core.errors import UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell import SETTINGS
from ownplug.transport.tty import OfferedTty, offer_tty
from ownplug.virtual.air import Air
from ownplug.virtual.board import Board
from ownplug.virtual.chance import Chance
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.firmware.machine import Firmware
from ownplug.virtual.firmware.shell import Shell
from ownplug.virtual.firmware.signals import ButtonPressed, LifeState, LoadPluggedIn
from ownplug.virtual.firmware.timing import Timing
from ownplug.virtual.flash_file import FlashWriter, load_flash
from ownplug.virtual.http_port import listen
from ownplug.virtual.identity import make_uuid
from ownplug.virtual.parts.hlw8032 import Hlw8032, Pace
from ownplug.virtual.parts.light import Light
from ownplug.virtual.parts.outlet import Load, Noise, Outlet
from ownplug.virtual.profiles import DEFAULT, Profile, upgraded
from ownplug.virtual.status import PlugStatus
from ownplug.virtual.trouble import Trouble
from ownplug.virtual.wires import WireBytes, WireReader, WireText

_CLOCK = SystemClock()
_SECRETS = tuple(setting.key for setting in SETTINGS if setting.secret)
_HALF = 0x7FFFFFFF + 0.5  # of what 32 bits can say
_ANY_ADDRESS = {"", "0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualPlugSettings:
    """One virtual plug."""

    profile: Profile = DEFAULT
    """Which model with which firmware."""
    seed: int = 1
    """Makes uuid, MAC, message ids, and the waver of mains and load: the same seed is the same plug."""
    index: int = 0
    """Number of the plug in its fleet; plugs of one seed differ by it."""
    name: str = ""
    """For the reader of a status or a log; the plug itself has no name."""
    http_host: str = "127.0.0.1"
    """Address of the HTTP server. Loopback, because an unpaired plug obeys everybody."""
    http_port: int | None = 0
    """0: any free one. None: no HTTP server, which spares a fleet a descriptor for each plug."""
    tty: str = ""
    """Where its serial console is: a path, at which a link to a PTY appears, or `tcp:HOST:PORT`, port 0 being any free
    one. Empty: nowhere. Whoever reaches it can read every secret of the plug."""
    load: Load = field(default_factory=lambda: Load.resistive(60))
    """What is plugged in."""
    meter_pace: Pace | None = None
    """How many frames the meter's chip sends. None: as many as a real one up to speed 1, above it only those with news,
    which is also what thousands of plugs want."""
    air: Air = field(default_factory=Air)
    """The Wi-Fi networks in reach."""
    faults: Faults = field(default_factory=Faults)
    """What goes wrong."""
    timing: Timing = field(default_factory=Timing)
    """How long the firmware waits for what."""
    speed: float = 1.0
    """Seconds that pass for the plug in one of the world's, above 0. Its network keeps the world's time."""
    flash: Mapping[str, str] = field(default_factory=dict)
    """What its memory holds when it is put in for the first time, by item as `config show` names them: a plug that
    somebody has used before. Empty: as the factory left it."""
    flash_file: Path | None = None
    """Where the settings survive the end of the program; identity and pairing come from it if it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """What there is once the plug has been put in."""

    device: Device
    firmware: Firmware
    board: Board
    listener: socket.socket | None
    tty: OfferedTty | None


class VirtualPlug:
    """One plug at factory default, or as its flash file left it; it lives inside `async with`.

    Entering raises `UsageError` where its port is taken or its flash file cannot be used.

    Args:
        settings: which plug.
        clock: the world's clock.
    """

    def __init__(self, settings: VirtualPlugSettings | None = None, *, clock: Clock | None = None) -> None:
        self.settings = settings or VirtualPlugSettings()
        self._clock = clock or _CLOCK
        self._stack = AsyncExitStack()
        self._inside: _Running | None = None

    async def __aenter__(self) -> Self:
        """Put it in; returns when it has started and answers HTTP."""
        async with AsyncExitStack() as stack:
            settings = self.settings
            file = settings.flash_file
            saved = (await asyncio.to_thread(load_flash, file) if file else {}) or settings.flash
            port = settings.http_port
            listener = stack.enter_context(listen(settings.http_host, port)) if port is not None else None
            tty = await stack.enter_async_context(offer_tty(settings.tty)) if settings.tty else None
            self._inside = _assemble(settings, saved, listener, tty, self._clock)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            powered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            running = tasks.create_task(self._inside.board.run(powered=powered), name="virtual plug")
            stack.callback(running.cancel)
            await powered
            if settings.faults != Faults():
                self._inside.board.choose_faults(settings.faults)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Pull it out: nobody is told, as in life."""
        await self._stack.__aexit__(kind, error, trace)

    @property
    def http(self) -> tuple[str, int]:
        """Host and port of its HTTP server.

        Raises:
            UsageError: its settings give it none.
        """
        if self._running.listener is None:
            raise UsageError("This virtual plug has no HTTP server: its http_port is None.")
        host, port = self._running.listener.getsockname()[:2]
        return host, port

    @property
    def tty(self) -> str:
        """What a terminal opens to reach its serial console: a path or a URL; empty without one."""
        return self._running.tty.address if self._running.tty else ""

    @property
    def uuid(self) -> Uuid:
        """Who it is."""
        return self._running.device.uuid

    @property
    def mac(self) -> Mac:
        """Its MAC address."""
        return self._running.device.mac

    @property
    def key(self) -> Secret:
        """The key of the home it was given to; empty before."""
        return self._running.device.key

    @property
    def state(self) -> LifeState:
        """How far it has come on its way home; equal to its name as text, such as `"pairing"`."""
        return self._running.firmware.state

    @property
    def relay_on(self) -> bool:
        """Whether current can flow."""
        return self._running.device.relay.is_on

    @property
    def relay_edges(self) -> int:
        """How often the relay has really moved."""
        return self._running.device.relay.edges

    @property
    def led(self) -> Light:
        """What its light does."""
        return self._running.firmware.led

    @property
    def messages(self) -> int:
        """How many messages it has exchanged with its server since it was put in."""
        return self._running.board.messages

    @property
    def failures(self) -> int:
        """How many connections to its server have failed, or ended without its will, since it was put in."""
        return self._running.board.failures

    @property
    def faults(self) -> Faults:
        """What is wrong with it."""
        return self._running.device.faults

    def set_faults(self, faults: Faults) -> None:
        """Let this go wrong from now on, and nothing else."""
        self._running.board.choose_faults(faults)

    def set_load(self, load: Load) -> None:
        """Plug something else into it."""
        self._running.board.tell(LoadPluggedIn(load=load))

    def status(self) -> PlugStatus:
        """Everything that can be seen of it now."""
        running = self._running
        return PlugStatus.of(
            running.device,
            state=running.firmware.state,
            light=running.firmware.led,
            messages=running.board.messages,
            failures=running.board.failures,
        )

    def press_button(self, seconds: float = 0.2) -> None:
        """Hold the button for so long and let go: a short press toggles, five seconds enter pairing."""
        self._running.board.tell(ButtonPressed(held_s=seconds))

    async def reboot(self, *, leave_half_open: bool = False) -> None:
        """Pull it and put it back in; returns when it has started again.

        Args:
            leave_half_open: its MQTT server is not told that the old connection is gone, as after a loss of
                power.
        """
        self._running.board.power_cycle(half_open=leave_half_open)
        await self._started()

    def unplug(self, *, leave_half_open: bool = False) -> None:
        """Pull it out and leave it out: it answers nobody and meters nothing until `plug_in`.

        Args:
            leave_half_open: as for `reboot`.
        """
        self._running.board.power_off(half_open=leave_half_open)

    async def plug_in(self) -> None:
        """Put it back in; returns when it has started."""
        self._running.board.power_on()
        await self._started()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds, for example `lambda: plug.state == "online"`; for how long, you say."""
        await self._running.board.until(condition)

    @contextmanager
    def watched(self, heard: Callable[[WireText], None]) -> Iterator[None]:
        """Tell `heard` what goes over the wires, without secrets, for as long as the `with` lasts."""
        board, flash = self._running.board, self._running.device.flash
        reader = WireReader(
            lambda: {value for item in _SECRETS if (value := flash.read(item)) != items.DEFAULTS[item]}
        )

        def tap(crossed: WireBytes) -> None:
            for text in reader.read(crossed):
                heard(text)

        board.taps = (*board.taps, tap)
        try:
            yield
        finally:
            board.taps = tuple(each for each in board.taps if each is not tap)

    async def _started(self) -> None:
        await self.until(lambda: self.state is not LifeState.REBOOTING)

    @property
    def _running(self) -> _Running:
        if self._inside is None:
            raise UsageError("This virtual plug has not been put in yet: use it inside `async with`.")
        return self._inside


def _assemble(
    settings: VirtualPlugSettings,
    saved: Mapping[str, str],
    listener: socket.socket | None,
    tty: OfferedTty | None,
    clock: Clock,
) -> _Running:
    profile = settings.profile
    uuid = _identity(saved) or make_uuid(settings.seed, settings.index)
    flash = Flash(saved)
    outlet = Outlet(load=settings.load, mains_v=profile.mains_v, noise=_noise_of(uuid))
    device = Device(
        profile=profile,
        uuid=uuid,
        flash=flash,
        outlet=outlet,
        meter=Hlw8032(outlet, pace=_pace(settings), now_s=0.0),
        air=settings.air,
        address="127.0.0.1" if settings.http_host in _ANY_ADDRESS else settings.http_host,
        below=_chance_of(uuid, saved).below,
        now_s=0.0,
        upgraded=upgraded,
    )
    firmware = Firmware(device, settings.timing, _shell_of(device, settings) if tty else None)
    board = Board(
        device=device,
        firmware=firmware,
        listener=listener,
        tty=tty,
        clock=clock,
        speed=settings.speed,
        writer=FlashWriter(settings.flash_file) if settings.flash_file else None,
        trouble=Trouble(settings.faults, Chance(f"{uuid} trouble")),
    )
    return _Running(device=device, firmware=firmware, board=board, listener=listener, tty=tty)


def _identity(saved: Mapping[str, str]) -> Uuid | None:
    """Who the plug was; None if it is new, or if its console made it nobody."""
    try:
        return Uuid.parse(saved.get(items.FACTORY_UUID, ""))
    except UsageError:
        return None


def _shell_of(device: Device, settings: VirtualPlugSettings) -> Shell:
    chance = Chance(f"{device.uuid} chatter")
    return Shell(device, settings.timing, faults=settings.faults, below=chance.below)


def _chance_of(uuid: Uuid, saved: Mapping[str, str]) -> Chance:
    """Chance for ids: the same for the same plug with the same past."""
    past = zlib.crc32(repr(sorted(saved.items())).encode())
    return Chance(f"{uuid} {past}")


def _noise_of(uuid: Uuid) -> Noise:
    """The waver of mains and load at this plug."""

    def noise(slot: int) -> tuple[float, float]:
        digest = hashlib.blake2b(b"%d" % slot, digest_size=8, key=key).digest()
        mains, load = int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:], "big")
        return mains / _HALF - 1, load / _HALF - 1

    key = uuid.text.encode()
    return noise


def _pace(settings: VirtualPlugSettings) -> Pace:
    usual = Pace.CHIP if settings.speed <= 1 else Pace.NEWS
    return settings.meter_pace or usual
