"""The shell as a whole: bytes in, bytes out, and when to be called again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from ownplug.core.shell import (
    LINE_END,
    PROMPT,
    Reply,
    ResetReason,
    decode_text,
    encode_text,
    menu_reply,
    parse_command,
    render_boot,
    render_reply,
)
from ownplug.core.shell.commands import Command, UnknownCommand
from ownplug.core.shell.replies import NotKnown, Usage
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import Below, Device
from ownplug.virtual.firmware.shell.answer import Answer, Context
from ownplug.virtual.firmware.shell.chatter import Chatter
from ownplug.virtual.firmware.shell.editor import Ended, LineEditor
from ownplug.virtual.firmware.shell.table import HANDLERS
from ownplug.virtual.firmware.shell.wire import Wire
from ownplug.virtual.firmware.timing import Timing

_TYPE_AHEAD_LIMIT = 512  # bytes that wait while the shell is busy; more are lost. Source: assumed
_PRINT_AHEAD_S = 10.0  # of the wire's time that replies may be ahead of it, before the shell waits for it


class Shell:
    """The serial console of one plug.

    Args:
        device: the ground on which commands stand.
        timing: how long things take.
        faults: how much other tasks print into it.
        below: chance, for the chatter alone.
    """

    def __init__(self, device: Device, timing: Timing, *, faults: Faults, below: Below) -> None:
        self._device = device
        self._timing = timing
        self._wire = Wire(faults=faults, below=below, line=Chatter(device, below).line)
        self._context = Context(device=device, timing=timing)
        self._editor = LineEditor()
        self._ahead = bytearray()  # typed while it was busy
        self._rest: tuple[float, Callable[[], Answer]] | None = None  # of a command that takes its time
        self._has_left = False  # the plug is going away

    @property
    def due_s(self) -> float:
        """When `tick` wants to be called."""
        rest_s = self._rest[0] if self._rest else math.inf
        ahead_s = self._caught_up_s if self._ahead and not self._rest else math.inf
        return min(self._wire.due_s, rest_s, ahead_s, *(due_s for due_s, _ in self._context.later))

    def boot(self, reason: ResetReason) -> None:
        """The plug has started: print what it prints then, and wait for commands."""
        self._restart()
        self._wire.start(self._device.now_s)
        device = self._device
        self.print_lines(
            render_boot(
                device.mac,
                reset_reason=reason,
                own_network=not (device.is_paired or device.is_in_factory_mode),
                timers=device.flash.count(items.TIMERS),
                autooffs=device.flash.count(items.TRIGGERS),
            )
        )
        self._print(PROMPT)

    def disturb(self, faults: Faults) -> None:
        """From now on other tasks print more into it, or less."""
        self._wire.disturb(faults, self._device.now_s)

    def typed(self, data: bytes) -> None:
        """Take what came by the wire; while the shell is busy, a little of it waits."""
        for at, code in enumerate(data):
            if self._is_busy:
                self._ahead += data[at : at + _TYPE_AHEAD_LIMIT - len(self._ahead)]
                return
            self._key(code)

    def print_lines(self, lines: Iterable[str]) -> None:
        """Print whole lines, of a reply or of another task."""
        self._print("".join(f"{line}{LINE_END}" for line in lines))

    def tick(self) -> None:
        """Do what is due."""
        now_s = self._device.now_s
        due = [deed for due_s, deed in self._context.later if due_s <= now_s]
        self._context.later[:] = [(due_s, deed) for due_s, deed in self._context.later if due_s > now_s]
        for deed in due:
            deed()
        if self._rest and self._rest[0] <= now_s:
            _, rest = self._rest
            self._rest = None
            self._give(rest())
        if self._ahead and not self._is_busy:
            ahead = bytes(self._ahead)
            self._ahead.clear()
            self.typed(ahead)
        self._wire.tick(now_s)

    def take(self) -> bytes:
        """What was printed since last time."""
        return self._wire.take()

    @property
    def _is_busy(self) -> bool:
        """Whether it takes no keys now: a command takes its time, or the wire does, or the plug is going away."""
        return self._rest is not None or self._has_left or self._device.now_s < self._caught_up_s

    @property
    def _caught_up_s(self) -> float:
        """When the wire will have caught up with what was printed, so far that more may be."""
        return self._wire.free_s - _PRINT_AHEAD_S

    def _restart(self) -> None:
        self._context = Context(device=self._device, timing=self._timing)
        self._editor = LineEditor()
        self._ahead.clear()
        self._rest = None
        self._has_left = False

    def _key(self, code: int) -> None:
        keyed = self._editor.key(code)
        self._wire.send(keyed.echo, self._device.now_s)
        if keyed.ended is Ended.GIVEN_UP:
            self._print(PROMPT)
        elif keyed.ended is Ended.ENTERED:
            self._give(self._carry_out(parse_command(decode_text(keyed.line))))

    def _carry_out(self, command: Command | UnknownCommand | None) -> Answer:
        match command:
            case None:
                return Answer()
            case UnknownCommand():
                return Answer(reply=NotKnown(word=command.word))
            case Command() if command.spec.is_menu:
                return Answer(reply=menu_reply(command.name))
            case Command() if command.is_usage:
                return Answer(reply=Usage(lines=command.spec.usage))
            case Command():
                return HANDLERS[command.name](self._context, command.arguments)

    def _give(self, answer: Answer) -> None:
        """Print an answer, and the prompt after it unless there is more to come, or nobody left to ask."""
        if answer.reply is not None:
            self.print_lines(self._lines(answer.reply, answer.driver))
        self._has_left = answer.leaves
        if answer.rest is not None:
            self._rest = (self._device.now_s + answer.rest_s, answer.rest)
        elif not answer.leaves:
            self._print(PROMPT)

    def _lines(self, reply: Reply, driver: Iterable[tuple[int, int]]) -> list[str]:
        lines = render_reply(reply)
        for already, (at, call) in enumerate(driver):
            lines.insert(at + already, self._device.call_driver(call))
        return lines

    def _print(self, text: str) -> None:
        self._wire.send(encode_text(text), self._device.now_s)
