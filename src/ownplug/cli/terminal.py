"""The interactive terminal of `ownplug console`; the one door of prompt_toolkit.

The line is edited here and sent when Enter is pressed, so Ctrl-C edits, or stops the waiting, and never reaches
the plug. What the plug prints by itself appears above the line, in another colour.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout

from ownplug.cli.output import escape_controls
from ownplug.cli.sighting import event_line
from ownplug.console import check_word, danger_of, danger_word
from ownplug.core.errors import LinkBroken, LinkClosed, OwnplugError, UsageError
from ownplug.core.shell import Command, Echo, Event, Prompt, Risk, complete, parse_command

if TYPE_CHECKING:
    from ownplug.aio import Subscription
    from ownplug.cli.frame import Frame
    from ownplug.console import Console

_LEAVE = frozenset({"exit", "quit"})
_PRINT_S = 1.0  # that printing may lag behind
_COLOURS = {"bright_black": "ansibrightblack", "": ""}

_WELCOME = (
    "Tab completes, Ctrl-D leaves; Ctrl-C stays here. Never connect mains while the adapter is on the board."
)


class History(FileHistory):
    """Lines that were typed, in a private file; those with a secret are remembered only until the end."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
        super().__init__(file)

    def store_string(self, string: str) -> None:
        """Write a line down, if it may be read by others."""
        command = parse_command(string)
        if not isinstance(command, Command) or command.shown.split() == string.split():
            super().store_string(string)


class ShellCompleter(Completer):
    """Completes commands, groups and names of settings."""

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Yield what may stand in place of the last word."""
        line = document.text_before_cursor
        begun = len(line.rpartition(" ")[2])
        for word in complete(line):
            yield Completion(word, start_position=-begun)


def check_terminal(frame: Frame) -> None:
    """Let pass who sits at a terminal.

    Raises:
        UsageError: a program reads or writes.
    """
    if frame.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "The terminal is for a person.", hint="A program uses: ownplug console run PORT 'COMMAND' --json"
        )


async def talk(console: Console, history: History) -> None:
    """Let a person talk with the plug until they leave.

    Raises:
        LinkBroken: the wire is gone.
    """
    terminal = Terminal(console, history)
    with patch_stdout(raw=True):
        await terminal.run()


class Terminal:
    """One person at one console."""

    def __init__(self, console: Console, history: History) -> None:
        self._console = console
        self._prompts: PromptSession[str] = PromptSession(
            history=history, completer=ShellCompleter(), complete_while_typing=False
        )
        self._questions: PromptSession[str] = PromptSession()
        self._has_printed = asyncio.Event()  # all that came before the last prompt
        self._work: asyncio.Task[None] | None = None
        self._is_warned = False

    async def run(self) -> None:
        """Read lines and send them, while another task prints."""
        with self._console.session.subscribe() as events, _interrupts_told_to(self._interrupt):
            async with _beside(self._print_all(events)):
                await self._greet()
                while (line := await self._read_line()) is not None:
                    await self._send(line)

    async def _greet(self) -> None:
        """Look for a prompt; a plug without one may just have no current yet."""
        _say(_WELCOME)
        if not await self._wait_for(self._console.session.find_prompt()):
            _say("Listening all the same: give the plug its current now, or press Enter to try again.")

    async def _read_line(self) -> str | None:
        """Give the next line; None when the person leaves. Ctrl-C drops what was typed."""
        while True:
            try:
                line = await self._prompts.prompt_async("$ ", handle_sigint=False)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return None
            return None if line.strip() in _LEAVE else line

    async def _send(self, line: str) -> None:
        """Send one line and wait for its answer, which the other task prints."""
        try:
            accept = await self._accepted(line)
        except UsageError as refused:
            _say(str(refused), colour="ansired")
        else:
            await self._wait_for(self._ask(line, accept))

    async def _wait_for(self, work: Coroutine[Any, Any, None]) -> bool:
        """Wait until `work` is done, has failed and said why, or the person waits no more; tell whether it is.

        Raises:
            LinkBroken, LinkClosed: the wire is gone.
        """
        self._is_warned = False
        try:
            async with asyncio.TaskGroup() as tasks:
                self._work = tasks.create_task(work)
        except* (LinkBroken, LinkClosed):
            raise
        except* OwnplugError as failures:
            for failure in failures.exceptions:
                hint = getattr(failure, "hint", "")
                _say(f"{failure} {hint}".rstrip(), colour="ansired")
            is_done = False
        else:
            is_done = not self._work.cancelled()
        finally:
            self._work = None
        return is_done

    async def _ask(self, line: str, accept: Risk | None) -> None:
        self._has_printed.clear()
        answer = await self._console.ask(line, accept=accept)
        if answer.restarted:
            return  # what follows is no answer, and has no prompt
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PRINT_S):
                await self._has_printed.wait()

    async def _accepted(self, line: str) -> Risk | None:
        """Say what a dangerous command will do, and ask for its word."""
        command = parse_command(line)
        danger = danger_of(command) if command is not None else None
        if command is None or danger is None:
            return None
        _say(danger.says, colour="ansiyellow")
        word = danger_word(command)
        try:
            typed = await self._questions.prompt_async(f"Type {word} to do it: ", handle_sigint=False)
        except (KeyboardInterrupt, EOFError):
            typed = ""
        check_word(word, typed)
        return danger.risk

    def _interrupt(self) -> None:
        """Ctrl-C while the plug works: first say so, then stop the waiting."""
        if self._work is None:
            return
        if self._is_warned:
            _say("Not waiting any more; the plug goes on with it.", colour="ansiyellow")
            self._work.cancel()
            return
        self._is_warned = True
        _say(
            "The plug still works on it, and Ctrl-C is not sent. Once more stops the waiting.",
            colour="ansiyellow",
        )

    async def _print_all(self, events: Subscription[Event]) -> None:
        async for event in events:
            if isinstance(event, Prompt):
                self._has_printed.set()
            elif not isinstance(event, Echo):
                line = event_line(event)
                _say(line.text, colour=_COLOURS.get(line.colour, f"ansi{line.colour}"))
        self._console.session.check()


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `work` beside the body: when one of them fails, both end."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work)
        yield
        task.cancel()


@contextlib.contextmanager
def _interrupts_told_to(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` at Ctrl-C; where that cannot be (Windows), Ctrl-C ends the command as it does elsewhere."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGINT, tell)
    except NotImplementedError:
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def _say(text: str, *, colour: str = "") -> None:
    print_formatted_text(FormattedText([(colour, escape_controls(text.rstrip(), keep="\t"))]))
