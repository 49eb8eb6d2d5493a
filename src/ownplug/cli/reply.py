"""Replies of the console as JSON and as tables for people; secrets are `***` unless asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from ownplug.cli.output import escape_controls, render_table
from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell import Command, Setting, UnknownCommand, find_setting
from ownplug.core.shell.replies import ConfigRead, ConfigWrite, Reply, StoredItem

Document = dict[str, Any]


def reply_document(command: Command | UnknownCommand, reply: Reply, *, show_secrets: bool) -> Document:
    """Make JSON of a reply: its attributes by name, with the lines that could not be read in `unknown`."""
    document: Document = _plain(reply, show_secrets=show_secrets)
    if isinstance(command, Command) and isinstance(reply, ConfigRead | ConfigWrite):
        setting = find_setting(*command.arguments[:2]) if len(command.arguments) > 1 else None
        document["value"] = _value(setting, reply.value, show_secrets=show_secrets)
    return document


def reply_text(document: Document) -> str:
    """Write a document for people: names and values, then a table for each list, at last what is not known."""
    document = {name: document[name] for name in sorted(document, key=lambda name: name == "unknown")}
    values = {name: value for name, value in document.items() if not isinstance(value, list | dict)}
    parts = [_pairs(values)] if values else []
    for name, value in document.items():
        if isinstance(value, dict):
            parts += [_pairs(inner, title=key) for key, inner in value.items()]
        elif isinstance(value, list) and value:
            parts.append(_table("not understood" if name == "unknown" else _words(name), value))
    return "\n\n".join(parts) or "Done."


def _plain(value: object, *, show_secrets: bool) -> Any:
    if isinstance(value, StoredItem):
        shown = _value(value.setting, value.value, show_secrets=show_secrets)
        return {"group": value.group, "name": value.name, "value": shown}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner, show_secrets=show_secrets) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, show_secrets=show_secrets) for inner in value]
    if is_dataclass(value) and not isinstance(value, Uuid | Mac):
        found = {item.name: getattr(value, item.name) for item in fields(value)}
        return _plain(found, show_secrets=show_secrets)
    return _word(value, show_secrets=show_secrets)


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


def _value(setting: Setting | None, value: Secret | None, *, show_secrets: bool) -> str | None:
    """A setting's value; masked where it is a secret, or where nobody knows whether it is one."""
    if value is None:
        return None
    is_open = setting is not None and not setting.secret
    return value.reveal() if is_open or show_secrets or not value else str(value)


def _pairs(values: Document, *, title: str = "") -> str:
    width = max((len(name) for name in values), default=0) + 1
    lines = [f"{_words(name) + ':':<{width}} {_cell(value)}".rstrip() for name, value in values.items()]
    return "\n".join([title, *lines] if title else lines)


def _table(title: str, rows: list[Any]) -> str:
    if not isinstance(rows[0], dict):
        return "\n".join([title, *(escape_controls(str(row)) for row in rows)])
    columns = [_words(name) for name in rows[0]]
    table = render_table(columns, [[_cell(cell) for cell in row.values()] for row in rows])
    return f"{title}\n{table}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cell(value: object) -> str:
    match value:
        case None:
            return "?"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_cell(inner) for inner in value)
        case _:
            return escape_controls(str(value))
