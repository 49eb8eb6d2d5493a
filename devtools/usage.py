"""Whether a command line is one that ownplug takes, found out without running it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ownplug.cli.frame import Frame
from ownplug.cli.main import root


def check_usage(words: Sequence[str]) -> None:
    """Read `words` as the command line would, and run nothing.

    Raises:
        click.UsageError: there is no such command or option, a value does not fit, or an argument is missing.
    """
    command: click.Command = root
    context = click.Context(root, info_name="ownplug", obj=Frame())
    rest = list(words)
    while isinstance(command, click.Group):
        rest = _own_options_taken(command, context, rest)
        if not rest:
            return
        name, found, rest = command.resolve_command(context, rest)
        if found is None:
            raise click.UsageError(f"There is no command {name!r}.", context)
        command, parent = found, context
        context = click.Context(command, info_name=name, parent=parent)
    if not _HELP.intersection(rest):
        command.make_context(command.name, rest, parent=context.parent)


_HELP = frozenset({"-h", "--help"})


def _own_options_taken(group: click.Group, context: click.Context, words: list[str]) -> list[str]:
    """Return what `group` leaves for its subcommand."""
    context.allow_interspersed_args = False
    own = [word for word in words[:1] if word in _HELP]
    _, rest, _ = group.make_parser(context).parse_args(words[len(own) :])
    return rest
