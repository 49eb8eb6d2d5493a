"""Warnings in a form that may be published: texts of the program, and nothing that went into them but numbers."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from ownplug.core.errors import Malformed
from ownplug.hub.recent_warnings import REMEMBERED, NotedWarning, RecentWarnings

log = logging.getLogger("ownplug.somewhere")


@pytest.fixture
def warnings() -> Iterator[RecentWarnings]:
    found = RecentWarnings()
    with found.listening():
        yield found


def text(warning: NotedWarning) -> str:
    return warning.text(lambda said: f"<{len(said)}>")


def test_of_what_went_into_a_text_only_numbers_are_told(warnings: RecentWarnings) -> None:
    log.warning("%d of %s at %.80r took %.1f s: 100 %%", 3, "my secret", "its name", 1.25)
    [noted] = warnings.all()
    assert text(noted) == "3 of <9> at <8> took 1.25 s: 100 %"
    assert (noted.level, noted.logger, noted.error, noted.trace) == ("WARNING", "ownplug.somewhere", "", ())


def test_an_error_is_told_by_its_code_or_class(warnings: RecentWarnings) -> None:
    log.warning("No answer: %s", Malformed("my secret"))
    log.warning("No answer: %s", ValueError("my secret"))
    assert [text(noted) for noted in warnings.all()] == ["No answer: (malformed)", "No answer: (ValueError)"]


def test_a_failure_is_told_with_the_lines_that_it_came_through(warnings: RecentWarnings) -> None:
    try:
        int("my secret")
    except ValueError:
        log.exception("It failed")
    [noted] = warnings.all()
    assert noted.error == "ValueError"
    [line] = noted.trace
    assert line.startswith(f"{__name__}:")
    assert line.endswith("test_a_failure_is_told_with_the_lines_that_it_came_through")


@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio", "ownplugged", "root"])
def test_of_a_text_of_somebody_else_only_its_place_is_told(warnings: RecentWarnings, name: str) -> None:
    logging.getLogger(name).error("my secret %s", "too")
    [noted] = warnings.all()
    assert (noted.logger, text(noted), noted.arguments) == (name, "", ())


def test_the_newest_are_remembered_and_what_is_no_warning_is_not(warnings: RecentWarnings) -> None:
    log.setLevel(logging.DEBUG)
    for number in range(REMEMBERED + 3):
        log.info("chat")
        log.warning("%d", number)
    assert [noted.arguments[0] for noted in warnings.all()] == list(range(3, REMEMBERED + 3))


def test_nothing_is_heard_after_the_end() -> None:
    found = RecentWarnings()
    with found.listening():
        pass
    log.warning("late")
    assert found.all() == []


def test_an_argument_that_is_endless_takes_no_room(warnings: RecentWarnings) -> None:
    log.warning("%s", "x" * 1_000_000)
    [noted] = warnings.all()
    assert len(str(noted.arguments[0])) <= 200
