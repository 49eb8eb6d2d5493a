"""Bytes of the console as events: `ShellReader` takes what the wire brings, in whatever pieces."""

from __future__ import annotations

from ownplug.core.shell.command_table import COMMANDS
from ownplug.core.shell.events import DriverText, Echo, Event, Prompt, TextLine
from ownplug.core.shell.free_text import (
    COMMAND_ID,
    FIXED_TEXTS,
    FREE_LENGTH,
    FREE_STARTS,
    find_command_id,
    free_text,
)
from ownplug.core.shell.log import LOG_START, find_damage, find_log, log_line, parse_log
from ownplug.core.shell.text import PROMPT, decode_text, encode_text, width

LONGEST_LINE = 16 * 1024
"""Bytes of one line; a longer one comes in pieces, each but the last marked as cut."""

_LONGEST_HELD = 4 * 1024  # characters that wait for the rest of their line; it also has at most 4 bytes each
_BARE_PROMPT = PROMPT.rstrip()
_PROMPT_BYTES = PROMPT.encode()  # with which the rest of a prompt can begin
_FIRST_WORDS = frozenset(name.split()[0] for name in COMMANDS)


class ShellReader:
    """The events of one wire.

    Lines end in CR LF, CR or LF. A log line may begin anywhere: it is taken out, and the text around it becomes one
    line again. Whatever the bytes are, reading never fails and never holds more than a few lines.
    """

    def __init__(self) -> None:
        self._rest = b""  # of the line on the wire whose end has not come
        self._ended_in_cr = False  # so that the LF after it ends no other line
        self._held = ""  # the text before a log line, which goes on after it
        self._prompted = False  # a prompt stands on this line
        self._is_cut = False  # the beginning of this line has been given out

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return the events that they complete. A prompt needs no end of line."""
        events: list[Event] = []
        if self._ended_in_cr and data:
            data = data.removeprefix(b"\n")
            self._ended_in_cr = False
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if end:
            block, self._rest = self._rest + data[:end], data[end:]
            self._ended_in_cr = block.endswith(b"\r")
            self._read(block, events)
        else:
            self._rest += data
        if self._rest and (len(self._rest) > LONGEST_LINE or self._rest[0] in _PROMPT_BYTES):
            self._look_ahead(events)
        return events

    def flush(self) -> list[Event]:
        """Return what is left when no more bytes will come: half a line, marked as cut."""
        text = self.pending
        events: list[Event] = [self._line(text, cut=True)] if text else []
        self._rest, self._held = b"", ""
        self._ended_in_cr = self._prompted = self._is_cut = False
        return events

    @property
    def pending(self) -> str:
        """The text of the line whose end has not come."""
        return self._held + decode_text(self._rest)

    def _read(self, block: bytes, events: list[Event]) -> None:
        """Read whole lines; nearly all of them begin afresh and are one event, whatever was before."""
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = decode_text(block).split("\n")
        lines.pop()
        is_fresh = self._is_fresh
        for line in lines:
            if is_fresh and (event := _sole_event(line)) is not None:
                events.append(event)
            else:
                self._take(line, events)
                is_fresh = self._is_fresh

    @property
    def _is_fresh(self) -> bool:
        """Whether nothing of the next line has been seen."""
        return not (self._held or self._prompted or self._is_cut)

    def _look_ahead(self, events: list[Event]) -> None:
        """Give out what needs no end of line: a prompt, and what is too long to wait for it."""
        if not self._is_cut:
            beginning = decode_text(self._rest[: len(PROMPT)])
            while (rest := self._after_prompt(beginning, events)) != beginning:
                self._rest = self._rest[len(beginning) - len(rest) :]
                beginning = decode_text(self._rest[: len(PROMPT)])
        if len(self._rest) > LONGEST_LINE:
            self._rest = self._cut(self._rest, events)

    def _take(self, line: str, events: list[Event]) -> None:
        """Read one whole line of the wire."""
        if not self._is_cut:
            while (rest := self._after_prompt(line, events)) != line:
                line = rest
        if len(line) > _LONGEST_HELD:
            line = decode_text(self._cut(encode_text(line), events))
        if self._is_cut:
            self._end(line, events)
        else:
            self._understand(self._joined(line), events)

    def _after_prompt(self, line: str, events: list[Event]) -> str:
        """The line without the prompt that it begins with."""
        if not (self._held + line[: len(PROMPT)]).startswith(PROMPT):
            return line
        rest = line[len(PROMPT) - len(self._held) :]
        self._held, self._prompted = "", True
        events.append(Prompt())
        return rest

    def _cut(self, data: bytes, events: list[Event]) -> bytes:
        """Give out pieces of a line until the rest is short enough."""
        last = (len(data) - 1) // LONGEST_LINE * LONGEST_LINE
        if last and self._held:
            events.append(self._line(self._held, cut=True))
            self._held = ""
        for start in range(0, last, LONGEST_LINE):
            events.append(self._line(decode_text(data[start : start + LONGEST_LINE]), cut=True))
            self._is_cut = True
        return data[last:]

    def _joined(self, line: str) -> str:
        """The line behind what was held of it; a character that was cut in two is whole again."""
        if not self._held:
            return line
        text, self._held = self._held + line, ""
        return text if text.isascii() else decode_text(encode_text(text))

    def _understand(self, text: str, events: list[Event]) -> None:
        """Tell what a whole line of text is; a log line at its end is taken out, and the rest waits."""
        if LOG_START in text and (found := find_log(text)):
            events.append(log_line(found))
            self._hold(text[: found.start()], events)
        elif COMMAND_ID in text and (at := find_command_id(text)) >= 0:
            events.append(DriverText(text[at:], column=width(text[:at])))
            self._hold(text[:at], events)
        elif LOG_START in text and (damage := find_damage(text)):
            events.append(damage)
            if damage.column:
                self._end(text.removesuffix(damage.text), events)
        elif free := free_text(text):
            events.append(free)
            self._prompted = self._prompted and isinstance(free, DriverText)
        else:
            if not self._prompted and text.startswith(_BARE_PROMPT) and _is_command(text[1:]):
                events.append(Prompt(_BARE_PROMPT))
                self._prompted, text = True, text[1:]
            self._end(text, events)

    def _hold(self, text: str, events: list[Event]) -> None:
        """Keep the beginning of a line until the rest comes."""
        if len(text) > _LONGEST_HELD:
            events.append(self._line(text, cut=True))
            self._is_cut = True
        else:
            self._held = text

    def _end(self, text: str, events: list[Event]) -> None:
        """Give out the end of a line."""
        events.append(self._line(text))
        self._prompted = self._is_cut = False

    def _line(self, text: str, *, cut: bool = False) -> Event:
        return Echo(text, cut=cut) if self._prompted else TextLine(text, cut=cut)


def _sole_event(line: str) -> Event | None:
    """The event that a line is, when that is plain; None where it takes a closer look."""
    if LOG_START in line:
        return parse_log(line) if line.rfind(LOG_START) == 0 else None
    if line[:FREE_LENGTH] in FREE_STARTS:
        return FIXED_TEXTS.get(line)
    if COMMAND_ID in line or line[:1] == _BARE_PROMPT or len(line) > _LONGEST_HELD:
        return None
    return TextLine(line)


def _is_command(text: str) -> bool:
    """Whether a line that follows a prompt without its blank is something that one types."""
    return text.split(" ", 1)[0] in _FIRST_WORDS
