"""Every command of the console as a method that returns its typed reply.

A method that could harm the plug, or what hangs on it, takes `accept`, the `Risk` by name: so it cannot be called
by accident, and the type checker asks for it. What each risk means stands in `Command.danger`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TypeVar

from ownplug.aio import Clock, Subscription, SystemClock
from ownplug.console.conversation import Answer, Question, shown_question
from ownplug.console.session import Session, SessionSettings
from ownplug.core.errors import DeviceError, LinkTimeout, Malformed, OwnplugError, Unexpected, UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell import (
    BootLine,
    BootReport,
    Command,
    Event,
    LogLine,
    Prompt,
    Risk,
    parse_command,
    read_boot,
)
from ownplug.core.shell.replies import (
    ConfigRead,
    ConfigReset,
    ConfigShow,
    ConfigWrite,
    Debug,
    FactoryMode,
    FirmwareInfo,
    Hardware,
    Identity,
    IotStatus,
    IpConfig,
    LogDump,
    Memory,
    Menu,
    Network,
    NotKnown,
    Power,
    Quiet,
    Reply,
    Rules,
    Scan,
    Statistics,
    Sun,
    Switched,
    Tasks,
    TimeInfo,
    Upgrading,
    Usage,
    Versions,
)
from ownplug.transport.serial import BAUD, open_serial
from ownplug.transport.tap import Tap

R = TypeVar("R", bound=Reply)

Colour = Literal["red", "green"]
LightState = Literal["on", "off", "quick", "slow"]

START_TIMEOUT_S = 30.0
"""How long a restart may take, in seconds; the page's start is over after 0.2."""

_BOOT_LIMIT = 10_000  # events of one start
_PING_TIMEOUT_S = 5.0
_PING = re.compile(r"\[ping\]: ping: recv seq\(\w+\) \S+, (\d+) ms")


@asynccontextmanager
async def open_console(
    port: str | None = None,
    *,
    baud: int = BAUD,
    settings: SessionSettings | None = None,
    record: Path | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Console]:
    """Open the console of the plug on a serial port, for as long as the `async with` lasts.

    Nothing is sent before the first command.

    Args:
        port: see `open_serial`; the only port that there is when not given.
        baud: its speed.
        settings: patience and typing speed.
        record: a new file, into which everything that goes over the wire is written.
        clock: dates the recording; the machine's by default.

    Raises:
        Unreachable, UsageError, Unexpected: the port cannot be opened; see `open_serial`.
        UsageError: the file exists or cannot be written.
    """
    stream = await open_serial(port, baud=baud)
    if record is not None:
        try:
            stream = Tap(stream, record, port=port or "", clock=clock or SystemClock())
        except OwnplugError:
            await stream.close()
            raise
    async with Session(stream, settings) as session:
        yield Console(session)


class Console:
    """The console of one plug.

    Each method raises what `Session.ask` does, and besides:
        Unexpected: the plug does not know the command: its firmware is another one.
        DeviceError: the plug refused.

    Attributes:
        session: the talk; its events are all that the plug prints.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    async def ask(
        self, command: Question | str, *, accept: Risk | None = None, patience_s: float | None = None
    ) -> Answer:
        """Type any command and return its answer as it came.

        Raises:
            UsageError: it is dangerous, and `accept` is not its risk; nothing was sent.
        """
        parsed = parse_command(command) if isinstance(command, str) else command
        danger = parsed.danger if isinstance(parsed, Command) else None
        if danger is not None and accept is not danger.risk:
            raise UsageError(
                danger.says, hint=f"If that is what you want, say so: accept=Risk.{danger.risk.name}"
            )
        return await self.session.ask(command, patience_s=patience_s)

    async def menu(self) -> Menu:
        """`?`: the commands that the plug knows."""
        return await self._ask(Menu, "?")

    async def ip(self) -> IpConfig:
        """`ip`: the network interfaces."""
        return await self._ask(IpConfig, "ip")

    async def statistics(self) -> Statistics:
        """`stat`: what the network has counted."""
        return await self._ask(Statistics, "stat")

    async def versions(self) -> Versions:
        """`ver`: the versions of the two programs."""
        return await self._ask(Versions, "ver")

    async def hardware(self) -> Hardware:
        """`meross hw`: model, market, hardware version, uuid, MAC."""
        return await self._ask(Hardware, "meross hw")

    async def firmware(self) -> FirmwareInfo:
        """`meross fw`: version and date of the firmware."""
        return await self._ask(FirmwareInfo, "meross fw")

    async def network(self) -> Network:
        """`meross net`: address and router."""
        return await self._ask(Network, "meross net")

    async def tasks(self) -> Tasks:
        """`meross task`: what runs."""
        return await self._ask(Tasks, "meross task")

    async def memory(self) -> Memory:
        """`meross mem`: the heap."""
        return await self._ask(Memory, "meross mem")

    async def time(self) -> TimeInfo:
        """`meross time`: clock, offset, uptime."""
        return await self._ask(TimeInfo, "meross time")

    async def sun(self) -> Sun:
        """`meross sun`: position, sunrise and sunset."""
        return await self._ask(Sun, "meross sun")

    async def power(self) -> Power:
        """`meross power`: what the meter measures and the plug remembers."""
        return await self._ask(Power, "meross power")

    async def scan(self) -> Scan:
        """`meross scan`: the networks in the air; takes seconds."""
        return await self._ask(Scan, "meross scan")

    async def ping(self, host: str) -> int | None:
        """`meross ping`: the round trip in milliseconds, which only the log tells; None without an answer."""
        with self.session.subscribe() as events:
            await self._ask(Quiet, "meross ping", host)
            try:
                async with asyncio.timeout(_PING_TIMEOUT_S):
                    async for event in events:
                        if isinstance(event, LogLine) and (found := _PING.match(event.message)):
                            return int(found[1])
            except TimeoutError:
                pass
        return None

    async def identity(self) -> Identity:
        """`meross e2p uuid` and `meross e2p mac`."""
        uuid = await self._ask(Identity, "meross e2p", "uuid")
        mac = await self._ask(Identity, "meross e2p", "mac")
        return Identity(uuid=uuid.uuid, mac=mac.mac, unknown=(*uuid.unknown, *mac.unknown))

    async def write_uuid(self, uuid: Uuid, *, accept: Literal[Risk.IDENTITY]) -> Identity:
        """`meross e2p uuid …`: make it another plug."""
        return await self._ask(Identity, "meross e2p", "uuid", uuid.text, accept=accept)

    async def write_mac(self, mac: Mac, *, accept: Literal[Risk.IDENTITY]) -> Identity:
        """`meross e2p mac …`: give it another address."""
        return await self._ask(Identity, "meross e2p", "mac", mac.text, accept=accept)

    async def switch(self, uuid: Uuid | str, *, on: bool, accept: Literal[Risk.MAINS]) -> Switched:
        """`meross switch`: drive the relay. Mains and the serial adapter must never be connected together."""
        word = uuid if isinstance(uuid, str) else uuid.text
        return await self._ask(Switched, "meross switch", word, "on" if on else "off", accept=accept)

    async def test_relay(self, count: int, interval: int, *, accept: Literal[Risk.MAINS]) -> Quiet:
        """`meross test relay`: click it. Mains and the serial adapter must never be connected together."""
        return await self._ask(Quiet, "meross test", "relay", str(count), str(interval), accept=accept)

    async def light(self, colour: Colour, state: LightState) -> Quiet:
        """`meross led`: drive the light, until the firmware does it again."""
        return await self._ask(Quiet, "meross led", colour, state)

    async def factory_mode(self) -> FactoryMode:
        """`meross fac`: whether the plug is in factory mode."""
        return await self._ask(FactoryMode, "meross fac")

    async def enter_factory_mode(self, *, accept: Literal[Risk.SETTINGS]) -> FactoryMode:
        """`meross fac 1`: from the next start on."""
        return await self._ask(FactoryMode, "meross fac", "1", accept=accept)

    async def leave_factory_mode(self) -> FactoryMode:
        """`meross fac 0`: from the next start on."""
        return await self._ask(FactoryMode, "meross fac", "0")

    async def iot_status(self) -> IotStatus:
        """`meross iot status`: Wi-Fi, servers, user and key."""
        return await self._ask(IotStatus, "meross iot status")

    async def rules(self) -> Rules:
        """`meross iot rule`: timers and auto-offs."""
        return await self._ask(Rules, "meross iot rule")

    async def debug(self) -> Debug:
        """`meross iot dbg`: what a developer wants to see."""
        return await self._ask(Debug, "meross iot dbg")

    async def log_messages(self, *, on: bool) -> LogDump:
        """`meross iot log`: let the log show the messages that come and go."""
        return await self._ask(LogDump, "meross iot log", "on" if on else "off")

    async def unbind(self, *, accept: Literal[Risk.PAIRING]) -> BootReport:
        """`meross iot unbind`: forget the pairing; returns after the restart."""
        return await self._restart("meross iot unbind", accept=accept)

    async def upgrade(self, url: str, *, accept: Literal[Risk.FIRMWARE]) -> Upgrading:
        """`meross iot upgrade`: replace the firmware."""
        return await self._ask(Upgrading, "meross iot upgrade", url, accept=accept)

    async def settings(self, group: str | None = None) -> ConfigShow:
        """`config show`: every setting, or those of one group."""
        return await self._ask(ConfigShow, "config show", *([group] if group else []))

    async def read_setting(self, group: str, name: str) -> Secret | None:
        """`config read`: one value; None when the plug has no such setting."""
        reply = await self._ask(ConfigRead, "config read", group, name)
        return None if reply.missing else reply.value

    async def write_setting(
        self, group: str, name: str, value: Secret | str, *, accept: Literal[Risk.IDENTITY] | None = None
    ) -> ConfigWrite:
        """`config write`: one value, not empty and without blanks; the group `factory` needs `accept`."""
        text = value.reveal() if isinstance(value, Secret) else value
        return await self._ask(ConfigWrite, "config write", group, name, text, accept=accept)

    async def reset_settings(
        self, group: str, *, accept: Literal[Risk.SETTINGS, Risk.IDENTITY]
    ) -> ConfigReset:
        """`config reset`: bring a group back to its defaults; `factory` is an identity, all others settings."""
        return await self._ask(ConfigReset, "config reset", group, accept=accept)

    async def reboot(self) -> BootReport:
        """`reboot`; returns what the start told, when the shell is there again."""
        return await self._restart("reboot")

    async def crash(self, *, accept: Literal[Risk.RESTART]) -> BootReport:
        """`meross crash`; returns what the start told, when the watchdog has done its work."""
        return await self._restart("meross crash", accept=accept)

    async def reply(
        self, command: Question | str, *, accept: Risk | None = None, patience_s: float | None = None
    ) -> Reply:
        """Type any command and return its reply; a refusal is an error.

        Raises:
            UsageError: it is dangerous, and `accept` is not its risk; or the plug answered with its usage.
            Unexpected: the plug does not know it.
            DeviceError: the plug did not do it.
        """
        answer = await self.ask(command, accept=accept, patience_s=patience_s)
        shown = shown_question(answer.command)
        match answer.reply:
            case NotKnown():
                raise Unexpected(
                    f"This plug does not know `{shown}`.", hint="`?` lists the commands of its firmware."
                )
            case Usage():
                raise UsageError(f"The plug does not take `{shown}`: {' · '.join(answer.reply.lines)}")
            case Switched(refusal=str() as refusal):
                raise DeviceError(f"The plug did not switch: {refusal}.", hint="Is that its own uuid?")
            case ConfigWrite(written=False) | Identity(written=False):
                raise DeviceError(f"The plug did not do `{shown}`.")
            case _:
                return answer.reply

    async def _ask(self, kind: type[R], name: str, *arguments: str, accept: Risk | None = None) -> R:
        command = Command(name, arguments)
        reply = await self.reply(command, accept=accept)
        if not isinstance(reply, kind):
            raise Malformed(f"The plug answered `{command.shown}` with something else.")
        return reply

    async def _restart(self, name: str, *, accept: Risk | None = None) -> BootReport:
        await self.session.find_prompt()  # a start that is told only now is not the one that is asked for
        with self.session.subscribe() as events:
            await self.ask(Command(name), accept=accept)
            try:
                async with asyncio.timeout(START_TIMEOUT_S):
                    started = await _start(events)
            except TimeoutError as error:
                if isinstance(error, OwnplugError):
                    raise
                raise LinkTimeout(
                    f"The plug did not restart within {START_TIMEOUT_S:g} s.", hint="Has it still current?"
                ) from error
        await self.session.find_prompt()
        return read_boot(started)


async def _start(events: Subscription[Event]) -> list[Event]:
    """Wait for one start; return its events, from the first one that only a start has."""
    started: list[Event] = []
    async for event in events:
        if started or isinstance(event, BootLine):
            started.append(event)
        if started and (isinstance(event, Prompt) or _is_up(event) or len(started) > _BOOT_LIMIT):
            break
    return started


def _is_up(event: Event) -> bool:
    return isinstance(event, LogLine) and read_boot([event]).port is not None
