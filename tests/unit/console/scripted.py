"""A plug's console played from the teardown page, on one end of a cable in memory, with faults to order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.unit.core.shell.page import Page

from ownplug.aio import ByteStream, memory_pair
from ownplug.console import Session, SessionSettings
from ownplug.core.errors import OwnplugError
from ownplug.testing import run_in_loop_time

LOG = b"[T: 1117837 M: mrs_main C: info F: mrs_main_proc L: 89]: event system up\r\n"
Story = Callable[[Session, "ScriptedPlug"], Awaitable[None]]


def page_answers(page: Page) -> dict[str, bytes]:
    """What the page shows below each command that was typed there, to the next prompt."""
    answers: dict[str, bytes] = {}
    typed = ""
    for line in page.console:
        if line.startswith("$"):
            typed = line.removeprefix("$").strip()
            answers[typed] = b""
        elif typed:
            answers[typed] += line.encode() + b"\r\n"
    return answers


def page_boot(page: Page) -> bytes:
    """What the page shows before the first prompt."""
    first = next(at for at, line in enumerate(page.console) if line.startswith("$"))
    return "".join(f"{line}\r\n" for line in page.console[:first]).encode()


@dataclass(slots=True)
class ScriptedPlug:
    """The far end; `executed` is what it took for a command."""

    wire: ByteStream
    answers: Mapping[str, bytes]
    echoes: bool = True
    line: str = ""
    loses: set[int] = field(default_factory=set)  # which of the characters that arrive
    chatters_at: set[int] = field(default_factory=set)  # after which of its echoes it prints a log line
    stalls: set[str] = field(default_factory=set)  # commands that it does not answer
    dies_at: str | None = None  # a command at which its wire breaks
    breaks_after: int | None = None  # bytes that it says before its wire breaks
    executed: list[str] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    arrivals_s: list[float] = field(default_factory=list)
    _typed: int = 0

    async def run(self) -> None:
        try:
            while data := await self.wire.read():
                for byte in data:
                    await self._take(bytes([byte]))
        except OwnplugError:
            return

    async def _take(self, byte: bytes) -> None:
        self.received += byte
        self.arrivals_s.append(asyncio.get_running_loop().time())
        if byte == b"\r":
            await self._execute()
        elif byte == b"\b":
            await self._say(b"\b \b" if self.line else b"\a")
            self.line = self.line[:-1]
        else:
            self._typed += 1
            if self._typed in self.loses:
                return
            self.line += byte.decode()
            await self._say(byte)
            if self._typed in self.chatters_at:
                await self.wire.write(LOG)

    async def _execute(self) -> None:
        line, self.line = self.line, ""
        if line:
            self.executed.append(line)
        await self._say(b"\r\n")
        if line in self.stalls:
            return
        if line == self.dies_at:
            self.wire.abort()
            return
        unknown = f"{line} unknown command\r\n".encode() if line else b""
        await self._write(self.answers.get(line, unknown) + b"$ ")

    async def _say(self, echo: bytes) -> None:
        if self.echoes:
            await self._write(echo)

    async def _write(self, said: bytes) -> None:
        if self.breaks_after is None:
            await self.wire.write(said)
            return
        await self.wire.write(said[: self.breaks_after])
        self.breaks_after -= len(said)
        if self.breaks_after <= 0:
            self.wire.abort()


@asynccontextmanager
async def scripted(
    answers: Mapping[str, bytes], settings: SessionSettings | None = None
) -> AsyncIterator[tuple[Session, ScriptedPlug]]:
    near, far = memory_pair()
    plug = ScriptedPlug(far, answers)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(plug.run())
        async with Session(near, settings) as session:
            yield session, plug
        running.cancel()


def play(story: Story, answers: Mapping[str, bytes], settings: SessionSettings | None = None) -> None:
    """Run a story with a session and the plug at its other end, in loop time."""

    async def stage() -> None:
        async with scripted(answers, settings) as (session, plug):
            await story(session, plug)

    run_in_loop_time(stage())
