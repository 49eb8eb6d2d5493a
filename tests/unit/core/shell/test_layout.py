from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.shell.layout import Flag, Layout, Many, Reply, UnknownLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    name: str | None
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Reply):
    total: int | None
    items: tuple[Item, ...]
    done: bool


LAYOUT = Layout(
    Example,
    "example:",
    "total:{total:int}",
    Many("items", Item, ("", "name:{name:name}", "size:{size:int}"), empty="nothing"),
    Flag("done", "Done!"),
)
EMPTY = ["example:", "total:0", "nothing"]
FULL = ["example:", "total:2", "", "name:a", "size:1", "", "name:b", "size:2", "Done!"]


def test_a_reply_is_written_and_read() -> None:
    full = Example(total=2, items=(Item(name="a", size=1), Item(name="b", size=2)), done=True)
    assert LAYOUT.render(full) == FULL
    assert LAYOUT.parse(FULL) == full
    empty = Example(total=0, items=(), done=False)
    assert LAYOUT.render(empty) == EMPTY
    assert LAYOUT.parse(EMPTY) == empty


def test_an_unknown_line_is_kept_with_its_place() -> None:
    lines = [*FULL[:4], "colour:red", *FULL[4:], "more"]
    reply = LAYOUT.parse(lines)
    assert reply.unknown == (UnknownLine(4, "colour:red"), UnknownLine(10, "more"))
    assert LAYOUT.render(reply) == lines


def test_what_a_missing_line_would_tell_is_none() -> None:
    reply = LAYOUT.parse(["example:", "name:a", "name:b"])
    assert reply.total is None
    assert reply.items == (Item(name="a", size=None), Item(name="b", size=None))
    assert not reply.done


def test_a_row_of_an_item_that_has_not_begun_is_unknown() -> None:
    assert LAYOUT.parse(["example:", "size:1"]).unknown == (UnknownLine(1, "size:1"),)


def test_a_line_that_contradicts_is_unknown() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Twice(Reply):
        mode: str | None

    layout = Layout(Twice, "mode: {mode:name}", "{mode:name}:")
    assert layout.parse(["mode: dhcp", "dhcp:"]) == Twice(mode="dhcp")
    assert layout.parse(["mode: dhcp", "static:"]).unknown == (UnknownLine(1, "static:"),)


def test_a_reply_may_be_given_what_no_line_tells() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named(Reply):
        name: str

    assert Layout(Named, "x", given={"name": "n"}).parse(["x"]).name == "n"


@pytest.mark.parametrize("lines", [[], [""], ["", ""]])
def test_nothing_tells_nothing(lines: list[str]) -> None:
    assert LAYOUT.parse(lines) == Example(total=None, items=(), done=False)


LINES: st.SearchStrategy[Any] = st.lists(
    st.sampled_from([*FULL, *EMPTY, "x", "total:x", "name:"]), max_size=12
)


@given(LINES)
def test_no_line_is_dropped(lines: list[str]) -> None:
    written = Counter(LAYOUT.render(LAYOUT.parse(lines)))
    assert Counter(line for line in lines if line) <= written
