"""The language of the serial console, in both directions: what the plug prints, and what can be typed.

Both ends stand on it: the toolkit for a person with a serial adapter, and the shell of the virtual plug. That they
agree proves nothing; the teardown page, the only listing of a real console, is the judge of this room.

Text is text without line ends; on the wire lines end in `LINE_END`. Bytes become text by `decode_text` and text
becomes bytes by `encode_text`, without loss.
"""

from ownplug.core.shell import replies, settings
from ownplug.core.shell.boot import BootReport, read_boot, render_boot
from ownplug.core.shell.command_table import COMMANDS, Argument, CommandSpec, Danger, Risk
from ownplug.core.shell.commands import (
    LINE_LIMIT,
    Command,
    UnknownCommand,
    complete,
    parse_command,
    render_command,
)
from ownplug.core.shell.events import BootLine, BootPhase, DriverText, Echo, Event, Prompt, TextLine
from ownplug.core.shell.layout import Reply, UnknownLine
from ownplug.core.shell.log import DamagedLog, Level, LogLine, parse_log, render_log
from ownplug.core.shell.reader import ShellReader
from ownplug.core.shell.replies import menu_reply, missing, parse_reply, render_reply
from ownplug.core.shell.settings import (
    GROUPS,
    SETTINGS,
    OwnValue,
    Setting,
    SettingKind,
    find_setting,
    settings_of,
)
from ownplug.core.shell.stage import LIGHTS, Stage, stage_told
from ownplug.core.shell.text import LINE_END, PROMPT, decode_text, encode_text, erase
from ownplug.core.shell.transcript import Aside, Exchange, read_transcript, render_transcript
from ownplug.core.shell.words import ResetReason, TaskStatus

__all__ = [
    "COMMANDS",
    "GROUPS",
    "LIGHTS",
    "LINE_END",
    "LINE_LIMIT",
    "PROMPT",
    "SETTINGS",
    "Argument",
    "Aside",
    "BootLine",
    "BootPhase",
    "BootReport",
    "Command",
    "CommandSpec",
    "DamagedLog",
    "Danger",
    "DriverText",
    "Echo",
    "Event",
    "Exchange",
    "Level",
    "LogLine",
    "OwnValue",
    "Prompt",
    "Reply",
    "ResetReason",
    "Risk",
    "Setting",
    "SettingKind",
    "ShellReader",
    "Stage",
    "TaskStatus",
    "TextLine",
    "UnknownCommand",
    "UnknownLine",
    "complete",
    "decode_text",
    "encode_text",
    "erase",
    "find_setting",
    "menu_reply",
    "missing",
    "parse_command",
    "parse_log",
    "parse_reply",
    "read_boot",
    "read_transcript",
    "render_boot",
    "render_command",
    "render_log",
    "render_reply",
    "render_transcript",
    "replies",
    "settings",
    "settings_of",
    "stage_told",
]
