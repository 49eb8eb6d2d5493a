"""What can be typed: every command of the shell, its help, its danger, and the rest of a half-typed line.

The shell splits a line at blanks and knows no quotes, so no argument holds a blank and none is empty.
Source: assumed (so does the chip maker's development kit, whose shell this is by its menus).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ownplug.core.errors import UsageError
from ownplug.core.shell.command_table import COMMANDS, HELP, CommandSpec, Danger
from ownplug.core.shell.settings import GROUPS, find_setting, settings_of

LINE_LIMIT = 256
"""Bytes of a typed line; what is typed beyond is ignored.

Source: assumed. (The development kit takes 64, in which `e2p` fits, but hardly the URL of an upgrade.)
"""


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """A known command with its arguments; whether these make sense is for the plug to say.

    `name` is one of `COMMANDS`: `meross hw`, also a menu (`meross`, `?`) or a menu's help (`meross ?`).
    """

    name: str
    arguments: tuple[str, ...] = ()

    @property
    def spec(self) -> CommandSpec:
        """The command's line in the table."""
        return COMMANDS[self.name]

    @property
    def danger(self) -> Danger | None:
        """What this command could do to the plug or to what hangs on it; None when it only tells."""
        return next((danger for danger in self.spec.dangers if danger.fits(self.arguments)), None)

    @property
    def is_usage(self) -> bool:
        """Whether the plug answers with how the command is used, for want of arguments or for too many."""
        return not self.spec.takes(self.arguments)

    @property
    def shown(self) -> str:
        """The line for people and logs: a secret value is `***`."""
        words = [*self.name.split(), *self.arguments]
        if self.name == "config write" and len(self.arguments) > 2:
            setting = find_setting(*self.arguments[:2])
            if setting is None or setting.secret:
                words[4:] = ["***"]
        return " ".join(words)

    def __repr__(self) -> str:
        return f"Command({self.shown!r})"


@dataclass(frozen=True, slots=True)
class UnknownCommand:
    """A line that begins as no command does.

    Attributes:
        word: the first word that is not known; the words before it are menus.
        line: the whole line.
    """

    word: str
    line: str


def parse_command(line: str) -> Command | UnknownCommand | None:
    """Read a typed line; None for a blank one."""
    words = [word for word in line.split(" ") if word]
    if not words:
        return None
    name = ""
    for at, word in enumerate(words):
        longer = f"{name} {word}".lstrip()
        if longer not in COMMANDS:
            is_menu = not name or COMMANDS[name].is_menu
            return UnknownCommand(word, line) if is_menu else Command(name, tuple(words[at:]))
        name = longer
        if word == HELP:
            break
    return Command(name)


def render_command(command: Command) -> str:
    """The line to type.

    Raises:
        UsageError: an argument is empty or holds what cannot be typed, or the line is too long for the shell.
    """
    for argument in command.arguments:
        if not argument:
            raise UsageError(
                "The console cannot send an empty value.",
                hint="`config reset <group>` brings the items of a group back to what they were when new.",
            )
        if not argument.isprintable() or " " in argument:
            raise UsageError(
                f"The console cannot send {command.shown!r}: it splits at blanks and knows no control characters."
            )
    line = " ".join([command.name, *command.arguments])
    if len(line.encode("utf-8", "surrogateescape")) > LINE_LIMIT:
        raise UsageError(
            f"The console takes lines of at most {LINE_LIMIT} bytes; {command.shown!r} has more."
        )
    return line


def complete(line: str) -> list[str]:
    """The words that may stand in place of the last word of `line`, in order."""
    words = line.split(" ")
    before, begun = [word for word in words[:-1] if word], words[-1]
    return [word for word in _next_words(before) if word.startswith(begun)]


def _next_words(before: list[str]) -> Iterator[str]:
    parsed = parse_command(" ".join(before))
    if parsed is None:
        yield from _menu("")
    elif isinstance(parsed, Command):
        if parsed.spec.is_menu:
            yield from _menu(parsed.name)
        else:
            yield from _arguments(parsed)


def _menu(name: str) -> Iterator[str]:
    """The words of a menu; `?` last, for it is seldom meant."""
    entries = [spec.word for spec in COMMANDS.values() if spec.menu == name]
    yield from (word for word in entries if word != HELP)
    yield from (word for word in entries if word == HELP)


def _arguments(command: Command) -> Iterator[str]:
    position = len(command.arguments)
    if position >= len(command.spec.arguments):
        return
    argument = command.spec.arguments[position]
    match argument.name:
        case "group_name":
            yield from GROUPS
        case "data_item_name":
            yield from (setting.name for setting in settings_of(command.arguments[0]))
        case _:
            yield from argument.choices
