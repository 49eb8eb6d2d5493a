"""One browser that talks with a plug by its console."""

from __future__ import annotations

from ownplug.aio import Subscription
from ownplug.app.console_documents import readable
from ownplug.app.console_jobs import ConsoleJobs
from ownplug.app.console_line import OpenConsole
from ownplug.console import check_word, danger_of, danger_word, reply_document
from ownplug.core.errors import UsageError
from ownplug.core.shell import Command, parse_command
from ownplug.web import ConsoleAnswer, ConsoleDanger, Line


class Talk:
    """One browser at a console. Fits `ownplug.web.ConsoleTalk` by shape.

    Attributes:
        lines: what is printed.
    """

    def __init__(
        self,
        found: OpenConsole,
        lines: Subscription[Line],
        jobs: ConsoleJobs,
        port: str,
        *,
        show_secrets: bool,
    ) -> None:
        self.lines = lines
        self._console = found.console
        self._jobs = jobs
        self._port = port
        self._show_secrets = show_secrets

    async def run(self, line: str, /, *, word: str) -> ConsoleAnswer:
        """See `ConsoleTalk.run`.

        Raises:
            UsageError: that cannot be typed, or the word is another.
            Conflict: a job is under way on this port.
            OwnplugError: see `Console.ask`.
        """
        self._jobs.check_free(self._port)
        command = parse_command(line)
        if command is None:
            raise UsageError("There is no command to run.")
        shown = command.shown if isinstance(command, Command) else command.line
        danger = danger_of(command)
        if danger is not None and not word:
            asked = ConsoleDanger(risk=danger.risk.value, says=danger.says, word=danger_word(command))
            return ConsoleAnswer(command=shown, danger=asked)
        if danger is not None:
            check_word(danger_word(command), word)
        answer = await self._console.ask(command, accept=danger.risk if danger else None)
        reply = readable(reply_document(command, answer.reply, show_secrets=self._show_secrets))
        return ConsoleAnswer(command=shown, reply=reply, restarted=answer.restarted)

    async def find_prompt(self) -> None:
        """See `ConsoleTalk.find_prompt`.

        Raises:
            Conflict: a job is under way on this port.
            OwnplugError: see `Session.find_prompt`.
        """
        self._jobs.check_free(self._port)
        await self._console.session.find_prompt()

    def check(self) -> None:
        """See `ConsoleTalk.check`.

        Raises:
            LinkBroken, LinkClosed: the wire is gone.
        """
        self._console.session.check()
