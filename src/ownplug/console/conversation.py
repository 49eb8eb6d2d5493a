"""What comes from the wire, sorted: the answer to the command that was typed, and all that comes by itself.

Pure. The driver types only at a prompt, and presses Enter only when the plug has echoed the command: so an answer
begins with Enter and ends with the next prompt, whatever is printed into its midst.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ownplug.core.errors import Malformed
from ownplug.core.shell import (
    BootLine,
    Command,
    DamagedLog,
    DriverText,
    Echo,
    Event,
    LogLine,
    Prompt,
    Reply,
    ShellReader,
    TextLine,
    UnknownCommand,
    erase,
    parse_reply,
)

ANSWER_LIMIT = 1_000_000
"""Characters of one answer; `config show`, the longest on the page, has 7,000."""

ASIDES_LIMIT = 1000
"""Log lines and the like that are kept with one answer; later ones only go by."""

_NOISE_FROM = 16  # bytes; fewer tell nothing, and the first byte of a start is always garbage
_NOISE_SHARE = 0.3  # of bytes that no plug prints; the page has none but that one
_CONTROLS = b"\a\b\t\n\r\x1b"
_TEXT = bytes([*range(0x20, 0x7F), *_CONTROLS])

Aside: TypeAlias = LogLine | DamagedLog | DriverText | BootLine
Question: TypeAlias = Command | UnknownCommand


def shown_question(question: Question) -> str:
    """The line for people and logs, without secrets."""
    return question.shown if isinstance(question, Command) else question.line


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the plug said to one command."""

    command: Question
    reply: Reply
    """What the lines mean."""
    lines: tuple[str, ...]
    """What was printed, without what other tasks printed into it."""
    asides: tuple[Aside, ...]
    """That."""
    restarted: bool = False
    """The plug restarted instead of coming back to its prompt."""


class Conversation:
    """One plug's side of the talk.

    Attributes:
        at_prompt: the shell waits for a command.
        answer: the answer to the last command, when it is complete.
        failure: why there will be none.
    """

    def __init__(self) -> None:
        self.at_prompt = False
        self.answer: Answer | None = None
        self.failure: Malformed | None = None
        self._reader = ShellReader()
        self._command: Question | None = None
        self._typed = ""
        self._texts: list[str] = []
        self._asides: list[Aside] = []
        self._is_cut = False
        self._size = 0  # of the answer so far
        self._bytes = self._garbage = 0

    @property
    def lines(self) -> int:
        """How many lines of the answer have come so far."""
        return len(self._texts)

    @property
    def pending(self) -> str:
        """What stands on a line that has no end yet: at a prompt, the echo of what is typed."""
        return self._reader.pending

    @property
    def is_noise(self) -> bool:
        """Whether what came since `listen_anew` is garbage: another speed, or a bad contact."""
        return self._bytes >= _NOISE_FROM and self._garbage > self._bytes * _NOISE_SHARE

    @property
    def is_silent(self) -> bool:
        """Whether nothing came since `listen_anew`."""
        return not self._bytes

    def is_over(self) -> bool:
        """Whether nothing more will come for the last command."""
        return self.answer is not None or self.failure is not None

    def listen_anew(self) -> None:
        """Forget how good or bad the wire was."""
        self._bytes = self._garbage = 0

    def expect(self, command: Question, typed: str) -> None:
        """Take what comes from now on, until the next prompt, as the answer to `command`."""
        self._command, self._typed = command, typed
        self._texts, self._asides, self._is_cut, self._size = [], [], False, 0
        self.at_prompt, self.answer, self.failure = False, None, None

    def give_up(self) -> None:
        """Expect no answer any more: what still comes is nobody's."""
        self._command = None
        self.at_prompt = False

    def receive(self, data: bytes) -> list[Event]:
        """Take bytes from the wire; return the events that they complete."""
        self._bytes += len(data)
        self._garbage += len(data.translate(None, _TEXT))
        events = self._reader.feed(data)
        for event in events:
            self._sort(event)
        return events

    def _sort(self, event: Event) -> None:
        match event:
            case Prompt():
                self._complete(restarted=False)
                self.at_prompt = True
            case BootLine():
                self.at_prompt = False
                self._complete(restarted=True)
            case TextLine(text):
                self._take_text(text, cut=event.cut)
            case Echo(text):
                if not self._is_echo(text):
                    self._take_text(text, cut=event.cut)
            case _:
                if len(self._asides) < ASIDES_LIMIT:
                    self._asides.append(event)

    def _is_echo(self, text: str) -> bool:
        """Whether it is the echo of the command, or what a log line left of it, and no answer without an echo."""
        seen = erase(text).strip()
        return seen.endswith(self._typed) or self._typed.startswith(seen)

    def _take_text(self, text: str, *, cut: bool) -> None:
        if self._command is None:
            return
        if self._is_cut:
            self._texts[-1] += text
        else:
            self._texts.append(text)
        self._is_cut = cut
        self._size += len(text) + 1
        if self._size > ANSWER_LIMIT:
            self.give_up()
            self.failure = Malformed(f"The plug answers with more than {ANSWER_LIMIT} characters.")

    def _complete(self, *, restarted: bool) -> None:
        if self._command is None:
            return
        reply = parse_reply(self._command, self._texts)
        if restarted and reply.unknown and reply.unknown[-1].at == len(self._texts) - 1:
            self._texts.pop()  # the garbage with which a start begins
            reply = parse_reply(self._command, self._texts)
        self.answer = Answer(
            command=self._command,
            reply=reply,
            lines=tuple(self._texts),
            asides=tuple(self._asides),
            restarted=restarted,
        )
        self._command = None
