"""The written pages as data: their headings, links, blocks of code, and the commands that they name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools.source import REPOSITORY

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of code and the language it names."""

    language: str
    text: str


def pages() -> list[Path]:
    """Return every Markdown page of the repository that people read."""
    return [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").rglob("*.md"))]


def blocks(text: str) -> list[Block]:
    """Return the blocks of code of a page."""
    return [Block(language=found["language"], text=found["text"]) for found in _FENCE.finditer(text)]


def links(text: str) -> list[str]:
    """Return the targets of the links of a page; what stands in code is no link."""
    return _LINK.findall(_INLINE.sub("", _FENCE.sub("", text)))


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    return {_anchor(heading) for heading in _HEADING.findall(_FENCE.sub("", text))}


def command_lines(text: str) -> list[str]:
    """Return every `ownplug …` line in the blocks of code of a page, without prompt, comment and pipe."""
    lines = [line.strip().removeprefix("$ ") for block in blocks(text) for line in block.text.splitlines()]
    return _of_ours(lines)


def named_commands(text: str) -> list[str]:
    """Return every `ownplug …` in the running text of a page; a group named by `…` is left out."""
    return [line for line in _of_ours(_INLINE.findall(_FENCE.sub("", text))) if _ELLIPSIS not in line]


def words(line: str) -> list[str]:
    """Split a command line as a shell does; without the program's own name."""
    return shlex.split(line)[1:]


def local_targets(page: Path, text: str) -> Iterator[tuple[Path, str]]:
    """Yield the file and the anchor (or an empty text) of each link that stays in the repository."""
    for target in links(text):
        if "://" not in target and not target.startswith("mailto:"):
            path, _, anchor = target.partition("#")
            yield (page.parent / path).resolve() if path else page, anchor


def _anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return kept.replace(" ", "-")


def _of_ours(lines: list[str]) -> list[str]:
    return [_bare(line) for line in lines if line.startswith("ownplug ")]


def _bare(line: str) -> str:
    return re.split(r"\s+[|#]", line, maxsplit=1)[0].strip()
