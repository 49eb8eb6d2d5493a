"""The serial port of a command: its options, and opening it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ownplug.cli.frame import Frame

if TYPE_CHECKING:
    from ownplug.console import Console

F = TypeVar("F", bound=Callable[..., Any])

_BAUD = 115200


def wire_options(function: F) -> F:
    """Add what is said about a serial port besides its name: `baud`, `tx_delay_ms` and `record`."""
    function = click.option(
        "--record",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Write everything that goes over the wire, secrets too, into a new file.",
    )(function)
    function = click.option(
        "--tx-delay",
        "tx_delay_ms",
        metavar="MS",
        default=0.0,
        show_default=True,
        type=click.FloatRange(0, 1000),
        help="Pause after each character, for a plug that loses some.",
    )(function)
    return click.option(
        "--baud",
        default=_BAUD,
        show_default=True,
        type=click.IntRange(300, 4_000_000),
        help="Speed of the port.",
    )(function)


def open_plug_console(
    frame: Frame, port: str | None, *, baud: int, tx_delay_ms: float, record: Path | None
) -> AbstractAsyncContextManager[Console]:
    """Open a console as the options of `wire_options` say; a port that was not named is told.

    Raises:
        NoSuchPort, UsageError: none was named, and there is none, or several.
    """
    import ownplug.console
    from ownplug.transport.ports import choose_port
    from ownplug.transport.serial import list_ports

    if port is None:
        port = choose_port(list_ports()).device
        frame.note(f"The port is {port}.")
    settings = ownplug.console.SessionSettings(tx_delay_s=tx_delay_ms / 1000)
    return ownplug.console.open(port, baud=baud, settings=settings, record=record)
