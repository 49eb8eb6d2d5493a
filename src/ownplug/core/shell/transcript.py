"""A whole conversation: what was typed, what was answered, and what came between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ownplug.core.shell.commands import Command, UnknownCommand, parse_command
from ownplug.core.shell.events import BootLine, DriverText, Echo, Event, Prompt, TextLine
from ownplug.core.shell.log import DamagedLog, LogLine, render_log
from ownplug.core.shell.replies import Reply, parse_reply
from ownplug.core.shell.text import erase

PROMPT_LINE = -1
"""In `Aside.at`: the line of the prompt itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What was printed between the lines of a reply, or inside one."""

    at: int
    """Before which line of the exchange it came, or in which; `column` of the event says where in it."""
    event: LogLine | DamagedLog | DriverText | BootLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One prompt, what was typed there, and all that was printed until the next prompt.

    The first one of a capture may have no prompt: it is what stands before, such as a start.
    """

    prompt: str | None
    typed: str | None
    """As echoed; None where nothing was typed."""
    lines: tuple[str, ...]
    """What was printed, without the asides."""
    asides: tuple[Aside, ...]

    @property
    def command(self) -> Command | UnknownCommand | None:
        """What was typed, understood."""
        return parse_command(erase(self.typed or ""))

    @property
    def reply(self) -> Reply | None:
        """What the lines say; None where nothing was asked."""
        command = self.command
        return parse_reply(command, self.lines) if command else None


def read_transcript(events: Iterable[Event]) -> Iterator[Exchange]:
    """Sort the events of a capture into exchanges, each as soon as the next one begins."""
    draft = _Draft()
    for event in events:
        if isinstance(event, Prompt):
            if not draft.is_empty:
                yield draft.finished()
            draft = _Draft(prompt=event.text)
        else:
            draft.add(event)
    if not draft.is_empty:
        yield draft.finished()


def render_transcript(exchanges: Iterable[Exchange]) -> list[str]:
    """Every line of a conversation as it stood on the wire, without line ends."""
    text = "".join(_render(exchange) for exchange in exchanges)
    return text.removesuffix("\n").split("\n")


@dataclass(slots=True)
class _Draft:
    """An exchange that is not over."""

    prompt: str | None = None
    typed: str | None = None
    lines: list[str] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    _is_open: bool = False  # the last line goes on

    @property
    def is_empty(self) -> bool:
        return self.prompt is None and not self.lines and not self.asides

    def add(self, event: TextLine | Echo | LogLine | DamagedLog | DriverText | BootLine) -> None:
        match event:
            case Echo():
                self.typed = (self.typed or "") + event.text
            case TextLine() if self._is_open:
                self.lines[-1] += event.text
                self._is_open = event.cut
            case TextLine():
                self.lines.append(event.text)
                self._is_open = event.cut
            case _:
                self.asides.append(Aside(at=self._place, event=event))

    @property
    def _place(self) -> int:
        return PROMPT_LINE if self.prompt is not None and self.typed is None else len(self.lines)

    def finished(self) -> Exchange:
        return Exchange(
            prompt=self.prompt, typed=self.typed, lines=tuple(self.lines), asides=tuple(self.asides)
        )


def _render(exchange: Exchange) -> str:
    asides: dict[int, list[Aside]] = {}
    for aside in exchange.asides:
        asides.setdefault(aside.at, []).append(aside)
    parts = []
    if exchange.prompt is not None:
        end = "" if exchange.typed is None else "\n"
        parts.append(exchange.prompt + _with_asides(exchange.typed or "", asides.get(PROMPT_LINE, ())) + end)
    parts += [_with_asides(line, asides.get(at, ())) + "\n" for at, line in enumerate(exchange.lines)]
    parts.append(_with_asides("", asides.get(len(exchange.lines), ())))
    return "".join(parts)


def _with_asides(line: str, asides: Sequence[Aside]) -> str:
    """The line with all that broke into it, from the last to the first, as each place was told without the later."""
    for aside in reversed(asides):
        column = getattr(aside.event, "column", 0)
        line = line[:column] + _aside_text(aside.event) + line[column:]
    return line


def _aside_text(event: LogLine | DamagedLog | DriverText | BootLine) -> str:
    """What it looks like on the wire; a damaged log line inside another has only the line end that both share."""
    match event:
        case LogLine():
            return render_log(event) + "\n"
        case DamagedLog() if event.column:
            return event.text
        case _:
            return event.text + "\n"
