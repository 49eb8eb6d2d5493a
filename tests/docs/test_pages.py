"""Every page is true in what can be checked: its commands exist, its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from devtools.prose import anchors, command_lines, local_targets, named_commands, pages, words
from devtools.source import PACKAGE, REPOSITORY
from devtools.usage import check_usage

LONGEST = 150  # lines of a page that is read from top to bottom


def named(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def found(look: Callable[[str], list[str]]) -> list[tuple[str, str]]:
    return sorted({(named(page), line) for page in pages() for line in look(page.read_text("utf-8"))})


@pytest.mark.parametrize(("page", "line"), found(command_lines))
def test_a_command_that_a_page_shows_can_be_typed(page: str, line: str) -> None:
    try:
        check_usage(words(line))
    except click.UsageError as error:
        pytest.fail(f"{page}: {line}: {error.format_message()}")


@pytest.mark.parametrize(("page", "line"), found(named_commands))
def test_a_command_that_a_page_names_exists_with_its_options(page: str, line: str) -> None:
    try:
        check_usage(words(line))
    except click.MissingParameter:
        pass  # named, not shown: `ownplug pair` without its URL
    except click.UsageError as error:
        pytest.fail(f"{page}: {line}: {error.format_message()}")


def test_the_check_of_commands_can_fail() -> None:
    for line in ("ownplug plug", "ownplug toggle", "ownplug toggle kettle lamp", "ownplug plugs --jsn"):
        with pytest.raises(click.UsageError):
            check_usage(words(line))


@pytest.mark.parametrize("page", pages(), ids=named)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    for target, anchor in local_targets(page, page.read_text("utf-8")):
        assert target.exists(), f"{named(page)} links to {target}"
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{named(page)} links to {target}#{anchor}"


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md"])
def test_the_pages_that_everybody_reads_are_short(name: str) -> None:
    assert len((REPOSITORY / name).read_text("utf-8").splitlines()) <= LONGEST


def test_every_page_below_docs_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [REPOSITORY / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            waiting += [target for target, _ in local_targets(page, page.read_text("utf-8"))]
    assert sorted(map(named, set(pages()) - seen)) == []


@pytest.mark.parametrize("page", pages(), ids=named)
def test_files_that_a_page_names_exist(page: Path) -> None:
    files = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|md))`", page.read_text("utf-8")))
    assert [f for f in sorted(files) if not any((root / f).is_file() for root in (PACKAGE, REPOSITORY))] == []


def test_make_targets_that_pages_name_exist() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z0-9]+):", makefile, re.MULTILINE))
    for page in pages():
        named_targets = set(re.findall(r"`make ([a-z0-9]+)", page.read_text("utf-8")))
        assert named_targets <= targets, f"{named(page)} names {named_targets - targets}"
