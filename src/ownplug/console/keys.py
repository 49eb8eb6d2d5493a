"""Settings by one word each, their key: `STA:Ssid` is the item `Ssid` of the group `STA`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from ownplug.core.secret import Secret
from ownplug.core.shell import Setting, find_setting

Store: TypeAlias = Mapping[str, Secret]
"""Values by `Setting.key`, such as `STA:Ssid`, in the order of `config show`."""


def split_key(key: str) -> tuple[str, str]:
    """Group and name of a setting."""
    group, _, name = key.partition(":")
    return group, name


def setting_of(key: str) -> Setting | None:
    """What is known about a setting."""
    return find_setting(*split_key(key))
