"""A change of a TOML file that leaves everything else as its owner wrote it: comments, order, spaces."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import tomlkit
import tomlkit.exceptions
import tomlkit.items

from ownplug.core.errors import Conflict

_BARE_LINE_END = re.compile(r"(?<!\r)\n")
_HINT = "Change it there by hand."


def edited(text: str, changes: Mapping[str, object]) -> str:
    """Return the file with some settings changed.

    Args:
        text: the file, valid TOML.
        changes: by `section.field`; None takes a setting out.

    Raises:
        Conflict: the file is written in a way in which the rest of it would not stay what it is.
    """
    if not changes:
        return text
    try:
        document = tomlkit.parse(text)
        for name, value in changes.items():
            _change(document, *name.split("."), value=value)
        new = _with_line_ends_of(text, tomlkit.dumps(document))
        is_right = _settings_in(new) == _wanted(text, changes)
    except (tomlkit.exceptions.TOMLKitError, tomllib.TOMLDecodeError) as error:
        raise Conflict("The file ownplug.toml cannot be changed by a program.", hint=_HINT) from error
    if not is_right:
        raise Conflict("The file ownplug.toml cannot be changed without changing more of it.", hint=_HINT)
    return new


def _change(document: tomlkit.TOMLDocument, section: str, field: str, *, value: object) -> None:
    table: Any = document.get(section)
    if value is None:
        if table is not None:
            table.pop(field, None)
        return
    if table is None:
        if document.body:
            document.add(tomlkit.nl())
        table = document[section] = tomlkit.table()
    if field in table:
        table[field] = value
    else:
        _add(table, field, value)


def _add(table: Any, field: str, value: object) -> None:
    """Add a setting after the last one: what stands below that in the file may belong to the next section."""
    if not isinstance(table, tomlkit.items.Table):
        table[field] = value
        return
    body, below = table.value.body, []
    while body and body[-1][0] is None:
        below.append(body.pop())
    table[field] = value
    body.extend(reversed(below))


def _with_line_ends_of(text: str, new: str) -> str:
    is_windows = "\r\n" in text and not _BARE_LINE_END.search(text)
    return _BARE_LINE_END.sub("\r\n", new) if is_windows else new


def _settings_in(text: str) -> dict[tuple[str, str], object]:
    sections = tomllib.loads(text).items()
    return {(section, field): value for section, values in sections for field, value in values.items()}


def _wanted(text: str, changes: Mapping[str, object]) -> dict[tuple[str, str], object]:
    """Return what the file shall say, reckoned without the library that writes it."""
    settings = _settings_in(text)
    for name, value in changes.items():
        section, _, field = name.partition(".")
        if value is None:
            settings.pop((section, field), None)
        else:
            settings[section, field] = value
    return settings
