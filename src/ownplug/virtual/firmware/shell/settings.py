"""Commands for the settings store."""

from __future__ import annotations

from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret
from ownplug.core.shell import SETTINGS, Setting, find_setting, settings_of
from ownplug.core.shell.replies import ConfigRead, ConfigReset, ConfigShow, ConfigWrite, StoredItem
from ownplug.virtual.firmware.shell.answer import Answer, Context


def show(context: Context, words: tuple[str, ...]) -> Answer:
    """`config show`: all groups, or one; a group that does not exist is empty."""
    flash = context.device.flash
    listed = tuple(
        StoredItem(group=setting.group, name=setting.name, value=Secret(flash.read(setting.key)))
        for setting in _asked(words)
    )
    return Answer(reply=ConfigShow(group=_group(words), everything=not words, items=listed))


def read(context: Context, words: tuple[str, ...]) -> Answer:
    """`config read`."""
    group, name = words
    setting = find_setting(group, name)
    if setting is None:
        return Answer(reply=ConfigRead(name=None, value=None, missing=True))
    return Answer(reply=ConfigRead(name=name, value=Secret(context.device.flash.read(setting.key))))


def write(context: Context, words: tuple[str, ...]) -> Answer:
    """`config write`: what the store does not have, or cannot hold, is refused.

    The firmware goes by most values from its next start on. Source: assumed (the refusals).
    """
    group, name, value = words
    try:
        context.device.flash.write(f"{group}:{name}", value)
    except UsageError:
        written = False
    else:
        written = True
    return Answer(reply=ConfigWrite(group=group, name=name, value=Secret(value), written=written))


def reset(context: Context, words: tuple[str, ...]) -> Answer:
    """`config reset`: defaults for all groups, or one; identity comes back as it was at the plug's start (assumed)."""
    context.device.flash.reset(setting.key for setting in _asked(words))
    return Answer(reply=ConfigReset(group=_group(words), everything=not words))


def _group(words: tuple[str, ...]) -> str | None:
    return words[0] if words else None


def _asked(words: tuple[str, ...]) -> tuple[Setting, ...]:
    return settings_of(words[0]) if words else SETTINGS
