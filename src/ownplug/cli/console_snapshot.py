"""`ownplug console snapshot`: everything that a plug tells, in one file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import click

from ownplug import __version__
from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import render_json
from ownplug.cli.running import run_async
from ownplug.cli.wire import Wire, job_options


@command(
    "snapshot",
    examples=[
        "ownplug console snapshot",
        "ownplug console snapshot /dev/ttyUSB0 --out kettle.json",
    ],
)
@click.argument("port", required=False)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A new file to write it into, which only you can read.  [default: stdout]",
)
@click.option("--show-secrets", is_flag=True, help="With passwords and keys.")
@job_options
@pass_frame
def snapshot(
    frame: Frame,
    port: str | None,
    *,
    out: Path | None,
    show_secrets: bool,
    baud: int,
    tx_delay_ms: float,
    wait_s: float,
) -> None:
    """Keep everything that the plug tells, as JSON.

    Hardware, firmware, network, time, sun, meter, tasks, memory, home, rules, all settings. Nothing changes
    the plug. What cannot be read is noted with its reason and ends nothing else.
    """
    from ownplug.console import Found, Origin, check_new, fail_rest, make_snapshot, write_new
    from ownplug.console import snapshot as take_snapshot
    from ownplug.core.errors import LinkError, Noise

    if out is not None:
        check_new(out)
    wire = Wire(frame, port, baud=baud, tx_delay_ms=tx_delay_ms, wait_s=wait_s)
    origin = Origin(port=wire.port, tool=f"ownplug {__version__}")
    found: dict[str, Found] = {}

    async def work() -> None:
        try:
            taken = await wire.do(
                lambda c: take_snapshot(c, origin=origin, found=found, told=wire.progress.tell)
            )
        except (LinkError, Noise) as failure:
            if not found:
                raise
            fail_rest(found, failure)
            taken = make_snapshot(found, origin)
        document = taken.document(show_secrets=show_secrets)
        for name, reason in taken.failures.items():
            frame.note(f"{name} was not read: {reason}")
        if out is None:
            frame.print_result(document, render_json(document, indent=2))
            return
        await asyncio.to_thread(write_new, out, json.dumps(document, indent=2).encode("ascii") + b"\n")
        frame.print_result(
            {"file": str(out), "parts": list(taken.parts), "failures": document["failures"]},
            f"{len(taken.parts)} of {len(found)} parts are in {out}.",
        )

    run_async(work())
