"""`docs/commands.md`: every command as its own help tells it, the exit statuses, the named errors."""

from __future__ import annotations

import copy
import inspect
import textwrap
from collections.abc import Iterator

import click

from devtools.markdown import code, page, table
from ownplug.cli.failure import FAILED, INTERRUPTED, describe
from ownplug.cli.main import EPILOG, root
from ownplug.core import errors
from ownplug.core.errors import DeviceError, OwnplugError

_WIDTH = 100
_EVERYWHERE = {"--home", "--json", "--verbose"}  # said once, not below each command

# Codes that are no class of the tree: who gives them, and the status that goes with them.
_OTHER_CODES = (
    ("unauthorized", "", "The hub's API: the token is missing or wrong (HTTP 401)."),
    ("interrupted", str(INTERRUPTED), "A signal ended the command."),
    ("internal", str(FAILED), "A fault of ownplug itself; run it again with `-v` and report it."),
)


def commands_page() -> str:
    """Return the page."""
    return page(
        "# Commands",
        "Each command says the same with `--help`. `PLUG` is a name, a uuid or its last digits, or a MAC; where "
        "there is an option `--key`, also the address of a plug that no hub knows, `http://HOST`.",
        "## Options that work everywhere",
        "They mean the same before and after any subcommand.",
        _common_options(),
        *(f"## `{path}`\n\n{code(_help(path, command))}" for path, command in walk()),
        "## Exit status",
        " ".join(EPILOG.replace("\b", "").split()).removeprefix("Exit status: "),
        "## Errors by name",
        "With `--json` an error is one object with `code`, `message` and `hint`; a plug's refusal adds "
        "`device_code`, the plug's own number. The hub's API uses the same names. In the library each is a "
        "class of `ownplug.core.errors`:",
        code(_tree()),
        table(["code", "class", "exit status", "meaning"], _codes()),
    )


def walk(command: click.Command = root, path: str = "ownplug") -> Iterator[tuple[str, click.Command]]:
    """Yield the full name of each command and the command, parents before children."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from walk(child, f"{path} {name}")


def _is_common(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not _EVERYWHERE.isdisjoint(parameter.opts)


def _help(path: str, command: click.Command) -> str:
    trimmed = copy.copy(command)
    trimmed.params = [parameter for parameter in command.params if not _is_common(parameter)]
    trimmed.add_help_option = False
    if command is root:
        trimmed.epilog = None  # has a section of its own
    return trimmed.get_help(_context(trimmed, path))


def _common_options() -> str:
    context = _context(root, "ownplug")
    records = [parameter.get_help_record(context) for parameter in root.params if _is_common(parameter)]
    help_option = ("-h, --help", "Show what a command does and its options.")
    rows = [(f"`{names}`", text) for names, text in [*filter(None, records), help_option]]
    return table(["option", "meaning"], rows)


def _context(command: click.Command, path: str) -> click.Context:
    # A fixed width and no look at the environment, so that the page is the same on every machine.
    return click.Context(
        command, info_name=path, terminal_width=_WIDTH, max_content_width=_WIDTH, color=False
    )


def _tree() -> str:
    drawing = [line for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    return textwrap.dedent("\n".join(drawing))


def _codes() -> Iterator[tuple[str, str, str, str]]:
    for kind in _family(OwnplugError):
        status = describe(_example(kind)).status
        meaning = (inspect.getdoc(kind) or "").split("\n", maxsplit=1)[0]
        yield f"`{kind.code}`", f"`{kind.__name__}`", str(status), meaning
    for name, status_text, meaning in _OTHER_CODES:
        yield f"`{name}`", "", status_text, meaning


def _family(kind: type[OwnplugError]) -> Iterator[type[OwnplugError]]:
    if kind.__module__ == errors.__name__:
        yield kind
        for child in kind.__subclasses__():
            yield from _family(child)


def _example(kind: type[OwnplugError]) -> OwnplugError:
    return kind("", device_code=0) if issubclass(kind, DeviceError) else kind("")
