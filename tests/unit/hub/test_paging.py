from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.hub.paging import page_of

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def plug(number: int, came_at: datetime = NOON) -> PlugRecord:
    return PlugRecord(uuid=Uuid(f"{number:032d}"), name=f"plug {number}", registered_at=came_at)


def pages(plugs: list[PlugRecord], limit: int) -> list[list[PlugRecord]]:
    page, following = page_of(plugs, limit=limit)
    found = [page]
    while following is not None:
        page, following = page_of(plugs, limit=limit, after=following)
        found.append(page)
    return found


@given(st.lists(st.timedeltas(timedelta(days=-9999), timedelta(days=9999)), max_size=12), st.integers(1, 13))
def test_all_pages_are_all_plugs_in_the_order_in_which_they_came(after: list[timedelta], limit: int) -> None:
    plugs = [plug(number, NOON + each) for number, each in enumerate(after)]
    found = pages(plugs, limit)
    assert page_of(plugs)[0] == sorted(plugs, key=lambda each: each.registered_at)
    assert [each for page in found for each in page] == page_of(plugs)[0]
    assert {len(page) for page in found[:-1]} <= {limit}
    assert 0 < len(found[-1]) <= limit or plugs == []


def test_plugs_that_came_at_the_same_moment_are_in_the_order_of_their_uuids() -> None:
    assert pages([plug(2), plug(1), plug(3)], 1) == [[plug(1)], [plug(2)], [plug(3)]]


def test_a_mark_holds_when_its_plug_is_forgotten_and_another_came() -> None:
    _, mark = page_of([plug(1), plug(2), plug(3)], limit=2)
    assert page_of([plug(1), plug(3), plug(4)], after=mark) == ([plug(3), plug(4)], None)


def test_behind_the_last_plug_is_an_empty_page() -> None:
    _, mark = page_of([plug(1), plug(2)], limit=1)
    assert page_of([plug(1)], after=mark) == ([], None)
    assert page_of([]) == ([], None)


@pytest.mark.parametrize(
    "mark", ["", "7", f"{'9' * 17}-{'0' * 32}", f"{'9' * 16}-{'0' * 31}", f"{'٩' * 16}-{'0' * 32}"]
)
def test_what_is_no_mark_is_refused(mark: str) -> None:
    with pytest.raises(UsageError, match="not where a page ends"):
        page_of([plug(1)], after=mark)
    assert page_of([plug(1)], after=f"{'9' * 16}-{'z' * 32}") == ([], None)
