"""`ownplug console config`: a plug's settings kept in a file, compared with one, given back from one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from ownplug import __version__
from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.running import run_async
from ownplug.cli.wire import Wire, job_options, port_and_file

_DIFFERENT = 1


@group("config", examples=["ownplug console config backup kettle.json"])
def config() -> None:
    """Keep the settings, compare, give them back."""


@config.command(
    "backup",
    examples=[
        "ownplug console config backup kettle.json",
        "ownplug console config backup /dev/ttyUSB0 kettle.json",
    ],
)
@click.argument("words", metavar="[PORT] FILE", nargs=-1, required=True)
@job_options
@pass_frame
def backup(frame: Frame, words: tuple[str, ...], *, baud: int, tx_delay_ms: float, wait_s: float) -> None:
    """Write every setting into a new FILE.

    It holds passwords and keys; only you can read it.
    """
    from ownplug.console import Origin, check_new, save_backup
    from ownplug.console import backup as take_backup

    port, file = port_and_file(words)
    check_new(file)
    wire = Wire(frame, port, baud=baud, tx_delay_ms=tx_delay_ms, wait_s=wait_s)
    origin = Origin(port=wire.port, tool=f"ownplug {__version__}")

    async def work() -> None:
        saved = await wire.do(lambda c: take_backup(c, origin=origin, told=wire.progress.tell))
        await asyncio.to_thread(save_backup, file, saved)
        count = len(saved.settings)
        frame.print_result(
            {"file": str(file), "settings": count, "uuid": saved.plug.uuid, "mac": saved.plug.mac},
            f"{count} settings of {saved.plug.uuid or 'the plug'} are in {file}. It holds passwords and keys.",
        )

    run_async(work())


@config.command(
    "diff",
    examples=[
        "ownplug console config diff kettle.json",
        "ownplug console config diff /dev/ttyUSB0 kettle.json",
        "ownplug console config diff before.json after.json --exit-code",
    ],
)
@click.argument("words", metavar="[PORT|FILE] FILE", nargs=-1, required=True)
@click.option("--show-secrets", is_flag=True, help="Print passwords and keys.")
@click.option("--exit-code", is_flag=True, help=f"End with status {_DIFFERENT} when they differ.")
@job_options
@pass_frame
def diff(
    frame: Frame,
    words: tuple[str, ...],
    *,
    show_secrets: bool,
    exit_code: bool,
    baud: int,
    tx_delay_ms: float,
    wait_s: float,
) -> None:
    """Show which settings differ from a backup.

    Those of the plug, or those of another backup.
    """
    from ownplug.cli.settings_table import compared, settings_table
    from ownplug.console import differences, load_backup, read_store

    first, file = port_and_file(words)
    other = load_backup(file).settings
    if first is not None and Path(first).is_file():
        one = load_backup(Path(first)).settings
    else:
        wire = Wire(frame, first, baud=baud, tx_delay_ms=tx_delay_ms, wait_s=wait_s)
        one = run_async(wire.do(lambda c: read_store(c, told=wire.progress.tell)))
        first = wire.port
    found = differences(one, other)
    rows = [compared(row.key, row.one, row.other, show_secrets=show_secrets) for row in found]
    document = {"one": first, "other": str(file), "equal": not found, "differences": rows}
    frame.print_result(document, settings_table(rows, first, str(file)) if rows else "No setting differs.")
    if found and exit_code:
        click.get_current_context().exit(_DIFFERENT)


@config.command(
    "restore",
    examples=[
        "ownplug console config restore kettle.json --dry-run",
        "ownplug console config restore /dev/ttyUSB0 kettle.json",
        "ownplug console config restore /dev/ttyUSB0 kettle.json --reset --yes",
    ],
)
@click.argument("words", metavar="[PORT] FILE", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--any-plug", is_flag=True, help="Also where the backup is of another plug.")
@click.option("--identity", is_flag=True, help="Also what makes the plug this plug: uuid, MAC, market.")
@click.option("--calibration", is_flag=True, help="Also the calibration of its meter.")
@click.option(
    "--reset",
    is_flag=True,
    help="Reset a whole group where a setting must become empty, and write the others back.",
)
@click.option("--partial", is_flag=True, help="Leave out what the console cannot write.")
@click.option("--show-secrets", is_flag=True, help="Print passwords and keys.")
@job_options
@pass_frame
def restore(
    frame: Frame,
    words: tuple[str, ...],
    *,
    dry_run: bool,
    yes: bool,
    any_plug: bool,
    identity: bool,
    calibration: bool,
    reset: bool,
    partial: bool,
    show_secrets: bool,
    baud: int,
    tx_delay_ms: float,
    wait_s: float,
) -> None:
    """Give the plug the settings of a backup back.

    Only what differs is written, and each value is read back. What would be written is shown first, and done
    after a word. A pulled cable or a restart does no harm: it goes on, and so does the same command given
    again.
    """
    from ownplug.cli.restoring import Restoring
    from ownplug.console import Restore, RestoreOptions, load_backup

    port, file = port_and_file(words)
    options = RestoreOptions(identity=identity, calibration=calibration, reset=reset)
    restoring = Restoring(
        frame,
        Restore(load_backup(file), options, any_plug=any_plug),
        partial=partial,
        show_secrets=show_secrets,
        yes=yes,
    )
    if not dry_run:
        restoring.check_can_ask()
    wire = Wire(frame, port, baud=baud, tx_delay_ms=tx_delay_ms, wait_s=wait_s)
    if dry_run:
        restoring.show(wire)
    else:
        restoring.do(wire)
