"""How the firmware reads what it is sent: by type and range, from whatever was in the JSON.

What does not fit raises `Malformed`, which the plug answers by dropping the connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ownplug.core.errors import Malformed

Fields = Mapping[str, Any]

UNIX_LIMIT = 2**32 - 1  # the plug's clock has 32 bits. Source: assumed
DAY_S = 86_400


def part(fields: Fields, name: str) -> dict[str, Any]:
    """The JSON object `name`.

    Raises:
        Malformed: it is missing, or something else.
    """
    value = fields.get(name)
    if not isinstance(value, dict):
        raise Malformed(f"{name} is not an object.")
    return value


def text(fields: Fields, name: str, *, limit: int, default: str | None = None) -> str:
    """The text `name`, at most `limit` characters; without a default it must be there.

    Raises:
        Malformed: it is missing, no text, too long, or not UTF-8.
    """
    value = fields.get(name, default)
    if not isinstance(value, str) or len(value) > limit or not is_utf8(value):
        raise Malformed(f"{name} is not a text of at most {limit} characters.")
    return value


def number(fields: Fields, name: str, *, low: int, high: int, default: int | None = None) -> int:
    """The whole number `name`, also in quotes; without a default it must be there.

    Raises:
        Malformed: it is missing, no whole number, or outside of `low` to `high`.
    """
    value = fields.get(name, default)
    if isinstance(value, str) and len(value) <= 10 and value.isascii() and value.isdigit():
        value = int(value)
    if type(value) is not int or not low <= value <= high:
        raise Malformed(f"{name} is not a number from {low} to {high}.")
    return value


def objects(fields: Fields, name: str) -> list[dict[str, Any]]:
    """The object or list of objects `name`.

    Raises:
        Malformed: it is missing, empty, or holds something else.
    """
    value = fields.get(name)
    listed: list[Any] = value if isinstance(value, list) else [value]
    found = [item for item in listed if isinstance(item, dict)]
    if not found or len(found) != len(listed):
        raise Malformed(f"{name} is neither an object nor a list of objects.")
    return found


def is_utf8(value: str) -> bool:
    """Whether a text can be sent again: JSON can carry lone surrogates that UTF-8 cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
