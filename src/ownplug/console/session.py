"""One owner's talk with the shell of one plug, over any `ByteStream`.

Commands are typed as a person types them: at a prompt, and Enter is pressed when the echo shows that every
character has arrived. So a slow UART, a log line in the midst of the echo, or a half-typed line that somebody left
behind cannot turn one command into another. Every wait has a deadline, and each way to fail has its own sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ownplug.aio import Broadcast, ByteStream, Subscription
from ownplug.console.conversation import Answer, Conversation, Question, shown_question
from ownplug.core.errors import (
    LinkBroken,
    LinkClosed,
    LinkTimeout,
    Noise,
    OwnplugError,
    Restarted,
    UsageError,
)
from ownplug.core.shell import (
    LINE_LIMIT,
    Command,
    Event,
    UnknownCommand,
    encode_text,
    parse_command,
    render_command,
)

EVENTS_LIMIT = 4096
"""Events that may wait for one subscriber; the oldest go first."""

_ENTER = b"\r"
_ERASE = b"\b" * LINE_LIMIT  # whatever stands on the line: it must not become a command
_ERASE_SIZE = 64  # at a time, so that a small buffer does not lose the Enter after it
_ERASE_DELAY_S = 0.02
_POKE_S = 1.0  # between two presses of Enter for a prompt
_TYPINGS = 3  # of one command whose echo is destroyed
_MOST_PATIENCE = 12  # times the patience, for an answer that goes on and on
_PATIENCE_S = {  # commands that take their time; all others have the settings' patience
    "config show": 15.0,
    "meross iot unbind": 15.0,
    "meross iot upgrade": 300.0,
    "meross scan": 20.0,
    "meross test": 60.0,
}
_RESTARTING = {"reboot", "meross crash", "meross iot unbind", "meross iot upgrade"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """How patient a session is, and how fast it types."""

    answer_timeout_s: float = 5.0
    """How long the plug may be silent within an answer, in seconds. Most take a few milliseconds; those of the
    commands that scan, test or load have more by themselves."""

    prompt_timeout_s: float = 10.0
    """How long to press Enter for a prompt, in seconds: a start takes less than one."""

    echo_timeout_s: float = 1.0
    """How long the echo of a command may take, in seconds, beyond the time that the typing takes."""

    tx_delay_s: float = 0.0
    """Pause after each character that is typed, in seconds, for a plug that loses some; 0.005 helps a lot."""

    def __post_init__(self) -> None:
        if min(self.answer_timeout_s, self.prompt_timeout_s, self.echo_timeout_s) <= 0:
            raise UsageError("The time-outs of a console are above 0 seconds.")
        if not 0 <= self.tx_delay_s <= 1:
            raise UsageError("The pause after a character is between 0 and 1 second.")


class Session:
    """A talk with a shell on a stream that it owns; use it as `async with`.

    Commands that are asked at the same time are typed one after the other.
    """

    def __init__(self, stream: ByteStream, settings: SessionSettings | None = None) -> None:
        self.settings = settings or SessionSettings()
        self._stream = stream
        self._conversation = Conversation()
        self._events: Broadcast[Event] = Broadcast()
        self._turn = asyncio.Lock()
        self._change = asyncio.Event()
        self._failure: OwnplugError | None = None
        self._tasks = asyncio.TaskGroup()
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen; nothing is sent."""
        await self._tasks.__aenter__()
        self._listening = self._tasks.create_task(self._listen(), name="console")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop and close the stream."""
        self._fail(LinkClosed("The console was closed by this side."))
        if self._listening is not None:
            self._listening.cancel()
        cancelled = isinstance(error, asyncio.CancelledError)
        try:
            # the group must see a cancellation, which may be its own; all else is the caller's business alone
            await self._tasks.__aexit__(*((kind, error, trace) if cancelled else (None, None, None)))
        finally:
            await self._stream.close()

    def subscribe(self) -> AbstractContextManager[Subscription[Event]]:
        """Receive everything that the plug prints from now on, as events; ends when the wire does."""
        return self._events.subscribe(limit=EVENTS_LIMIT)

    async def ask(self, command: Question | str, *, patience_s: float | None = None) -> Answer:
        """Type a command and return its answer.

        Args:
            command: what to type; a line of text is sent as it is.
            patience_s: how long the plug may be silent; the settings and the command decide otherwise.

        Raises:
            UsageError: that cannot be typed.
            Restarted: the plug restarted instead of answering, though that is not what the command is for.
            LinkTimeout: no prompt, no echo, or no answer in time; the sentence says which.
            Noise: what comes is garbage.
            Malformed: the answer does not end.
            LinkBroken, LinkClosed: the wire is gone.
        """
        asked, line = _line_of(command)
        async with self._turn:
            await self._find_prompt()
            await self._type(asked, line)
            self._conversation.expect(asked, line)
            try:
                await self._send(_ENTER)
                answer = await self._answer(line, patience_s or self._patience_s(asked))
            finally:
                if self._conversation.answer is None:
                    self._conversation.give_up()
        if answer.restarted and not (isinstance(asked, Command) and asked.name in _RESTARTING):
            raise Restarted(
                f"The plug restarted before it answered {shown_question(asked)!r}.",
                hint="`ownplug console watch` shows the reason at its next start.",
            )
        return answer

    async def find_prompt(self) -> None:
        """Make sure that the shell waits for a command, pressing Enter until it does.

        Raises:
            LinkTimeout, Noise, LinkBroken, LinkClosed: see `ask`.
        """
        async with self._turn:
            await self._find_prompt()

    async def _find_prompt(self) -> None:
        self.check()
        conversation = self._conversation
        conversation.listen_anew()
        now = asyncio.get_running_loop().time
        deadline_s = now() + self.settings.prompt_timeout_s
        while not conversation.at_prompt and now() < deadline_s:
            await self._send(_ERASE, size=_ERASE_SIZE, delay_s=_ERASE_DELAY_S)
            await self._send(_ENTER)
            await self._happens(lambda: conversation.at_prompt, min(_POKE_S, deadline_s - now()))
        if not conversation.at_prompt:
            raise self._no_prompt()

    async def _type(self, command: Question, line: str) -> None:
        """Put the line behind the prompt, and see that it stands there.

        Raises:
            LinkTimeout: it does not, and the command is not harmless.
        """
        typing_s = len(line) * self.settings.tx_delay_s
        for _ in range(_TYPINGS):
            await self._send(encode_text(line), delay_s=self.settings.tx_delay_s)
            within_s = self.settings.echo_timeout_s + typing_s
            if await self._happens(lambda: self._conversation.pending.endswith(line), within_s):
                return
            self._conversation.at_prompt = False
            await self._find_prompt()
        if isinstance(command, UnknownCommand) or command.danger is not None:
            raise LinkTimeout(
                f"The plug does not echo what is typed, so {shown_question(command)!r} was not sent.",
                hint="Characters may get lost: type slower, with --tx-delay 5.",
            )
        await self._send(encode_text(line), delay_s=self.settings.tx_delay_s)

    async def _answer(self, line: str, patience_s: float) -> Answer:
        """Wait for the answer; each line that comes renews the patience, up to a limit."""
        conversation = self._conversation
        for _ in range(_MOST_PATIENCE):
            lines = conversation.lines
            await self._happens(conversation.is_over, patience_s)
            if conversation.answer is not None:
                return conversation.answer
            if conversation.failure is not None:
                raise conversation.failure
            if conversation.lines == lines:
                break
        if conversation.is_noise:
            raise _noise()
        said = "began to answer and stopped" if conversation.lines else "did not answer"
        raise LinkTimeout(
            f"The plug {said}: {line.split(maxsplit=1)[0] if line else 'Enter'!r} took more than {patience_s:g} s.",
            hint="Has it still current?",
        )

    async def _happens(self, look: Callable[[], bool], within_s: float) -> bool:
        """Wait until `look` is true; tell whether it was in time.

        Raises:
            LinkBroken, LinkClosed: what ended the session.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not look():
                    self.check()
                    self._change.clear()
                    await self._change.wait()
        return look()

    async def _send(self, data: bytes, *, size: int = 1, delay_s: float = 0.0) -> None:
        """Write, in pieces of `size` with a pause after each where that is wanted."""
        self.check()
        pieces = range(0, len(data), size) if delay_s else (0,)
        try:
            async with asyncio.timeout(self.settings.prompt_timeout_s + len(pieces) * delay_s):
                for at in pieces:
                    await self._stream.write(data[at : at + size] if delay_s else data)
                    await asyncio.sleep(delay_s)
        except TimeoutError as error:
            if isinstance(error, OwnplugError):
                raise
            raise LinkTimeout("The serial port takes no more bytes.", hint="Is flow control on?") from error

    async def _listen(self) -> None:
        """Read until the wire ends; whatever ends it is the end of every wait."""
        try:
            while data := await self._stream.read():
                for event in self._conversation.receive(data):
                    self._events.publish(event)
                self._change.set()
            self._fail(LinkBroken("The far side ended the console."))
        except OwnplugError as failure:
            self._fail(failure)

    def _fail(self, failure: OwnplugError) -> None:
        """Keep the first reason and tell everyone who waits."""
        if self._failure is None:
            self._failure = failure
        self._change.set()
        self._events.close()

    def check(self) -> None:
        """Raise what ended the session, if it has ended.

        Raises:
            LinkBroken, LinkClosed: the wire is gone.
        """
        if self._failure is not None:
            raise self._failure

    def _patience_s(self, command: Question) -> float:
        name = command.name if isinstance(command, Command) else ""
        return max(self.settings.answer_timeout_s, _PATIENCE_S.get(name, 0.0))

    def _no_prompt(self) -> OwnplugError:
        """Say why there is no prompt."""
        waited = f"within {self.settings.prompt_timeout_s:g} s"
        if self._conversation.is_noise:
            return _noise()
        if self._conversation.is_silent:
            return LinkTimeout(
                f"Nothing came from the plug {waited}.",
                hint="Has it current (3.3 V, never the mains)? Are TX and RX crossed, and GND connected?",
            )
        return LinkTimeout(
            f"The plug talks, but gave no prompt {waited}.",
            hint="Is TX of the adapter connected to RX of the board?",
        )


def _noise() -> Noise:
    return Noise(
        "What comes from the port is noise, not text.",
        hint="The plug speaks at 115200 baud: check the speed of the adapter, and its GND.",
    )


def _line_of(command: Question | str) -> tuple[Question, str]:
    """Give the command and the line to type.

    Raises:
        UsageError: it cannot be typed.
    """
    if isinstance(command, str):
        parsed = parse_command(command)
        command = parsed if parsed is not None else UnknownCommand("", "")
    line = render_command(command) if isinstance(command, Command) else command.line.strip()
    if not line.isprintable():
        raise UsageError("A command has no control characters.")
    if len(encode_text(line)) > LINE_LIMIT:
        raise UsageError(f"The console takes lines of at most {LINE_LIMIT} bytes.")
    return command, line
