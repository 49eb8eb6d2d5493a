"""The README's table of ecosystems and of the foreign programs that judged us there: written from a run of the tests.

A test says what a program has judged by the fixture `judged`; `make judged` runs those tests and writes the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from devtools.source import REPOSITORY

README = REPOSITORY / "README.md"
_MARKS = re.compile(r"(<!-- judged -->\n).*?(<!-- /judged -->)", re.DOTALL)
_HEAD = ("| where | what works | judged by |", "|---|---|---|")

Row = tuple[str, str, str]
"""Ecosystem, what works there, and the program with its version."""


def line(row: Row) -> str:
    """Return one line of the table."""
    return f"| {' | '.join(row)} |"


def is_in_readme(ecosystem: str, works: str) -> bool:
    """Whether the table says that; which version judged it may be another elsewhere."""
    return line((ecosystem, works, ""))[:-2] in README.read_text("utf-8")


def write(rows: Iterable[Row]) -> None:
    """Put the rows into the README."""
    judges: dict[tuple[str, str], list[str]] = {}
    for ecosystem, works, judge in sorted(set(rows)):
        judges.setdefault((ecosystem, works), []).append(judge)
    table = [*_HEAD, *(line((*what, ", ".join(by))) for what, by in judges.items())]
    text, count = _MARKS.subn(
        lambda found: f"{found[1]}{chr(10).join(table)}\n{found[2]}", README.read_text("utf-8")
    )
    if count != 1:
        raise SystemExit("The README has no place for the table: two lines with its marks.")
    README.write_text(text, "utf-8")
