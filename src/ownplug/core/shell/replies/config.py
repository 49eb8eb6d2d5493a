"""Replies of `config …`: the settings store.

Every value is a `Secret` here, for the store holds passwords and keys; `shown` is for eyes.

Source: seed (`show`); assumed (`read`, `write`, `reset`: the words of the chip maker's development kit).
"""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.secret import Secret
from ownplug.core.shell.layout import Reply
from ownplug.core.shell.settings import Setting, find_setting


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """One item with its value."""

    group: str | None
    name: str | None
    value: Secret | None

    @property
    def setting(self) -> Setting | None:
        """What is known about it."""
        return find_setting(self.group or "", self.name or "")

    @property
    def shown(self) -> str:
        """The value for people; `***` for a secret, and for an item that nobody knows."""
        setting = self.setting
        if self.value is None:
            return ""
        return self.value.reveal() if setting and not setting.secret else str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigShow(Reply):
    """`config show`."""

    group: str | None = None
    """The group that was asked for; None for all."""
    everything: bool = False
    """Whether all groups were asked for."""
    items: tuple[StoredItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRead(Reply):
    """`config read`."""

    name: str | None = None
    value: Secret | None = None
    missing: bool = False
    """There is no such item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigWrite(Reply):
    """`config write`: what was asked, and whether it was done."""

    group: str | None
    name: str | None
    value: Secret | None
    written: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigReset(Reply):
    """`config reset`."""

    group: str | None = None
    """The group that was asked for; None for all."""
    everything: bool = False
    """Whether all groups were asked for."""
