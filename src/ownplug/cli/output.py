"""How results look: JSON for programs, tables for people; text from devices is data in both.

A name, an SSID or a log line that a device sent may hold terminal commands. Whatever is printed here has its
control characters shown, not obeyed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

_JOINERS = "\u200c\u200d"  # they control nothing and are part of ordinary words and emoji
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def escape_controls(text: str, *, keep: str = "") -> str:
    r"""Show every control character of `text` as `\xNN` or `\uNNNN`; those in `keep` stay.

    That covers terminal sequences, line ends, marks that turn the direction of text, and halves of
    characters.

    Examples:
        >>> escape_controls("kettle\x1b[2J")
        'kettle\\x1b[2J'
    """
    if text.isprintable():
        return text
    return "".join(
        char if char in keep or not _is_unsafe(char) else _escape(char, short=True) for char in text
    )


def render_json(value: object, *, indent: int | None = None) -> str:
    """Write `value` as JSON in which no character controls a terminal.

    Dataclasses and structs are written by their fields, times as ISO 8601, secrets as `***`.
    """
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_to_builtins)
    if text.isprintable():
        return text
    kept = "\n" if indent is not None else ""
    return "".join(
        char if char in kept or not _is_unsafe(char) else _escape(char, short=False) for char in text
    )


def render_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align `rows` under `columns` in plain text, two spaces apart, nothing at the ends of lines."""
    cells = [list(columns), *([escape_controls(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: drawn on a terminal, plain aligned text where a program reads."""
    if not sys.stdout.isatty():
        click.echo(render_table(columns, rows))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(escape_controls(cell)) for cell in row))
    Console(highlight=False).print(table)


def print_fields(fields: Sequence[tuple[str, str]]) -> None:
    """Print names and values, one pair a line, values aligned."""
    width = max(len(name) for name, _ in fields) + 1
    for name, value in fields:
        click.echo(f"{name + ':':<{width}} {escape_controls(value)}".rstrip())


def to_the_second(moment: str) -> str:
    """Shorten a moment of the API for people: nobody reads microseconds."""
    whole, dot, fraction = moment.partition(".")
    return f"{whole}Z" if dot and fraction.endswith("Z") else moment


def _is_unsafe(char: str) -> bool:
    import unicodedata

    return unicodedata.category(char) in _UNSAFE_CATEGORIES and char not in _JOINERS


def _escape(char: str, *, short: bool) -> str:
    code = ord(char)
    if short and code < 0x100:
        return f"\\x{code:02x}"
    if code < 0x10000:
        return f"\\u{code:04x}"
    if short:
        return f"\\U{code:08x}"
    high, low = divmod(code - 0x10000, 0x400)  # JSON knows only UTF-16 (RFC 8259 section 7)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _to_builtins(value: object) -> object:
    import msgspec

    return msgspec.to_builtins(value, enc_hook=str)
