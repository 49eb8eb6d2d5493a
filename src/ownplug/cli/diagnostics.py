"""`ownplug hub diagnostics`: a report to attach to a fault."""

from __future__ import annotations

from pathlib import Path

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.output import render_json
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import OwnplugError


@command(
    "diagnostics",
    examples=["ownplug hub diagnostics", "ownplug hub diagnostics --out report.json"],
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there instead."
)
@hub_option
@pass_frame
def diagnostics(frame: Frame, *, out: Path | None, hub_url: str | None) -> None:
    """Make a report of the running hub that you may publish.

    Secrets, names and addresses are not in it: plug-1 is the same plug everywhere.
    """

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            report = await hub.diagnostics()
        if out is not None:
            _write(out, render_json(report, indent=2))
            frame.print_result(
                {"file": str(out)}, f"The report is in {out}. Look at it before you publish it."
            )
        elif frame.json:
            frame.print_line(report)
        else:
            frame.print_text(render_json(report, indent=2))

    run_async(work())


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(f"{text}\n", "utf-8")
    except OSError as error:
        raise OwnplugError(
            f"{file} cannot be written: {error.strerror}.", hint="Choose another --out."
        ) from error
