"""A whole conversation: what was typed, what was answered, and what came between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ownplug.core.shell.commands import Command, UnknownCommand, parse_command
from ownplug.core.shell.events import BootLine, DriverText, Echo, Event, Prompt, TextLine
from ownplug.core.shell.log import DamagedLog, LogLine, render_log
from ownplug.core.shell.replies import Reply, parse_reply
from ownplug.core.shell.text import decode_text, encode_text, erase

PROMPT_LINE = -1
"""In `Aside.at`: the line of the prompt itself."""


AsideEvent: TypeAlias = LogLine | DamagedLog | DriverText | BootLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What was printed between the lines of a reply, or inside one."""

    at: int
    """Before which line of the exchange it came, or in which."""
    column: int
    """How many bytes of that line stood before it, the prompt included."""
    event: AsideEvent


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
            after = _Draft(prompt=event.text, asides=draft.take_back())
            if not draft.is_empty:
                yield draft.finished()
            draft = after
        else:
            draft.add(event)
    if not draft.is_empty:
        yield draft.finished()


def render_transcript(exchanges: Iterable[Exchange]) -> list[str]:
    """Every line of a conversation as it stood on the wire, without line ends."""
    data = b"".join(_render(exchange) for exchange in exchanges)
    return decode_text(data.removesuffix(b"\n")).split("\n")


@dataclass(slots=True)
class _Draft:
    """An exchange that is not over."""

    prompt: str | None = None
    typed: str | None = None
    lines: list[str] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    _is_open: bool = False  # the last line goes on
    _has_started: bool = False  # the plug has, so that nothing is typed here any more

    @property
    def is_empty(self) -> bool:
        return self.prompt is None and not self.lines and not self.asides

    def add(self, event: TextLine | Echo | AsideEvent) -> None:
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
                self.asides.append(self._aside(event))
                self._has_started |= isinstance(event, BootLine)

    def take_back(self) -> list[Aside]:
        """Take what broke into a line that turns out to be the next prompt."""
        count = 0
        while count < len(self.asides) and self._is_open_at(self.asides[-1 - count]):
            count += 1
        taken = self.asides[len(self.asides) - count :]
        del self.asides[len(self.asides) - count :]
        return [Aside(at=PROMPT_LINE, column=_column(aside.event), event=aside.event) for aside in taken]

    def _aside(self, event: AsideEvent) -> Aside:
        before = len(self.prompt or "") if self._place == PROMPT_LINE else 0
        return Aside(at=self._place, column=before + _column(event), event=event)

    @property
    def _place(self) -> int:
        is_waiting = self.prompt is not None and self.typed is None and not self._has_started
        return PROMPT_LINE if is_waiting else len(self.lines)

    def _is_open_at(self, aside: Aside) -> bool:
        """Whether a line had begun where this broke in, of which nothing has come since."""
        return aside.at == self._place and _column(aside.event) > 0

    def finished(self) -> Exchange:
        return Exchange(
            prompt=self.prompt, typed=self.typed, lines=tuple(self.lines), asides=tuple(self.asides)
        )


def _render(exchange: Exchange) -> bytes:
    asides: dict[int, list[Aside]] = {}
    for aside in exchange.asides:
        asides.setdefault(aside.at, []).append(aside)
    parts = []
    if exchange.prompt is not None:
        parts.append(_with_asides(exchange.prompt + (exchange.typed or ""), asides.get(PROMPT_LINE, ())))
        parts += [] if exchange.typed is None else [b"\n"]
    for at, line in enumerate(exchange.lines):
        parts += [_with_asides(line, asides.get(at, ())), b"\n"]
    return b"".join([*parts, _with_asides("", asides.get(len(exchange.lines), ()))])


def _with_asides(line: str, asides: Sequence[Aside]) -> bytes:
    """The line with all that broke into it, from the last to the first, as each place was told without the later."""
    data = encode_text(line)
    for aside in reversed(asides):
        data = data[: aside.column] + encode_text(_aside_text(aside.event)) + data[aside.column :]
    return data


def _column(event: AsideEvent) -> int:
    return 0 if isinstance(event, BootLine) else event.column


def _aside_text(event: AsideEvent) -> str:
    """What it looks like on the wire; a damaged log line inside another has only the line end that both share."""
    match event:
        case LogLine():
            return render_log(event) + "\n"
        case DamagedLog() if event.column:
            return event.text
        case _:
            return event.text + "\n"
