"""Lines of the console for eyes other than their owner's: values that are secret are `***`. Pure.

A line tells by itself which setting it shows, so each can be judged alone. What nobody knows is masked, too.

Source: seed (`config show`, `meross iot status`), assumed (`config read`, `config write`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ownplug.core.shell import SETTINGS, Command, erase, find_setting, parse_command

_MASK = "***"
_SHOWN = re.compile(r"(\[([\w.]+)\]([\w.]+): )(.+)", re.DOTALL)
_WRITTEN = re.compile(r"((\w+)-([\w.]+) = )(.+)", re.DOTALL)
_READ = re.compile(r"(([\w.]+) = )(.+)", re.DOTALL)
_KEY = re.compile(r"(user key\s*: )(.+)", re.DOTALL)
_OPEN_NAMES: Mapping[str, bool] = MappingProxyType(
    {
        name: not any(setting.secret for setting in SETTINGS if setting.name == name)
        for name in {setting.name for setting in SETTINGS}
    }
)
"""Whether a name is that of settings which are all open; groups share some."""


def masked_line(text: str) -> str:
    """A line of an answer, without secrets."""
    for pattern in (_SHOWN, _WRITTEN):
        if found := pattern.search(text):
            setting = find_setting(found[2], found[3])
            is_open = setting is not None and not setting.secret
            return text if is_open else text[: found.end(1)] + _MASK
    if found := _READ.search(text):
        return text if _OPEN_NAMES.get(found[2], False) else text[: found.end(1)] + _MASK
    if found := _KEY.search(text):
        return text[: found.end(1)] + _MASK
    return text


def masked_echo(text: str) -> str:
    """The echo of a command that is typed, without secrets."""
    typed = parse_command(erase(text).strip())
    return typed.shown if isinstance(typed, Command) else text
