"""`ownplug hub restore`: a home out of one file."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from ownplug.cli.danger import check_can_ask
from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.passwords import ask_password, read_password
from ownplug.cli.running import run_async
from ownplug.core.errors import UsageError

if TYPE_CHECKING:
    from ownplug.app import HomeFolder, RestoredHome
    from ownplug.core.secret import Secret


@command(
    "restore",
    examples=[
        "ownplug hub restore home.ownplug",
        "ownplug hub restore home.ownplug --passphrase-stdin --yes",
    ],
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--passphrase-stdin", is_flag=True, help="Read the passphrase from stdin; one line end is dropped."
)
@click.option("--yes", is_flag=True, help="Replace the home that is there without asking.")
@pass_frame
def restore(frame: Frame, *, file: Path, passphrase_stdin: bool, yes: bool) -> None:
    """Make the backup in FILE the home, while no hub runs in it.

    All of it is checked before anything is changed. The home that was there is kept in its folder `backup`. At the
    address where the old hub was the plugs come by themselves.
    """
    from ownplug.app import HomeFolder, has_home

    folder = HomeFolder(frame.home)
    if has_home(folder):
        check_can_ask(frame, f"There is a home in {folder.path}, which would be replaced.", yes=yes)
    try:
        opened = file.open("rb")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    with opened:
        passphrase = _passphrase(opened, from_stdin=passphrase_stdin)
        restored, kept = run_async(_restore(folder, opened, passphrase, yes=yes))
    document = _document(restored, kept)
    frame.print_result(document, "\n".join(_report(restored, document)))


def _passphrase(file: IO[bytes], *, from_stdin: bool) -> Secret | None:
    """Ask for it where the file has one; a file that is no backup is refused before that."""
    from ownplug.app import read_header

    is_locked = read_header(file).is_locked
    file.seek(0)
    if from_stdin:
        return read_password("passphrase")
    return ask_password("passphrase", twice=False) if is_locked else None


async def _restore(
    folder: HomeFolder, file: IO[bytes], passphrase: Secret | None, *, yes: bool
) -> tuple[RestoredHome, Path | None]:
    from ownplug.aio import SystemClock, in_thread
    from ownplug.app import has_home, open_restore

    async with open_restore(folder, file, passphrase, SystemClock()) as restored:
        if has_home(folder) and not yes:
            manifest = restored.manifest
            made_at = f"{manifest.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            question = f"Replace the home in {folder.path} by that of {made_at} with {manifest.plugs} plugs?"
            click.confirm(question, abort=True, err=True)
        return restored, await in_thread(restored.put_in_place)


def _document(restored: RestoredHome, kept: Path | None) -> dict[str, Any]:
    from ownplug.transport.endpoint import is_own_address

    return {
        "made_at": restored.manifest.made_at,
        "plugs": restored.manifest.plugs,
        "has_secrets": restored.manifest.has_secrets,
        "has_key": restored.has_key,
        "advertised": restored.advertised,
        "is_own_address": bool(restored.advertised) and is_own_address(restored.advertised),
        "kept": str(kept) if kept else "",
    }


def _report(restored: RestoredHome, document: dict[str, Any]) -> list[str]:
    """What has come of it, and what the owner has to do now."""
    lines = [f"The home with {document['plugs']} plugs is restored. Start it with `ownplug hub run`."]
    if document["kept"]:
        lines.append(f"What was there before is kept in {document['kept']}, keys and all: remove it in time.")
    if restored.has_key and not restored.manifest.has_secrets:
        lines.append("Keys, users and certificates are those that this home had.")
    if not restored.has_key:
        lines.append(
            "The backup holds no keys: the home will have a new one, and each plug has to be paired again."
        )
    elif not restored.advertised:
        lines.append("Its plugs were never given an address.")
    elif document["is_own_address"]:
        lines.append(f"Its plugs will come to {restored.advertised}, which this machine has.")
    else:
        lines.append(
            f"Its plugs will come to {restored.advertised}, which this machine does not have. Give it that address, "
            "or pair them again."
        )
    return lines
