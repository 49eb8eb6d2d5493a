"""The last warnings of the log, in a form that may be published: texts of ours, and no words of anybody else.

Of a record only its template is kept, which is part of the program, with the numbers that went into it; of an error
its code or class and the lines of the program that it came through. Names of plugs become aliases when it is shown.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from ownplug.core.errors import OwnplugError

REMEMBERED = 100

_OURS = "ownplug"
_LONGEST_ARGUMENT = 200  # characters
_FRAMES = 12
# What `logging` fills in: %s, %r, %.80r, %5.1f, %%.
_PLACE = re.compile(r"%(?P<form>[-#0 +]*\d*(?:\.\d+)?[a-zA-Z%])")

Show = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class NotedError:
    """An error that went into a text: its code, or its class where it is not one of ours."""

    code: str


Argument = int | float | str | NotedError


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedWarning:
    """One record of level warning or above.

    Attributes:
        at: when, in UTC.
        level: WARNING, ERROR or CRITICAL.
        logger: who told it.
        template: the text without what went into it; empty where it is not a text of ours.
        arguments: what went into it, in order.
        error: class or code of the error that came with it; empty without one.
        trace: the lines of the program that the error came through, `module:line function`.
    """

    at: datetime
    level: str
    logger: str
    template: str
    arguments: tuple[Argument, ...]
    error: str
    trace: tuple[str, ...]

    def text(self, show: Show) -> str:
        """Return what may be published of it; `show` decides what is told of an argument that is no number."""
        arguments = iter(self.arguments)
        return _PLACE.sub(lambda place: _filled(place["form"], arguments, show), self.template)


class RecentWarnings(logging.Handler):
    """A bounded memory of warnings, the newest 100."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._kept: deque[NotedWarning] = deque(maxlen=REMEMBERED)

    def emit(self, record: logging.LogRecord) -> None:
        """Remember a record."""
        self._kept.append(_noted(record))

    def all(self) -> list[NotedWarning]:
        """Return what is remembered, oldest first."""
        return list(self._kept)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what is logged by anybody for as long as the context lasts."""
        root = logging.getLogger()
        root.addHandler(self)
        try:
            yield
        finally:
            root.removeHandler(self)


def _noted(record: logging.LogRecord) -> NotedWarning:
    is_ours = record.name.partition(".")[0] == _OURS
    arguments = record.args if isinstance(record.args, tuple) else ()
    error, trace = record.exc_info[1:] if record.exc_info else (None, None)
    return NotedWarning(
        at=datetime.fromtimestamp(record.created, UTC),
        level=record.levelname,
        logger=record.name[:_LONGEST_ARGUMENT],
        template=str(record.msg) if is_ours else "",
        arguments=tuple(map(_argument, arguments)) if is_ours else (),
        error=_error(error) if error else "",
        trace=_trace(trace),
    )


def _argument(value: object) -> Argument:
    match value:
        case int() | float():
            return value
        case BaseException():
            return NotedError(_error(value))
        case _:
            return str(value)[:_LONGEST_ARGUMENT]


def _error(error: BaseException) -> str:
    return error.code if isinstance(error, OwnplugError) else type(error).__name__


def _trace(trace: TracebackType | None) -> tuple[str, ...]:
    frames = [
        (frame.f_globals.get("__name__", "?"), line, frame.f_code) for frame, line in traceback.walk_tb(trace)
    ]
    return tuple(f"{module}:{line} {code.co_name}" for module, line, code in frames[-_FRAMES:])


def _filled(form: str, arguments: Iterator[Argument], show: Show) -> str:
    if form == "%":
        return "%"
    argument = next(arguments, "")
    match argument:
        case str():
            return show(argument)
        case NotedError(code):
            return f"({code})"
        case float():
            return f"{argument:g}"
        case _:
            return str(argument)
