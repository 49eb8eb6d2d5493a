"""Replies of the console as tables for people."""

from __future__ import annotations

from typing import Any

from ownplug.cli.output import escape_controls, render_table

Document = dict[str, Any]


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
