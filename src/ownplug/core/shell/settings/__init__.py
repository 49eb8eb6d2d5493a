"""The plug's settings store: 234 items in six groups, in the order in which `config show` lists them.

Source: seed (`config show`).
"""

from __future__ import annotations

from ownplug.core.shell.settings.meross import FACTORY, MEROSS
from ownplug.core.shell.settings.radio import AP, COMMON, NETWORK, STA
from ownplug.core.shell.settings.setting import OwnValue, Setting, SettingKind

SETTINGS: tuple[Setting, ...] = (*COMMON, *STA, *AP, *NETWORK, *MEROSS, *FACTORY)

GROUPS: tuple[str, ...] = tuple(dict.fromkeys(setting.group for setting in SETTINGS))

_BY_KEY = {(setting.group, setting.name): setting for setting in SETTINGS}


def find_setting(group: str, name: str) -> Setting | None:
    """The item `name` of `group`; both are written exactly as the plug writes them."""
    return _BY_KEY.get((group, name))


def settings_of(group: str) -> tuple[Setting, ...]:
    """The items of a group in order; none when there is no such group."""
    return tuple(setting for setting in SETTINGS if setting.group == group)


__all__ = ["GROUPS", "SETTINGS", "OwnValue", "Setting", "SettingKind", "find_setting", "settings_of"]
