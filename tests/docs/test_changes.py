"""Change fragments: one file for each change, one sentence for the user."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from devtools.source import REPOSITORY

FRAGMENTS = sorted(path for path in (REPOSITORY / "changes").iterdir() if path.name != "README.md")


def test_there_are_fragments_or_the_folder_waits_for_them() -> None:
    assert (REPOSITORY / "changes" / "README.md").is_file()


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_is_one_sentence_of_a_known_kind(fragment: Path) -> None:
    assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed)\.md", fragment.name)
    text = fragment.read_text("utf-8")
    assert text.endswith(".\n")
    assert "\n" not in text.rstrip("\n")
    assert not re.search(r"[.!?] [A-Z]", text), "one sentence"
