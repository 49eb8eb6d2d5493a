"""Who a plug is, shown and changed, as a person sees it."""

from __future__ import annotations

from pathlib import Path

from ownplug import __version__
from ownplug.aio import SystemClock
from ownplug.cli.danger import confirm
from ownplug.cli.frame import Frame
from ownplug.cli.running import run_async
from ownplug.cli.wire import Wire
from ownplug.console import (
    Origin,
    backup,
    check_new,
    choose_identity,
    read_identity,
    save_backup,
    write_identity,
)
from ownplug.core.errors import UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.shell import Risk
from ownplug.core.shell.replies import Identity

_WORD = "identity"
_FOLDER = "backup"  # in the home


def show_identity(frame: Frame, wire: Wire) -> None:
    """Print who the plug is."""
    present = run_async(wire.do(read_identity))
    frame.print_result(_document(present), f"uuid: {present.uuid}\nmac:  {present.mac}")


def change_identity(
    frame: Frame, wire: Wire, *, uuid: Uuid | None, mac: Mac | None, file: Path | None, yes: bool
) -> None:
    """Make the plug another one, after a word and a backup.

    Raises:
        UsageError: uuid and MAC do not fit, it was not wanted, or the backup cannot be kept; nothing was written.
        DeviceError: the plug does not take it.
    """
    if file is not None:
        check_new(file)
    present = run_async(wire.do(read_identity))
    new_uuid, new_mac = choose_identity(present, uuid=uuid, mac=mac)
    document = {"uuid": new_uuid.text, "mac": new_mac.text, "was": _document(present)}
    if (present.uuid, present.mac) == (new_uuid, new_mac):
        frame.print_result({**document, "backup": None}, f"The plug is {new_uuid} already.")
        return
    confirm(frame, _says(present, new_uuid, new_mac), word=_WORD, yes=yes)
    kept = file or _file_in_home(frame.home, present)
    _keep(frame, wire, kept)
    run_async(wire.do(lambda c: write_identity(c, new_uuid, new_mac, was=present, accept=Risk.IDENTITY)))
    frame.print_result(
        {**document, "backup": str(kept)},
        f"The plug is {new_uuid} from its next start on, with the MAC {new_mac}.\n"
        f"Restart it:  ownplug console run {wire.port} reboot",
    )


def _keep(frame: Frame, wire: Wire, file: Path) -> None:
    """Keep the settings in a file."""
    origin = Origin(port=wire.port, tool=f"ownplug {__version__}")
    saved = run_async(wire.do(lambda console: backup(console, origin=origin, told=wire.progress.tell)))
    save_backup(file, saved)
    frame.note(f"Its settings are kept in {file}.")


def _file_in_home(home: Path, present: Identity) -> Path:
    folder = home / _FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made: {error.strerror}.", hint="Choose a file with --backup."
        ) from error
    stamp = SystemClock().now().strftime("%Y%m%dT%H%M%SZ")
    name = present.uuid.text if isinstance(present.uuid, Uuid) else "plug"
    return folder / f"console-{name}-{stamp}.json"


def _document(present: Identity) -> dict[str, str]:
    return {"uuid": str(present.uuid), "mac": str(present.mac)}


def _says(present: Identity, uuid: Uuid, mac: Mac) -> str:
    return (
        f"This makes the plug {present.uuid}, MAC {present.mac},\n"
        f"                  to {uuid}, MAC {mac}.\n"
        "Servers and apps will take it for another one; its login and its place in the network change."
    )
