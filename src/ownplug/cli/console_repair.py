"""`ownplug console identity` and `leave-factory`: who a plug is, and the way out of factory mode."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ownplug.cli.danger import check_can_ask
from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.running import run_async
from ownplug.cli.wire import Wire, job_options
from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from ownplug.console import FactoryStep, LeftFactory


@command(
    "identity",
    examples=[
        "ownplug console identity",
        "ownplug console identity --uuid 1811081234567890123448e1e9000001 --mac 48:e1:e9:00:00:01",
    ],
)
@click.argument("port", required=False)
@click.option("--uuid", "uuid_text", metavar="UUID", help="Give the plug this uuid.")
@click.option("--mac", "mac_text", metavar="MAC", help="Give the plug this MAC.")
@click.option(
    "--backup",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where its settings are kept before.  [default: a new file in the home]",
)
@click.option("--yes", is_flag=True, help="Write without asking.")
@job_options
@pass_frame
def identity(
    frame: Frame,
    port: str | None,
    *,
    uuid_text: str | None,
    mac_text: str | None,
    backup: Path | None,
    yes: bool,
    baud: int,
    tx_delay_ms: float,
    wait_s: float,
) -> None:
    """Show uuid and MAC, or write others.

    Servers and apps take a plug with another uuid for another plug. A uuid ends in the MAC. Before anything is
    written, all settings are kept in a file.
    """
    from ownplug.cli.identifying import change_identity, show_identity
    from ownplug.core.identity import Mac, Uuid

    uuid = Uuid.parse(uuid_text) if uuid_text is not None else None
    mac = Mac.parse(mac_text) if mac_text is not None else None
    if uuid is None and mac is None:
        if backup is not None:
            raise UsageError("--backup goes with --uuid or --mac.")
        show_identity(frame, Wire(frame, port, baud=baud, tx_delay_ms=tx_delay_ms, wait_s=wait_s))
        return
    check_can_ask(frame, "This makes the plug another one for servers and apps.", yes=yes)
    wire = Wire(frame, port, baud=baud, tx_delay_ms=tx_delay_ms, wait_s=wait_s)
    change_identity(frame, wire, uuid=uuid, mac=mac, file=backup, yes=yes)


@command(
    "leave-factory",
    examples=["ownplug console leave-factory", "ownplug console leave-factory /dev/ttyUSB0"],
)
@click.argument("port", required=False)
@job_options
@pass_frame
def leave_factory(frame: Frame, port: str | None, *, baud: int, tx_delay_ms: float, wait_s: float) -> None:
    """Lead a plug out of factory mode.

    There its light flashes red, and it serves nobody. Types `meross fac 0` and `reboot`, then looks at the
    start and at `meross fac`. A plug that is not in factory mode is not restarted.
    """
    from ownplug.console import LeaveFactory

    wire = Wire(frame, port, baud=baud, tx_delay_ms=tx_delay_ms, wait_s=wait_s)
    job = LeaveFactory(lambda step, so_far: wire.progress.note(_step_text(step, so_far)))
    done = run_async(wire.do(job.run))
    start = done.start
    document = {
        "was_in_factory_mode": done.was_in,
        "is_in_factory_mode": False,
        "reset_reason": str(start.reset_reason) if start and start.reset_reason else None,
        "stage": str(start.stage) if start and start.stage else None,
        "light": _light(done),
    }
    if start is None:
        text = (
            "The plug is not in factory mode. If its light still flashes red it wants a restart: "
            f"ownplug console run {wire.port} reboot"
        )
    else:
        text = f"The plug is out of factory mode; its light shows {_light(done) or 'how far it has come'}."
    frame.print_result(document, text)


def _step_text(step: FactoryStep, so_far: LeftFactory) -> str:
    from ownplug.console import FactoryStep

    match step:
        case FactoryStep.ASKED:
            return f"meross fac: {'in factory mode' if so_far.was_in else 'not in factory mode'}."
        case FactoryStep.LEFT:
            return "meross fac 0: out of it from the next start on."
        case FactoryStep.RESTARTED:
            return f"reboot: it has started again; reset reason {_reason(so_far)}."
        case FactoryStep.PROVED:
            return "meross fac: not in factory mode."


def _reason(so_far: LeftFactory) -> str:
    return str((so_far.start and so_far.start.reset_reason) or "not told")


def _light(done: LeftFactory) -> str | None:
    from ownplug.core.shell import LIGHTS

    return LIGHTS[done.start.stage] if done.start and done.start.stage else None
