"""`ownplug virtual status|press|fault|load|reboot|unplug|plug-in`: what a hand does to running virtual plugs."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import print_fields, print_table
from ownplug.cli.running import run_async
from ownplug.core.errors import NotFound, UsageError

if TYPE_CHECKING:
    from click.decorators import FC

_SOCKET = "control.sock"
_SHOWN = 40  # plugs in a table; the rest is counted


def control_option(function: FC) -> FC:
    """`--control PATH`, of the program that runs the plugs and of those that speak to it."""
    return click.option(
        "--control",
        metavar="PATH",
        help="Where the running plugs can be reached: a socket.  [default: one for each `virtual run`, in --home if"
        " given]",
    )(function)


def control_path(frame: Frame, control: str | None) -> Path | None:
    """Where a new program takes requests; None where the system has no such sockets."""
    if sys.platform == "win32":
        if control:
            raise UsageError("--control needs a system with Unix sockets.")
        return None
    if control:
        return Path(control).expanduser().absolute()
    if frame.chosen_home:
        return _of_home(frame.chosen_home)
    return _runtime_folder() / f"virtual-{os.getpid()}.sock"


def find_control(frame: Frame, control: str | None) -> Path:
    """Where the running plugs can be reached.

    Raises:
        NotFound: none run, or several programs do.
    """
    if control:
        return Path(control).expanduser().absolute()
    if frame.chosen_home:
        return _of_home(frame.chosen_home)
    from ownplug.virtual import is_alive

    alive = [path for path in sorted(_runtime_folder().glob("virtual-*.sock")) if is_alive(path)]
    if not alive:
        raise NotFound("No virtual plugs run here.", hint="Start some with: ownplug virtual run")
    if len(alive) > 1:
        places = ", ".join(str(path) for path in alive)
        raise NotFound("Virtual plugs run in several programs.", hint=f"Say which with --control: {places}")
    return alive[0]


def _of_home(home: str) -> Path:
    return Path(home).expanduser().absolute() / "virtual" / _SOCKET


def _runtime_folder() -> Path:
    """Where this user's programs keep what ends with them."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        return Path(runtime) / "ownplug"
    return Path(tempfile.gettempdir()) / f"ownplug-{os.getuid()}"


_PLUG = click.argument("plug", default="", required=False)
_HALF_OPEN = click.option("--half-open", is_flag=True, help="Its server learns nothing of it.")


@command("status", examples=["ownplug virtual status", "ownplug virtual status 0 --json"])
@_PLUG
@control_option
@pass_frame
def status(frame: Frame, plug: str, control: str | None) -> None:
    """Show the running virtual plugs, or PLUG: a number from 0, a uuid, or its last digits."""
    _ask(frame, control, {"do": "status", "plug": plug})


@command("press", examples=["ownplug virtual press", "ownplug virtual press 2 --seconds 5"])
@_PLUG
@click.option("--seconds", default=0.2, show_default=True, help="How long; five enter pairing mode.")
@control_option
@pass_frame
def press(frame: Frame, plug: str, seconds: float, control: str | None) -> None:
    """Press the button of PLUG, which may be left out where only one runs."""
    _ask(frame, control, {"do": "press", "plug": plug, "seconds": seconds})


@command(
    "fault",
    examples=[
        "ownplug virtual fault loss=0.2 delay=1",
        "ownplug virtual fault no-bind --plug 3",
        "ownplug virtual fault --clear",
    ],
)
@click.argument("faults", metavar="[NAME[=VALUE]]...", nargs=-1)
@click.option("--plug", default="", help="Of which plug.  [default: of all]")
@click.option("--clear", is_flag=True, help="Mend everything first.")
@control_option
@pass_frame
def fault(frame: Frame, faults: tuple[str, ...], plug: str, *, clear: bool, control: str | None) -> None:
    """Make something go wrong from now on, or right again; `--fault` of `virtual run` has the names."""
    _ask(frame, control, {"do": "fault", "plug": plug, "set": list(faults), "clear": clear})


@command("load", examples=["ownplug virtual load 1800", "ownplug virtual load washer --plug 1"])
@click.argument("load")
@click.option("--plug", default="", help="Into which plug.  [default: the only one]")
@control_option
@pass_frame
def load(frame: Frame, load: str, plug: str, control: str | None) -> None:
    """Plug LOAD in, as `--load` of `virtual run` takes it."""
    if load.startswith("csv:"):
        load = f"csv:{Path(load.removeprefix('csv:')).expanduser().absolute()}"
    _ask(frame, control, {"do": "load", "plug": plug, "load": load})


@command("reboot", examples=["ownplug virtual reboot", "ownplug virtual reboot 1 --half-open"])
@_PLUG
@_HALF_OPEN
@control_option
@pass_frame
def reboot(frame: Frame, plug: str, *, half_open: bool, control: str | None) -> None:
    """Pull PLUG out and put it back in."""
    _ask(frame, control, {"do": "reboot", "plug": plug, "half_open": half_open})


@command("unplug", examples=["ownplug virtual unplug 1"])
@_PLUG
@_HALF_OPEN
@control_option
@pass_frame
def unplug(frame: Frame, plug: str, *, half_open: bool, control: str | None) -> None:
    """Pull PLUG out and leave it out."""
    _ask(frame, control, {"do": "unplug", "plug": plug, "half_open": half_open})


@command("plug-in", examples=["ownplug virtual plug-in 1"])
@_PLUG
@control_option
@pass_frame
def plug_in(frame: Frame, plug: str, control: str | None) -> None:
    """Put PLUG back in."""
    _ask(frame, control, {"do": "plug-in", "plug": plug})


def _ask(frame: Frame, control: str | None, request: dict[str, Any]) -> None:
    from ownplug.virtual import ask_control

    plugs = run_async(ask_control(find_control(frame, control), request))
    if frame.json:
        frame.print_line(plugs)
    elif len(plugs) == 1:
        print_fields(_fields(plugs[0]))
    else:
        print_table(
            ["NO", "STATE", "RELAYS", "LIGHT", "POWER", "SERVER", "FAULTS", "UUID"],
            [_row(plug) for plug in plugs[:_SHOWN]],
        )
        if len(plugs) > _SHOWN:
            frame.note(f"… and {len(plugs) - _SHOWN:,} more; --json has all.")


def _row(plug: dict[str, Any]) -> list[str]:
    power = f"{plug['power_w']:.1f} W"
    return [
        str(plug["number"]),
        plug["state"],
        _relays(plug),
        plug["light"],
        power,
        plug["server"] or "-",
        plug["faults"] or "-",
        plug["uuid"],
    ]


def _fields(plug: dict[str, Any]) -> list[tuple[str, str]]:
    moment = datetime.fromtimestamp(plug["unix_s"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return [
        ("model", plug["model"]),
        ("uuid", plug["uuid"]),
        ("mac", plug["mac"]),
        ("state", plug["state"]),
        ("light", plug["light"]),
        ("relays", _relays(plug)),
        ("movements", str(plug["relay_edges"])),
        ("meter", f"{plug['power_w']:.1f} W, {plug['voltage_v']:.1f} V, {plug['current_a']:.3f} A"),
        ("clock", f"{moment}{'' if plug['clock_is_set'] else ', not set'}"),
        ("timezone", plug["timezone"] or "none"),
        ("server", plug["server"] or "none"),
        ("messages", str(plug["messages"])),
        ("failures", str(plug["failures"])),
        ("faults", plug["faults"] or "none"),
    ]


def _relays(plug: dict[str, Any]) -> str:
    states = {channel: "on" if on else "off" for channel, on in plug["relays"].items()}
    if len(states) == 1:
        return next(iter(states.values()))
    return ", ".join(f"{channel} {state}" for channel, state in states.items()) or "none"


CONTROL_COMMANDS = (status, press, fault, load, reboot, unplug, plug_in)
