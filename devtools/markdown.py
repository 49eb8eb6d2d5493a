"""The little Markdown that the generated pages need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Written by `python -m devtools.reference` from the sources. Do not edit. -->"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are kept on one line, and a bar in a cell stays a bar."""
    lines = [columns, ["---"] * len(columns), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str, language: str = "text") -> str:
    """Return a block of code; lines end where their text ends."""
    lines = (line.rstrip() for line in text.strip("\n").splitlines())
    return "\n".join([f"```{language}", *lines, "```"])


def page(*parts: str) -> str:
    """Join the parts of a page with a blank line between them."""
    return "\n\n".join([NOTICE, *(part.strip("\n") for part in parts if part)]) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
