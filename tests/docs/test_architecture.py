"""ARCHITECTURE.md names what is there, and nothing else; each decision has its record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from devtools.prose import local_targets
from devtools.source import PACKAGE, REPOSITORY

PAGE = REPOSITORY / "ARCHITECTURE.md"
RECORDS = sorted((REPOSITORY / "docs" / "adr").glob("*.md"))
PARTS = ("Context", "Options", "Decision", "Consequences")
A_PAGE = 90  # lines


def rooms_on_disk() -> set[str]:
    return {folder.name for folder in PACKAGE.iterdir() if any(folder.glob("*.py"))}


def rooms_in_the_map() -> set[str]:
    """The first words of the map, one room a line."""
    text = PAGE.read_text("utf-8")
    map_block = re.search(r"^```text\nsrc/ownplug/\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert map_block is not None
    return set(re.findall(r"^  ([a-z]+)/", map_block[1], re.MULTILINE))


def test_the_map_shows_every_room_that_exists_and_no_other() -> None:
    assert rooms_in_the_map() == rooms_on_disk()


def test_the_map_shows_what_is_in_core() -> None:
    text = PAGE.read_text("utf-8")
    inside = {entry.stem for entry in (PACKAGE / "core").iterdir() if not entry.name.startswith("__")}
    assert {name for name in inside if not re.search(rf"\b{name}(\.py|/)", text)} == set()


def test_every_decision_is_linked() -> None:
    linked = {target for target, _ in local_targets(PAGE, PAGE.read_text("utf-8"))}
    assert [record.name for record in RECORDS if record not in linked] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_a_decision_has_all_its_parts_on_one_page(record: Path) -> None:
    text = record.read_text("utf-8")
    headings = re.findall(r"^## (\w+)", text, re.MULTILINE)
    assert tuple(headings) == PARTS
    assert len(text.splitlines()) <= A_PAGE
