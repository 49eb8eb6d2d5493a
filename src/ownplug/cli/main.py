"""The root of the command line: what commands there are, and the one place where every failure ends.

A command's module is imported when the command is called: `ownplug --help` reads the table below and nothing
else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from ownplug import __version__
from ownplug.cli.failure import DONE, PIPE_CLOSED, describe, print_failure
from ownplug.cli.frame import Frame, FrameGroup

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module and attribute, what --help says about it)
    "demo": ("ownplug.cli.demo:demo", "Try everything with three virtual plugs."),
    "hub": ("ownplug.cli.hub:hub", "Run the hub: MQTT server, API and all that is configured."),
    "pair": ("ownplug.cli.pair:pair", "Bring a plug home."),
    "discover": ("ownplug.cli.discover:discover", "Find plugs on the network, whoever they belong to."),
    "move": ("ownplug.cli.move:move", "Take plugs to another server without touching a button."),
    "plugs": ("ownplug.cli.plugs:plugs", "List, show, rename, import and forget plugs."),
    "on": ("ownplug.cli.switch:on", "Switch a plug on."),
    "off": ("ownplug.cli.switch:off", "Switch a plug off."),
    "toggle": ("ownplug.cli.switch:toggle", "Switch a plug to the other state."),
    "watch": ("ownplug.cli.watch:watch", "Tell what happens, as it happens."),
    "energy": ("ownplug.cli.energy:energy", "Show what a plug uses, now and by day."),
    "tariff": ("ownplug.cli.tariff:tariff", "Say what energy costs, and since when."),
    "timer": ("ownplug.cli.timer:timer", "Show and change what plugs do by themselves, and when."),
    "led": ("ownplug.cli.led:led", "Keep the plug's own light dark, or not."),
    "raw": ("ownplug.cli.raw:raw", "Send a plug one message of its own language."),
    "firmware": (
        "ownplug.cli.firmware:firmware",
        "Show a plug's firmware, and replace it by your own image.",
    ),
    "keys": ("ownplug.cli.keys:keys", "Change the key that the home and its plugs share."),
    "user": ("ownplug.cli.user:user", "Give people a login to the page, to the API, and to MQTT."),
    "token": ("ownplug.cli.token:token", "Give programs a token for the API."),
    "broker": ("ownplug.cli.broker:broker", "Write the settings of an MQTT server that you run already."),
    "bridge": ("ownplug.cli.bridge:bridge", "Show what other systems need to know of the hub."),
    "doctor": ("ownplug.cli.doctor:doctor", "Find out what keeps a plug from working."),
    "console": ("ownplug.cli.console:console", "Reach a plug by its serial port."),
    "virtual": ("ownplug.cli.virtual:virtual", "Run virtual plugs."),
    "config": ("ownplug.cli.config:config", "Show the settings and where they come from; change some."),
}

COMPLETION_VARIABLE = "_OWNPLUG_COMPLETE"

_USUAL_COLUMNS = 80

EPILOG = """\b
Exit status: 0 done, 1 it failed and says why, 2 wrong usage, 3 the plug refused,
4 unreachable, 130 interrupted. With --json an error is one object on stdout with
code, message and hint."""


class LazyGroup(FrameGroup):
    """A group that imports a command when it is called, and lists it without."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command `cmd_name`, or return None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name][0]} is no command")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table's own sentences: nothing is imported for them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    examples=["ownplug demo", "ownplug plugs", "ownplug on kettle"],
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="ownplug")
def root() -> None:
    """Your plugs, your own server, no cloud."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status; whatever fails is printed, never raised."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    frame = Frame()
    frame.json = "--json" in given  # known before parsing, for the case that parsing fails
    _never_fail_to_print()
    try:
        _invoke(given, frame)
        sys.stdout.flush()
    except click.exceptions.Exit as wanted:
        return wanted.exit_code
    except BrokenPipeError:
        _drop_output()
        return PIPE_CLOSED
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        if frame.json:
            return _fail(click.UsageError("Missing command.", help_wanted.ctx), frame)
        help_wanted.show()
        return help_wanted.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the edge: whatever it was, the user is told
        return _fail(error, frame)
    return DONE


def _invoke(arguments: list[str], frame: Frame) -> None:
    """Do what `click.Command.main` does, without its own ideas about errors, pipes and exits."""
    if COMPLETION_VARIABLE in os.environ:
        root.main(args=arguments, prog_name="ownplug")  # prints completions and exits
    with root.make_context("ownplug", arguments, obj=frame, terminal_width=_text_width()) as context:
        root.invoke(context)


def _text_width() -> int:
    """How wide help is written; click would find the same, but imports compression libraries on its way."""
    try:
        columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size().columns
    except (ValueError, OSError):
        columns = 0
    return max(min(columns or _USUAL_COLUMNS, _USUAL_COLUMNS) - 2, 50)


def _fail(error: BaseException, frame: Frame) -> int:
    failure = describe(error)
    if failure.code == "internal" and frame.verbose:
        from traceback import print_exception

        print_exception(error)
    try:
        print_failure(failure, as_json=frame.json)
    except BrokenPipeError:
        _drop_output()
    return failure.status


def _never_fail_to_print() -> None:
    """Let a terminal that cannot show a character show its number instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Send what is still buffered nowhere: the reader has gone, and Python would complain at its exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
