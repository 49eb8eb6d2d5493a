"""The frame of every command: options that work everywhere, examples in the help, one way to print.

    from ownplug.cli.frame import Frame, command, group, pass_frame

    @command(examples=["ownplug on kettle"])
    @click.argument("plug")
    @pass_frame
    def on(frame: Frame, plug: str) -> None:
        "Switch PLUG on."

`--home`, `--json` and `-v` are accepted before and after any subcommand, and mean the same there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.output import escape_controls, render_json

if TYPE_CHECKING:
    from pathlib import Path

HOME_VARIABLE = "OWNPLUG_HOME"


class Frame:
    """What the common options said, for one run of the command line.

    Attributes:
        json: results and errors are JSON.
        verbose: how often -v was given.
    """

    def __init__(self) -> None:
        self.json = False
        self.verbose = 0
        self.chosen_home: str | None = None

    @property
    def home(self) -> Path:
        """The folder of the home: `--home`, else `$OWNPLUG_HOME`, else the platform's data directory."""
        from pathlib import Path

        chosen = self.chosen_home or os.environ.get(HOME_VARIABLE)
        if chosen:
            return Path(chosen).expanduser().absolute()
        from platformdirs import user_data_path

        return user_data_path("ownplug", appauthor=False)

    def print_result(self, data: object, text: str) -> None:
        """Print one result: `data` as a line of JSON with `--json`, else `text`.

        Line ends of `text` stay; put text from a device through `escape_controls` before it becomes a part.
        """
        if self.json:
            self.print_line(data)
        else:
            self.print_text(text)

    def print_line(self, data: object) -> None:
        """Print `data` as one line of JSON, whether --json was given or not."""
        click.echo(render_json(data))

    def print_text(self, text: str) -> None:
        """Print text for a person; line ends stay, other control characters are shown."""
        click.echo(escape_controls(text, keep="\n"))

    def note(self, text: str) -> None:
        """Tell the person something that is no result, on stderr; not said with `--json`."""
        if not self.json:
            click.echo(escape_controls(text, keep="\n"), err=True)


pass_frame = click.make_pass_decorator(Frame, ensure=True)


class FrameCommand(click.Command):
    """A command with the common options and with examples in its help."""

    def __init__(
        self,
        name: str | None,
        *,
        params: list[click.Parameter] | None = None,
        examples: Sequence[str] = (),
        **attributes: Any,
    ) -> None:
        super().__init__(name, params=[*(params or ()), *_common_options()], **attributes)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the options."""
        _write_examples(self.examples, formatter)
        super().format_epilog(ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Start logging as the options say, then run the command."""
        _start_logging(ctx)
        return super().invoke(ctx)


class FrameGroup(click.Group):
    """A group of such commands; a name that is nearly right is met with the right one."""

    command_class = FrameCommand
    group_class = type

    def __init__(
        self,
        name: str | None = None,
        *,
        params: list[click.Parameter] | None = None,
        examples: Sequence[str] = (),
        **attributes: Any,
    ) -> None:
        super().__init__(name, params=[*(params or ()), *_common_options()], **attributes)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the commands."""
        _write_examples(self.examples, formatter)
        super().format_epilog(ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Start logging as the options say, then run the command."""
        _start_logging(ctx)
        return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with.

        Raises:
            click.UsageError: there is none; says which one may have been meant.
        """
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            from difflib import get_close_matches

            near = get_close_matches(name, self.list_commands(ctx), n=1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"There is no command {name!r}.{meant}", ctx)
        return super().resolve_command(ctx, args)


def command(
    name: str | None = None, *, examples: Sequence[str], **attributes: Any
) -> Callable[[Callable[..., object]], FrameCommand]:
    """Make a function a command; `examples` are shown in its help and tried by the tests."""
    return click.command(name, cls=FrameCommand, examples=examples, **attributes)


def group(
    name: str | None = None, *, examples: Sequence[str], **attributes: Any
) -> Callable[[Callable[..., object]], FrameGroup]:
    """Make a function a group of commands, which are added with `@thegroup.command(examples=[…])`."""
    return click.group(name, cls=FrameGroup, examples=examples, **attributes)


def _common_options() -> list[click.Option]:
    return [
        click.Option(
            ["--home"],
            metavar="DIR",
            expose_value=False,
            is_eager=True,
            callback=_remember_home,
            help=f"Folder of the home.  [default: ${HOME_VARIABLE}, else the platform's data directory]",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_remember_json,
            help="Print results and errors as JSON.",
        ),
        click.Option(
            ["-v", "--verbose"],
            count=True,
            expose_value=False,
            is_eager=True,
            callback=_remember_verbose,
            help="Log more on stderr; twice for everything.",
        ),
    ]


def _frame(ctx: click.Context) -> Frame:
    return ctx.find_root().ensure_object(Frame)


def _remember_home(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        _frame(ctx).chosen_home = value


def _remember_json(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's shape
    frame = _frame(ctx)
    frame.json = frame.json or value


def _remember_verbose(ctx: click.Context, _: click.Parameter, value: int) -> None:
    _frame(ctx).verbose += value


def _start_logging(ctx: click.Context) -> None:
    from ownplug.cli.logs import start_logging

    start_logging(_frame(ctx).verbose)


def _write_examples(examples: Sequence[str], formatter: click.HelpFormatter) -> None:
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
