"""The generated pages of the reference: `python -m devtools.reference` writes them, `--check` compares.

A page is made of the code that it describes, so it cannot drift: `tests/docs` fails when it is not current.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from devtools.pages.commands import commands_page
from devtools.pages.console import console_page
from devtools.pages.faults import faults_page
from devtools.pages.namespaces import namespaces_page
from devtools.pages.settings import settings_page
from devtools.source import REPOSITORY

PAGES: dict[str, Callable[[], str]] = {
    "docs/commands.md": commands_page,
    "docs/console.md": console_page,
    "docs/faults.md": faults_page,
    "docs/namespaces.md": namespaces_page,
    "docs/settings.md": settings_page,
}


def stale_pages(folder: Path = REPOSITORY) -> dict[str, str]:
    """Return path and right text of each page that is missing or not what the code says."""
    right = {path: make() for path, make in PAGES.items()}
    return {path: text for path, text in right.items() if _read(folder / path) != text}


def write_pages(folder: Path = REPOSITORY) -> list[str]:
    """Write what is not current; return the paths that were written."""
    stale = stale_pages(folder)
    for path, text in stale.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return list(stale)


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` only tell which are not current; return the exit status."""
    if arguments == ["--check"]:
        stale = list(stale_pages())
        print("\n".join(f"{path} is not current: run python -m devtools.reference" for path in stale))
        return 1 if stale else 0
    if arguments:
        print("usage: python -m devtools.reference [--check]", file=sys.stderr)
        return 2
    print("\n".join(f"wrote {path}" for path in write_pages()) or "every page is current")
    return 0


def _read(file: Path) -> str | None:
    return file.read_text("utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
