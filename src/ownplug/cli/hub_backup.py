"""`ownplug hub backup`: the home in one file, also while the hub runs."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.passwords import ask_password, read_password
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import Conflict, NotFound, OwnplugError, UsageError

if TYPE_CHECKING:
    from ownplug.app import HomeFolder
    from ownplug.core.backup import Manifest
    from ownplug.core.secret import Secret

_MISSING = (
    "Not in it: keys, users, tokens, certificates. Who reads the file sees your plugs' names and "
    "rooms. In a home that has lost its keys the plugs have to be paired again."
)


@command(
    "backup",
    examples=[
        "ownplug hub backup home.ownplug",
        "ownplug hub backup home.ownplug --passphrase-stdin --force",
        "ownplug hub backup plugs.ownplug --without-secrets",
    ],
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--passphrase-stdin", is_flag=True, help="Read the passphrase from stdin; one line end is dropped."
)
@click.option("--without-secrets", is_flag=True, help="Only plugs and settings, readable for everybody.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@hub_option
@pass_frame
def backup(
    frame: Frame,
    *,
    file: Path,
    passphrase_stdin: bool,
    without_secrets: bool,
    force: bool,
    hub_url: str | None,
) -> None:
    """Write the home to FILE: plugs, keys, users, settings, certificates, locked with a passphrase.

    The hub may run. The file is read back before this says that it is done. Nobody can open it without the
    passphrase, and nobody can find that out: keep it where you will have it when this machine is gone.
    """
    if passphrase_stdin and without_secrets:
        raise UsageError("A backup without secrets has no passphrase.")
    file = file.absolute()
    _check_place(file, force=force)
    passphrase = None if without_secrets else _new_passphrase(from_stdin=passphrase_stdin)
    manifest = run_async(_write(frame, file, passphrase, force=force, hub_url=hub_url))
    said = f"{file} holds the home with {manifest.plugs} plugs, and was read back."
    missing = f"\n{_MISSING}" if without_secrets else ""
    frame.print_result(_document(file, manifest), said + missing)


def _check_place(file: Path, *, force: bool) -> None:
    """Refuse before the passphrase is asked."""
    try:
        is_there, is_file = file.exists() or file.is_symlink(), file.is_file()
        has_folder = file.parent.is_dir()
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error
    if is_there and not (force and is_file):
        hint = "Choose another name, or add --force." if is_file else "Choose another name."
        raise UsageError(f"{file} exists, and is not replaced.", hint=hint)
    if not has_folder:
        raise UsageError(f"There is no folder {file.parent}.", hint="Make it first.")


def _new_passphrase(*, from_stdin: bool) -> Secret:
    from ownplug.core.backup import check_passphrase

    passphrase = read_password("passphrase") if from_stdin else ask_password("passphrase")
    check_passphrase(passphrase)
    return passphrase


async def _write(
    frame: Frame, file: Path, passphrase: Secret | None, *, force: bool, hub_url: str | None
) -> Manifest:
    """Write the file beside its place, read it back, and only then let it have its name."""
    from ownplug.aio import in_thread
    from ownplug.app import check_backup
    from ownplug.transport.files import writing_whole

    try:
        with writing_whole(file) as target:
            await _fetch(frame, target, passphrase, hub_url=hub_url)
            target.seek(0)
            frame.note("Reading it back ...")
            manifest = await in_thread(lambda: check_backup(target, passphrase))
            _check_place(file, force=force)
    except OwnplugError:  # some are an OSError, too, and say more
        raise
    except OSError as error:
        raise OwnplugError(f"{file} cannot be written: {error.strerror or error}.") from error
    return manifest


async def _fetch(frame: Frame, target: IO[bytes], passphrase: Secret | None, *, hub_url: str | None) -> None:
    """From the running hub, or from the home's files while no hub can start there."""
    from ownplug.aio import SystemClock, in_thread
    from ownplug.app import BackupDesk, HomeFolder

    async def take(piece: bytes) -> None:
        await in_thread(lambda: target.write(piece))

    with ExitStack() as held:
        if hub_url is None and _is_claimed(folder := HomeFolder(frame.home), held):
            async with BackupDesk(folder, SystemClock()).open(passphrase) as pieces:
                async for piece in pieces:
                    await take(piece)
            return
    async with open_hub_client(frame, hub_url) as hub:
        await hub.backup(passphrase, take)


def _is_claimed(folder: HomeFolder, held: ExitStack) -> bool:
    """Keep hubs away from a home, unless one is there already."""
    from ownplug.app import finish_restore

    if not folder.database.exists():
        raise NotFound(f"There is no home in {folder.path}.", hint="Choose its folder with --home.")
    finish_restore(folder)
    try:
        held.enter_context(folder.claim())
    except Conflict:
        return False
    return True


def _document(file: Path, manifest: Manifest) -> dict[str, Any]:
    return {
        "file": str(file),
        "bytes": file.stat().st_size,
        "made_at": manifest.made_at,
        "has_secrets": manifest.has_secrets,
        "plugs": manifest.plugs,
        "user_id": manifest.user_id,
        "advertised": manifest.advertised,
        "parts": [facts.part.value for facts in manifest.parts],
    }
