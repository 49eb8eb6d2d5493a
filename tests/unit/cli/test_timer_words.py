"""What the words of `ownplug timer` mean, and which rule is meant by one."""

from __future__ import annotations

from typing import Any

import click
import pytest

from ownplug.cli.timer_words import (
    NEVER,
    At,
    Days,
    Duration,
    describe_auto_off,
    find_rule,
    without_nothing,
)
from ownplug.core.errors import NotFound, UsageError

LAMP = {"id": "n1jx", "name": "lamp"}
TEA = {"id": "n2ab", "name": "tea"}
OTHER_TEA = {"id": "q", "name": "tea"}
NAMELESS = {"id": "lam", "name": ""}
RULES: list[dict[str, Any]] = [LAMP, TEA, OTHER_TEA, NAMELESS]


@pytest.mark.parametrize(
    ("kind", "word", "meant"),
    [
        (At(), "7:05", "07:05"),
        (At(), "sunset-30m", {"event": "sunset", "offset_min": -30}),
        (Days(), "wed,mon", ["monday", "wednesday"]),
        (Duration(), "1h15m", 4500),
        (Duration(), "Never", NEVER),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_a_word_is_what_the_api_takes(kind: click.ParamType[Any], word: str, meant: object) -> None:
    assert kind.convert(word, None, None) == meant


@pytest.mark.parametrize("kind", [At(), Days(), Duration()], ids=lambda kind: kind.name)
def test_another_word_is_wrong_usage_with_an_example(kind: click.ParamType[Any]) -> None:
    with pytest.raises(click.BadParameter, match="Write "):
        kind.convert("soon", None, None)


@pytest.mark.parametrize(
    ("word", "meant"), [("n1jx", LAMP), ("n1", LAMP), ("lamp", LAMP), ("n2", TEA), ("q", OTHER_TEA)]
)
def test_a_rule_is_found_by_id_name_or_first_letters(word: str, meant: dict[str, Any]) -> None:
    assert find_rule(RULES, word) is meant


def test_an_id_is_meant_before_the_first_letters_of_another() -> None:
    assert find_rule([{"id": "ab", "name": ""}, {"id": "a", "name": ""}], "a")["id"] == "a"


@pytest.mark.parametrize(("word", "ids"), [("n", "n1jx, n2ab"), ("tea", "n2ab, q")])
def test_a_word_that_fits_several_rules_names_them(word: str, ids: str) -> None:
    with pytest.raises(UsageError, match=f"any of {ids}"):
        find_rule(RULES, word)


@pytest.mark.parametrize("word", ["heater", "N1JX"])
def test_a_word_that_fits_no_rule_says_so(word: str) -> None:
    with pytest.raises(NotFound, match=word):
        find_rule(RULES, word)


def test_what_was_not_said_is_not_sent() -> None:
    assert without_nothing({"at": None, "enabled": False, "name": ""}) == {"enabled": False, "name": ""}


def test_an_auto_off_is_said_in_one_line() -> None:
    rule = {"id": "a", "after_s": 60, "days": ["saturday", "sunday"]}
    assert describe_auto_off(rule) == "1 minute after it was turned on, on the weekend: off"
