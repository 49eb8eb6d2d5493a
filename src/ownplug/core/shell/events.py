"""What the console says, one event at a time, in the order in which it was said."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import TypeAlias

from ownplug.core.shell.log import DamagedLog, LogLine
from ownplug.core.shell.text import PROMPT


class BootPhase(StrEnum):
    """How far a start has come."""

    BROM = "brom"  # the chip's own program
    BOOTLOADER = "bootloader"
    STARTUP = "startup"  # the firmware before its log works
    FIRMWARE = "firmware"


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text that is nothing else: a reply, a blank line, noise."""

    text: str
    _: KW_ONLY
    cut: bool = False
    """The line goes on in the next event: it is too long, or its end has not come."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The shell waits for a command."""

    text: str = PROMPT
    """`$` where its blank is lost."""


@dataclass(frozen=True, slots=True)
class Echo:
    """What stands on the line of a prompt: the command that was typed. `erase` reads it."""

    text: str
    _: KW_ONLY
    cut: bool = False
    """As in `TextLine`."""


@dataclass(frozen=True, slots=True)
class DriverText:
    """What the Wi-Fi driver prints whenever it likes, outside the log."""

    text: str
    _: KW_ONLY
    column: int = 0
    """As in `LogLine`."""


@dataclass(frozen=True, slots=True)
class BootLine:
    """A line that is printed at a start and at no other time."""

    text: str
    phase: BootPhase


Event: TypeAlias = TextLine | Prompt | Echo | LogLine | DamagedLog | DriverText | BootLine
