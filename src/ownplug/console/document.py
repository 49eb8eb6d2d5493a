"""What the plug told as JSON; secrets are `***` unless asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell import Command, Reply, Setting, UnknownCommand, find_setting
from ownplug.core.shell.replies import ConfigRead, ConfigWrite, StoredItem

Document: TypeAlias = dict[str, Any]


def reply_document(command: Command | UnknownCommand, reply: Reply, *, show_secrets: bool) -> Document:
    """Make JSON of a reply: its attributes by name, with the lines that could not be read in `unknown`."""
    document: Document = plain(reply, show_secrets=show_secrets)
    if isinstance(command, Command) and isinstance(reply, ConfigRead | ConfigWrite):
        setting = find_setting(*command.arguments[:2]) if len(command.arguments) > 1 else None
        document["value"] = setting_value(setting, reply.value, show_secrets=show_secrets)
    return document


def plain(value: object, *, show_secrets: bool) -> Any:
    """Make JSON of whatever stands in a reply."""
    if isinstance(value, StoredItem):
        shown = setting_value(value.setting, value.value, show_secrets=show_secrets)
        return {"group": value.group, "name": value.name, "value": shown}
    if isinstance(value, Mapping):
        return {str(key): plain(inner, show_secrets=show_secrets) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, show_secrets=show_secrets) for inner in value]
    if is_dataclass(value) and not isinstance(value, Uuid | Mac):
        found = {item.name: getattr(value, item.name) for item in fields(value)}
        return plain(found, show_secrets=show_secrets)
    return _word(value, show_secrets=show_secrets)


def setting_value(setting: Setting | None, value: Secret | None, *, show_secrets: bool) -> str | None:
    """A setting's value; masked where it is a secret, or where nobody knows whether it is one."""
    if value is None:
        return None
    is_open = setting is not None and not setting.secret
    return value.reveal() if is_open or show_secrets or not value else str(value)


def _word(value: object, *, show_secrets: bool) -> object:
    match value:
        case Secret():
            return value.reveal() if show_secrets else str(value)
        case Uuid() | Mac():
            return value.text
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case _:
            return value
