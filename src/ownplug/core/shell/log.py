"""The firmware's log lines, whole and damaged.

    [T: 128 M: common C: info F: system_init L: 353]: platform:MT7682-E3.

Several tasks share the wire without a lock. A log line may therefore begin anywhere, and may itself be cut into:
the page has two of which only a piece is left. Source: seed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ownplug.core.shell.text import width

LOG_START = "[T"
"""How every log line begins, the damaged ones on the page too."""

_WHOLE = re.compile(
    r"\[T: (0|[1-9]\d{0,17}) M: (\S+) C: (\S+) F: (\S+) L: (0|[1-9]\d{0,17})\]: (.*)", re.DOTALL
)
_DAMAGED = re.compile(r"\[T(?=: \d| ?\S* ?C: )")
_TIME = re.compile(r"\[T: (\d+) ")
_MODULE = re.compile(r"(?:M: |\[T )(\S+) C: ")
_LEVEL = re.compile(r" C: (\w+)")
_FUNCTION = re.compile(r" F: (\S+) L: ")
_LINE = re.compile(r" L: (\d+)\]: ")


class Level(StrEnum):
    """How much a log line matters. Source: seed (info, warning, `erro…`), assumed (debug)."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of the firmware's log."""

    time_ms: int
    """Since the plug started."""
    module: str
    level: Level | str
    """A word that is no known level stays text."""
    function: str
    line: int
    """Of the firmware's source."""
    message: str = ""
    column: int = 0
    """How many bytes of another line stood before it; that line goes on after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedLog:
    """What another task left of a log line."""

    text: str
    """As it arrived, to the end of the line."""
    time_ms: int | None = None
    module: str | None = None
    level: Level | None = None
    function: str | None = None
    line: int | None = None
    column: int = 0
    """How many bytes of another line stood before it; the rest of that line is lost too."""

    @property
    def lost(self) -> tuple[str, ...]:
        """The parts of the log line that are not there any more."""
        parts = {
            "time": self.time_ms,
            "module": self.module,
            "level": self.level,
            "function": self.function,
            "line": self.line,
        }
        lost = tuple(name for name, value in parts.items() if value is None)
        return lost if self.line is not None else (*lost, "message")


def parse_log(text: str) -> LogLine | None:
    """Read a line that is a whole log line; None for any other."""
    found = _WHOLE.match(text)
    return None if found is None else log_line(found)


def render_log(log: LogLine) -> str:
    """Write a log line as the firmware does."""
    return f"[T: {log.time_ms} M: {log.module} C: {log.level} F: {log.function} L: {log.line}]: {log.message}"


def find_log(text: str) -> re.Match[str] | None:
    """Find the last whole log line that `text` ends with; it may begin anywhere."""
    at = text.rfind("[T: ")
    while at >= 0:
        found = _WHOLE.match(text, at)
        if found is not None:
            return found
        at = text.rfind("[T: ", 0, at)
    return None


def log_line(found: re.Match[str]) -> LogLine:
    """Make a log line of what `find_log` found."""
    time_ms, module, level, function, line, message = found.groups()
    return LogLine(
        time_ms=int(time_ms),
        module=module,
        level=_LEVELS.get(level, level),
        function=function,
        line=int(line),
        message=message,
        column=width(found.string[: found.start()]),
    )


def find_damage(text: str) -> DamagedLog | None:
    """Find what is left of a log line in `text`; whole ones must have been taken out before."""
    found = _DAMAGED.search(text)
    if found is None:
        return None
    rest = text[found.start() :]
    time_ms, line = _first(_TIME, rest), _first(_LINE, rest)
    return DamagedLog(
        text=rest,
        time_ms=int(time_ms) if time_ms else None,
        module=_first(_MODULE, rest),
        level=_LEVELS.get(_first(_LEVEL, rest) or ""),
        function=_first(_FUNCTION, rest),
        line=int(line) if line else None,
        column=width(text[: found.start()]),
    )


_LEVELS: dict[str, Level] = {level.value: level for level in Level}


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None
