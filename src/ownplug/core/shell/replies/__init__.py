"""The reply of every command: a frozen value with typed attributes, read and written by one description.

`parse_reply` never fails: what it cannot read is in `unknown`, and an attribute whose line is missing is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from ownplug.core.shell.commands import Command, UnknownCommand
from ownplug.core.shell.layout import Layout, Reply, UnknownLine
from ownplug.core.shell.replies.config import ConfigRead, ConfigReset, ConfigShow, ConfigWrite, StoredItem
from ownplug.core.shell.replies.debug import Debug, parse_debug, render_debug
from ownplug.core.shell.replies.iot import IotStatus, LogDump, Rules, StoredRule, Unbound, Upgrading
from ownplug.core.shell.replies.layouts import LAYOUTS
from ownplug.core.shell.replies.menus import MENU_LAYOUTS, menu_reply
from ownplug.core.shell.replies.meross import (
    AccessPoint,
    Crash,
    FactoryMode,
    FirmwareInfo,
    Hardware,
    HistoryDay,
    Identity,
    Memory,
    Network,
    Power,
    ReportTime,
    Scan,
    Sun,
    Switched,
    Task,
    Tasks,
    TimeInfo,
)
from ownplug.core.shell.replies.shell import (
    Counters,
    Interface,
    IpConfig,
    Menu,
    MenuEntry,
    NotKnown,
    Quiet,
    Restarting,
    Statistics,
    Usage,
    Versions,
)
from ownplug.core.shell.words import TaskStatus

_NOT_KNOWN = " unknown command"

REPLIES: dict[str, type[Reply]] = {
    "ip": IpConfig,
    "stat": Statistics,
    "reboot": Restarting,
    "ver": Versions,
    "meross hw": Hardware,
    "meross fw": FirmwareInfo,
    "meross net": Network,
    "meross task": Tasks,
    "meross mem": Memory,
    "meross time": TimeInfo,
    "meross sun": Sun,
    "meross e2p": Identity,
    "meross ping": Quiet,
    "meross power": Power,
    "meross scan": Scan,
    "meross switch": Switched,
    "meross led": Quiet,
    "meross crash": Crash,
    "meross fac": FactoryMode,
    "meross test": Quiet,
    "meross iot status": IotStatus,
    "meross iot unbind": Unbound,
    "meross iot upgrade": Upgrading,
    "meross iot rule": Rules,
    "meross iot log": LogDump,
    "meross iot dbg": Debug,
    "config read": ConfigRead,
    "config write": ConfigWrite,
    "config reset": ConfigReset,
    "config show": ConfigShow,
}
"""What each command answers when its arguments fit; menus answer a `Menu`."""


def parse_reply(command: Command | UnknownCommand, lines: Sequence[str]) -> Reply:
    """Read what a command printed, without the log lines and driver text that came between."""
    if isinstance(command, UnknownCommand) or (len(lines) == 1 and lines[0].endswith(_NOT_KNOWN)):
        return _parse_as(NotKnown, lines)
    if command.spec.is_menu:
        return MENU_LAYOUTS[command.name].parse(lines)
    if lines and tuple(lines) == command.spec.usage:
        return Usage(lines=tuple(lines))
    kind = REPLIES[command.name]
    return parse_debug(lines) if kind is Debug else _parse_as(kind, lines)


def render_reply(reply: Reply) -> list[str]:
    """Every line of a reply as the plug prints it, without line ends."""
    match reply:
        case Menu():
            return MENU_LAYOUTS[reply.name].render(reply)
        case Usage():
            return list(reply.lines)
        case Debug():
            return render_debug(reply)
        case _:
            return LAYOUTS[type(reply)].render(reply)


def missing(reply: Reply) -> list[str]:
    """What should have been told and was not, as `tasks[3].stack`: the reply was cut off, or a line destroyed."""
    return [*_missing(reply, "")]


def _parse_as(kind: type[Reply], lines: Sequence[str]) -> Reply:
    layout: Layout[Reply] = LAYOUTS[kind]
    return layout.parse(lines)


def _missing(value: Any, place: str) -> Iterator[str]:
    for item in fields(value):
        inner = getattr(value, item.name)
        if inner is None and item.default is MISSING:
            yield place + item.name
        elif isinstance(inner, tuple):
            for at, entry in enumerate(inner):
                if is_dataclass(entry):
                    yield from _missing(entry, f"{place}{item.name}[{at}].")


__all__ = [
    "REPLIES",
    "AccessPoint",
    "ConfigRead",
    "ConfigReset",
    "ConfigShow",
    "ConfigWrite",
    "Counters",
    "Crash",
    "Debug",
    "FactoryMode",
    "FirmwareInfo",
    "Hardware",
    "HistoryDay",
    "Identity",
    "Interface",
    "IotStatus",
    "IpConfig",
    "LogDump",
    "Memory",
    "Menu",
    "MenuEntry",
    "Network",
    "NotKnown",
    "Power",
    "Quiet",
    "Reply",
    "ReportTime",
    "Restarting",
    "Rules",
    "Scan",
    "Statistics",
    "StoredItem",
    "StoredRule",
    "Sun",
    "Switched",
    "Task",
    "TaskStatus",
    "Tasks",
    "TimeInfo",
    "Unbound",
    "UnknownLine",
    "Upgrading",
    "Usage",
    "Versions",
    "menu_reply",
    "missing",
    "parse_reply",
    "render_reply",
]
