"""Replies as layouts: one description of lines, from which a reply is written and by which it is read.

A row is a line as the plug prints it, with fields in braces (see `template`); one without fields is always there.
Reading is forgiving: rows may be missing (their attributes are None), and a line that no row explains is kept with
its place. Blank lines say nothing; writing puts them where the layout has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Generic, TypeAlias, TypeVar

from ownplug.core.shell.template import Template


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A line that the layout does not explain."""

    at: int
    """Its place among the lines of the reply, from 0."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a command printed; an attribute is None where the line that tells it is missing."""

    unknown: tuple[UnknownLine, ...] = ()
    """Lines that this code cannot read, verbatim."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A line that is there or not; the attribute is True or False."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Many:
    """Rows that repeat, once for each item of a tuple; `empty` is printed when there is none."""

    name: str
    kind: type[Any]
    rows: tuple[str, ...]
    empty: str | None = None


Row: TypeAlias = str | Flag | Many
R = TypeVar("R", bound=Reply)


class Layout(Generic[R]):
    """The lines of one kind of reply.

    Args:
        kind: the dataclass of the reply.
        rows: what it prints, in order.
        given: attributes that no row tells, with the value that a reply gets when it is read.
    """

    def __init__(self, kind: type[R], *rows: Row, given: Mapping[str, object] | None = None) -> None:
        self.kind = kind
        self.rows = rows
        self._given = dict(given or {})
        self._steps = tuple(_steps(rows))

    def render(self, reply: R) -> list[str]:
        """Every line of the reply, without line ends."""
        lines = [line for row in self.rows for line in _render_row(row, reply)]
        for extra in reply.unknown:
            lines.insert(extra.at, extra.text)
        return lines

    def parse(self, lines: Iterable[str]) -> R:
        """Read the lines of a reply; log lines and driver text must have been taken out before."""
        reading = _Reading(self._steps)
        for at, line in enumerate(lines):
            if line and not reading.take(line):
                reading.unknown.append(UnknownLine(at, line))
        return self.kind(**self._given, **reading.values(self.rows), unknown=tuple(reading.unknown))


@dataclass(frozen=True, slots=True)
class _Step:
    """One row in the order of reading; rows of a `Many` know where they begin and end.

    `many`, `flag` and `empty` are attributes: of items, of a line that is there or not, and of items of which this
    line says that there are none.
    """

    template: Template
    many: str | None = None
    flag: str | None = None
    empty: str | None = None
    first: int = 0
    last: int = 0


_template = cache(Template)


def _steps(rows: Sequence[Row]) -> Iterator[_Step]:
    """The rows to look for; blank ones say nothing and are not looked for."""
    at = 0
    for row in rows:
        new: list[_Step] = []
        match row:
            case str():
                new = [_Step(_template(row))] if row else []
            case Flag():
                new = [_Step(_template(row.text), flag=row.name)]
            case Many():
                texts = [text for text in row.rows if text]
                last = at + len(texts) - 1
                new = [_Step(_template(text), many=row.name, first=at, last=last) for text in texts]
                new += [_Step(_template(row.empty), empty=row.name)] if row.empty is not None else []
        yield from new
        at += len(new)


@dataclass(slots=True)
class _Reading:
    """What has been read of a reply so far."""

    steps: tuple[_Step, ...]
    unknown: list[UnknownLine] = field(default_factory=list)
    _at: int = -1
    _found: dict[str, Any] = field(default_factory=dict)
    _items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def take(self, line: str) -> bool:
        """Whether a row explains this line."""
        for at, is_new_item in self._next():
            step = self.steps[at]
            values = step.template.match(line)
            if values is not None and self._keep(step, values, is_new_item=is_new_item):
                self._at = at
                return True
        return False

    def values(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Every attribute that the rows tell."""
        told: dict[str, Any] = {}
        for row in rows:
            match row:
                case str():
                    told |= {name: self._found.get(name) for name in _template(row).names}
                case Flag():
                    told[row.name] = row.name in self._found
                case Many():
                    told[row.name] = tuple(_item(row, values) for values in self._items.get(row.name, ()))
        return told

    def _next(self) -> Iterator[tuple[int, bool]]:
        """The rows that may come now, and whether each begins a new item."""
        after = self._at + 1
        here = self.steps[self._at] if self._at >= 0 else None
        if here and here.many:
            yield from ((at, False) for at in range(after, here.last + 1))
            yield here.first, True
            after = here.last + 1
        for at in range(after, len(self.steps)):
            step = self.steps[at]
            if step.many is None or step.first == at:
                yield at, True

    def _keep(self, step: _Step, values: dict[str, Any], *, is_new_item: bool) -> bool:
        """Keep what a line tells, unless the same was told otherwise before."""
        if step.empty in self._items:
            return False
        if step.flag:
            values = {step.flag: True}
        if step.many is None:
            target = self._found
        elif is_new_item:
            target = {}
            self._items.setdefault(step.many, []).append(target)
        else:
            target = self._items[step.many][-1]
        if any(target.get(name, value) != value for name, value in values.items()):
            return False
        target.update(values)
        return True


def _item(row: Many, values: Mapping[str, Any]) -> object:
    return row.kind(**{item.name: values.get(item.name) for item in fields(row.kind)})


def _render_row(row: Row, reply: object) -> Iterator[str]:
    match row:
        case str():
            line = _template(row).render(reply)
            yield from () if line is None else (line,)
        case Flag():
            yield from (row.text,) if getattr(reply, row.name) else ()
        case Many():
            items = getattr(reply, row.name)
            for item in items:
                yield from (line for text in row.rows if (line := _template(text).render(item)) is not None)
            if not items and row.empty is not None:
                yield row.empty
