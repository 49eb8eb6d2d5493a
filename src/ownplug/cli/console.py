"""`ownplug console`: one plug by its serial port."""

from __future__ import annotations

import asyncio
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ownplug.cli.console_config import config
from ownplug.cli.console_repair import identity, leave_factory
from ownplug.cli.console_snapshot import snapshot
from ownplug.cli.frame import Frame, FrameGroup, pass_frame
from ownplug.cli.output import print_table
from ownplug.cli.running import run_async, run_service
from ownplug.cli.wire import BAUD, open_plug_console, wire_options

if TYPE_CHECKING:
    from ownplug.console import Session, Sighting

_OPEN = "open"
_FLAGS = frozenset({"--json", "-v", "-vv", "--verbose"})
_HELP = frozenset({"-h", "--help"})


class PortGroup(FrameGroup):
    """A group that opens the terminal when its first word is a port and no command, or when it has none."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the group's own options and leave the rest for a command."""
        return super().parse_args(ctx, self._with_command(ctx, args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with, or open a terminal on the port."""
        return super().resolve_command(ctx, self._with_command(ctx, args))

    def _with_command(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command in, where only a port or an option stands.

        Raises:
            click.UsageError: it is neither a command nor a port, but nearly a command.
        """
        at = 0
        while at < len(args) and (args[at] in _FLAGS or args[at].startswith("--home")):
            at += 2 if args[at] == "--home" else 1
        first = args[at] if at < len(args) else ""
        if first in self.commands or first in _HELP:
            return args
        near = get_close_matches(first, [name for name in self.commands if name != _OPEN], n=1)
        if near and not Path(first).exists():
            raise click.UsageError(f"There is no command or port {first!r}. Did you mean {near[0]!r}?", ctx)
        return [*args[:at], _OPEN, *args[at:]]


@click.group(
    "console",
    cls=PortGroup,
    subcommand_metavar="[PORT] | COMMAND [ARGS]...",
    examples=["ownplug console", "ownplug console /dev/ttyUSB0", "ownplug console run 'meross hw'"],
)
def console() -> None:
    """Reach one plug by its serial port.

    For a case that is open and an adapter of 3.3 V on the board. Never connect mains and the adapter
    together: the board's ground is at mains potential.

    PORT is a device such as /dev/ttyUSB0, a name below /dev/serial/by-id, the path of a virtual plug's tty,
    COM3, socket://HOST:PORT or rfc2217://HOST:PORT. Without PORT the only one that there is is meant. With
    PORT alone the terminal opens.
    """


for _command in (snapshot, config, identity, leave_factory):
    console.add_command(_command)


@console.command(_OPEN, examples=["ownplug console open /dev/ttyUSB0 --record session.jsonl"])
@click.argument("port", required=False)
@wire_options
@pass_frame
def open_terminal(frame: Frame, port: str | None, baud: int, tx_delay_ms: float, record: Path | None) -> None:
    """Open a terminal on PORT; PORT alone does the same.

    Tab completes commands and names of settings, log lines have another colour, Ctrl-C is never sent to the
    plug, Ctrl-D leaves.
    """
    from ownplug.cli.terminal import History, check_terminal, talk

    check_terminal(frame)

    async def work() -> None:
        opening = open_plug_console(frame, port, baud=baud, tx_delay_ms=tx_delay_ms, record=record)
        async with opening as found:
            await talk(found, History(frame.home / "console-history"))

    run_async(work())


@console.command(
    "run",
    examples=[
        "ownplug console run 'meross hw'",
        "ownplug console run /dev/ttyUSB0 config show STA --json",
        "ownplug console run /dev/ttyUSB0 meross crash --yes",
    ],
)
@click.argument("words", metavar="[PORT] COMMAND...", nargs=-1, required=True)
@wire_options
@click.option("--show-secrets", is_flag=True, help="Print passwords and keys.")
@click.option("--yes", is_flag=True, help="Do what is dangerous without asking.")
@pass_frame
def run(
    frame: Frame,
    words: tuple[str, ...],
    *,
    baud: int,
    tx_delay_ms: float,
    record: Path | None,
    show_secrets: bool,
    yes: bool,
) -> None:
    """Type one COMMAND and print its reply.

    COMMAND is what one types at the plug's prompt, as one word or as many. What drives the relay or could
    lose the plug asks before; in a script it needs --yes.
    """
    from ownplug.cli.danger import accepted_risk
    from ownplug.cli.reply import reply_text
    from ownplug.console import reply_document
    from ownplug.core.shell import parse_command

    port, line = _split(words)
    command = parse_command(line)
    if command is None:
        raise click.UsageError("There is no command to run.")
    accept = accepted_risk(frame, command, yes=yes)

    async def work() -> None:
        opening = open_plug_console(frame, port, baud=baud, tx_delay_ms=tx_delay_ms, record=record)
        async with opening as found:
            reply = await found.reply(command, accept=accept)
        document = reply_document(command, reply, show_secrets=show_secrets)
        frame.print_result(document, reply_text(document))

    run_async(work())


@console.command("watch", examples=["ownplug console watch", "ownplug console watch /dev/ttyUSB0 --json"])
@click.argument("port", required=False)
@wire_options
@pass_frame
def watch(frame: Frame, port: str | None, baud: int, tx_delay_ms: float, record: Path | None) -> None:
    """Tell what the plug prints, as it prints it, until Ctrl-C; nothing is sent.

    Starts are explained: their phases, the reason of the reset, and what the light shows.
    """
    from ownplug.aio import SystemClock
    from ownplug.cli.sighting import sighting_text
    from ownplug.console import sighting_document, sightings

    clock = SystemClock()

    def show(sighting: Sighting) -> None:
        if frame.json:
            frame.print_line(sighting_document(sighting, clock.now()))
        else:
            click.echo(sighting_text(sighting, clock.now()))

    async def work() -> None:
        opening = open_plug_console(frame, port, baud=baud, tx_delay_ms=tx_delay_ms, record=record)
        async with opening as found, asyncio.TaskGroup() as tasks:
            frame.note("Listening; give the plug its 3.3 V now. Ctrl-C ends it.")
            warning = tasks.create_task(_warn_of_noise(frame, found.session))
            async for sighting in sightings(found.session):
                show(sighting)
            warning.cancel()

    run_service(work())


@console.command("ports", examples=["ownplug console ports", "ownplug console ports --json"])
@pass_frame
def ports(frame: Frame) -> None:
    """List the serial ports of this machine."""
    from ownplug.transport.serial import list_ports

    found = list_ports()
    if frame.json:
        frame.print_result(found, "")
    elif found:
        print_table(
            ("port", "stable name", "what"),
            [(port.device, port.stable_name, port.description) for port in found],
        )
    else:
        frame.note("This machine has no serial port. Is the adapter plugged in?")


async def _warn_of_noise(frame: Frame, session: Session) -> None:
    """Say once that what comes is no text; it may still become some."""
    await session.noise()
    frame.note(f"This is noise, not text: the plug speaks at {BAUD} baud. Check --baud and the GND wire.")


def _split(words: tuple[str, ...]) -> tuple[str | None, str]:
    """Tell the port from the command: with one word, or where a command begins at once, there is no port."""
    from ownplug.core.shell import COMMANDS

    first_words = {name.split()[0] for name in COMMANDS}
    if len(words) == 1 or (words[0] in first_words and not Path(words[0]).exists()):
        return None, " ".join(words)
    return words[0], " ".join(words[1:])
