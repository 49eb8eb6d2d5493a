"""The console's language beside what one would take otherwise: `pexpect` on a PTY, and a loop that splits lines.

The bytes are those of the teardown page's listing: a whole start, and `config show` with its 234 settings, as
`ownplug.core.shell` renders them, again and again.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import tempfile
import tty
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Self

from devtools.measure_figure import Figure, in_turns
from ownplug.core.secret import Secret
from ownplug.core.shell import (
    LINE_END,
    PROMPT,
    SETTINGS,
    Echo,
    Event,
    LogLine,
    Prompt,
    ShellReader,
    TextLine,
    encode_text,
    parse_command,
    parse_reply,
    read_boot,
    render_boot,
    render_reply,
)
from ownplug.core.shell.replies import ConfigShow, StoredItem
from ownplug.transport.serial import open_serial

WIRE_REPEATS = 60
WIRE_ROUNDS = 5
CAPTURE_BYTES = 200_000_000
CAPTURE_ROUNDS = 3

_SHOW = "config show"
_CHUNK = 64 * 1024
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_MAC = "48:e1:e9:00:00:01"
_END = "that is all\r\n"

_PATTERNS = [
    re.compile(r"\[T: (\d+) M: (\S+) C: (\S+) F: (\S+) L: (\d+)\]: ([^\r\n]*)\r\n"),
    re.compile(r"\[(\w+)\]([\w.]+): ([^\r\n]*)\r\n"),
    re.compile(re.escape(_END)),
    re.compile(r"[^\r\n]*\r\n"),
]
_SETTING_LINE = re.compile(r"\[(\w+)\]([\w.]+): (.*)")
_LOG, _SETTING, _LAST = 0, 1, 2


def listing() -> bytes:
    """One start and all settings, as they come over the wire."""
    items = tuple(StoredItem(group=s.group, name=s.name, value=Secret(s.default)) for s in SETTINGS)
    shown = render_reply(ConfigShow(everything=True, items=items))
    lines = [*render_boot(_MAC), f"{PROMPT}{_SHOW}", *shown]
    return encode_text("".join(f"{line}{LINE_END}" for line in lines)) + encode_text(PROMPT + LINE_END)


class Fields:
    """Counts log lines and settings, split into their fields: what pexpect does as well."""

    def __init__(self) -> None:
        self.logs = self.settings = 0

    def take(self, events: list[Event]) -> None:
        """Take what the wire brought."""
        for event in events:
            if isinstance(event, LogLine):
                self.logs += 1
            elif isinstance(event, TextLine) and _SETTING_LINE.fullmatch(event.text):
                self.settings += 1


class Typed:
    """The same as values, a whole start or a whole reply at a time, as the toolkit gives them."""

    def __init__(self) -> None:
        self.logs = self.settings = 0
        self._events: list[Event] = []

    def take(self, events: list[Event]) -> None:
        """Take what the wire brought."""
        for event in events:
            if isinstance(event, Prompt):
                self._conclude()
                self._events = []
            else:
                self._events.append(event)

    def _conclude(self) -> None:
        texts = [event.text for event in self._events if isinstance(event, Echo | TextLine)]
        if texts[:1] == [_SHOW]:
            command = parse_command(_SHOW)
            if command is None:
                raise AssertionError("it is a command")
            reply = parse_reply(command, texts[1:])
            if isinstance(reply, ConfigShow):
                self.settings += len(reply.items)
        else:
            self.logs += read_boot(self._events).logs


class Played:
    """A raw PTY; once it has been opened, `play` has the bytes of `file` come from it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._player: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.path = os.ttyname(self._near)
        return self

    def __exit__(self, *_: object) -> None:
        if self._player is not None:
            self._player.kill()
            self._player.wait()
        os.close(self._far)
        os.close(self._near)

    def play(self) -> None:
        """Begin."""
        with Path(self._file).open("rb") as source:
            self._player = subprocess.Popen(["cat"], stdin=source, stdout=self._far)


def read_by_us(wire: Played, size: int, understood: Fields | Typed) -> tuple[int, int]:
    """Read so many bytes as the toolkit does; return log lines and settings."""

    async def read() -> None:
        stream = await open_serial(wire.path)
        try:
            wire.play()
            reader = ShellReader()
            left = size
            while left > 0:
                data = await stream.read(_CHUNK)
                left -= len(data)
                understood.take(reader.feed(data))
        finally:
            await stream.close()

    asyncio.run(read())
    return understood.logs, understood.settings


def read_by_pexpect(wire: Played) -> tuple[int, int]:
    """The same by `pexpect`: every line, with its fields."""
    from pexpect import fdpexpect

    descriptor = os.open(wire.path, os.O_RDWR | os.O_NOCTTY)
    # a start begins with a byte that is no UTF-8
    child = fdpexpect.fdspawn(descriptor, timeout=60, encoding="utf-8", codec_errors="replace")
    logs = settings = 0
    try:
        wire.play()
        while (found := child.expect_list(_PATTERNS)) != _LAST:
            logs += found == _LOG
            settings += found == _SETTING
    finally:
        child.close()
    return logs, settings


def console_over_a_pty(what: str, understand: type[Fields | Typed], aim: str = "") -> Figure:
    """Starts and settings through a raw PTY, read by us and by pexpect."""
    data = listing() * WIRE_REPEATS + _END.encode()
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()

        def ours() -> None:
            with Played(file.name) as wire:
                _check(read_by_us(wire, len(data), understand()))

        def theirs() -> None:
            with Played(file.name) as wire:
                _check(read_by_pexpect(wire))

        ours_s, peer_s = in_turns(ours, theirs, WIRE_ROUNDS)
    return Figure(
        what=f"console: starts and settings over a raw PTY, {what}",
        ours_s=ours_s,
        peer="pexpect, as fields",
        peer_s=peer_s,
        aim=aim,
        size=len(data),
    )


def console_capture(size: int = CAPTURE_BYTES) -> Figure:
    """A capture of hours: our events, and a loop over its lines that does nothing."""
    with tempfile.NamedTemporaryFile() as file:
        piece = listing()
        for _ in range(size // len(piece)):
            file.write(piece)
        file.flush()
        path = Path(file.name)
        taken = [(_read_events(path), _split_lines(path)) for _ in range(CAPTURE_ROUNDS)]
        written = path.stat().st_size
    grown_bytes = max(grown for (_, grown), _ in taken)
    return Figure(
        what=f"console: a capture of {written / 1e6:.0f} MB as events; memory grew by {grown_bytes / 1e6:.1f} MB",
        ours_s=median(ours_s for (ours_s, _), _ in taken),
        peer="a loop that only splits the lines",
        peer_s=median(peer_s for _, peer_s in taken),
        aim="at most 40",
        size=written,
    )


def _read_events(path: Path) -> tuple[float, int]:
    """Seconds, and how many bytes the process has grown meanwhile."""
    reader, count = ShellReader(), 0
    before = most = _resident_bytes()
    began = perf_counter()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            count += len([event for event in reader.feed(chunk) if isinstance(event, TextLine)])
            most = max(most, _resident_bytes())
    return perf_counter() - began, most - before


def _split_lines(path: Path) -> float:
    count = 0
    began = perf_counter()
    with path.open("rb") as file:
        for _line in file:
            count += 1
    return perf_counter() - began


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES


def _check(understood: tuple[int, int]) -> None:
    expected = WIRE_REPEATS * len(SETTINGS)
    if understood[1] != expected:
        raise AssertionError(f"{understood[1]} of {expected} settings were read")
