"""Timers as people name and write them: what options mean, and which rule is meant by a word."""

from __future__ import annotations

from typing import Any

import click

from ownplug.core.errors import NotFound, UsageError
from ownplug.core.schedule import (
    AtClock,
    AutoOff,
    Weekday,
    parse_at,
    parse_days,
    parse_duration,
    render_clock,
    summarize,
)

Document = dict[str, Any]

NEVER = 0
"""What `Duration` gives for the word `never`."""


class At(click.ParamType[Any]):
    """A time of a timer, as the API takes it."""

    name = "when"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it; a sentence says what is wrong with it."""
        try:
            at = parse_at(value)
        except UsageError as error:
            self.fail(f"{error} {error.hint}", param, ctx)
        if isinstance(at, AtClock):
            return render_clock(at)
        return {"event": at.event.value, "offset_min": at.offset_min}


class Days(click.ParamType[list[str]]):
    """Days of the week, as the API takes them."""

    name = "days"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> list[str]:
        """Read them; a sentence says what is wrong with them."""
        try:
            return [day.name.lower() for day in sorted(parse_days(value))]
        except UsageError as error:
            self.fail(f"{error} {error.hint}", param, ctx)


class Duration(click.ParamType[int]):
    """A duration in seconds; `never` is `NEVER`."""

    name = "after"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it; a sentence says what is wrong with it."""
        if value.lower() == "never":
            return NEVER
        try:
            return parse_duration(value)
        except UsageError as error:
            self.fail(f"{error} {error.hint}", param, ctx)


def without_nothing(wanted: Document) -> Document:
    """Return what was said, without the options that were not given."""
    return {name: value for name, value in wanted.items() if value is not None}


def find_rule(rules: list[Document], word: str) -> Document:
    """Return the rule that a person means: by its id, its name, or the first letters of its id.

    Raises:
        NotFound: there is none.
        UsageError: it may be any of several.
    """
    exact = [rule for rule in rules if word in {rule["id"], rule["name"]}]
    found = exact or [rule for rule in rules if word and rule["id"].startswith(word)]
    if not found:
        raise NotFound(f"The plug keeps no {word!r}.", hint="`ownplug timer list` shows what it keeps.")
    if len(found) > 1:
        ids = ", ".join(rule["id"] for rule in found)
        raise UsageError(f"{word!r} may be any of {ids}.", hint="Write the id.")
    return found[0]


def describe_auto_off(auto_off: Document) -> str:
    """Say in one line what an auto-off does."""
    days = frozenset(day for day in Weekday if day.name.lower() in auto_off["days"])
    return summarize(AutoOff(id=auto_off["id"], duration_s=auto_off["after_s"], days=days))
