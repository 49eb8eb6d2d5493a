"""Plugs page by page, where there are too many for one answer.

A page begins behind a mark, not behind a plug: the mark still holds when that plug is forgotten meanwhile.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import UTC, datetime, timedelta

from ownplug.core.errors import UsageError
from ownplug.core.records import PlugRecord

MARK_PATTERN = "^[0-9]{16}-[0-9a-z]{32}$"
"""What a mark looks like: when the last plug of a page came, in microseconds since 1970, and its uuid."""

_MARK = re.compile(MARK_PATTERN)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def page_of(
    plugs: list[PlugRecord], *, limit: int | None = None, after: str | None = None
) -> tuple[list[PlugRecord], str | None]:
    """Return the plugs of one page in the order in which they came, and the mark behind which the next begins.

    Args:
        plugs: all there are.
        limit: how many at most; None: all that come behind `after`.
        after: the mark that came with the page before; None begins with the first.

    Raises:
        UsageError: `after` is no mark.
    """
    ordered = sorted(plugs, key=_place)
    begin = 0 if after is None else bisect_right(ordered, _parse_mark(after), key=_place)
    page = ordered[begin:][:limit]
    is_last = begin + len(page) == len(ordered)
    return page, None if is_last else _render_mark(page[-1])


def _place(plug: PlugRecord) -> tuple[datetime, str]:
    return plug.registered_at, plug.uuid.text


def _render_mark(plug: PlugRecord) -> str:
    return f"{(plug.registered_at - _EPOCH) // _MICROSECOND:016d}-{plug.uuid.text}"


def _parse_mark(text: str) -> tuple[datetime, str]:
    if not _MARK.fullmatch(text):
        raise UsageError("That is not where a page ends.", hint="Send what the page before has as `next`.")
    came_us, _, uuid = text.partition("-")
    return _EPOCH + timedelta(microseconds=int(came_us)), uuid
