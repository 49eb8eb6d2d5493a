"""One home in place of another, so that a kill at any moment leaves one of the two whole.

Files cannot be exchanged all at once, but a folder can be renamed at once, and its name tells how far it came:

    restoring           is being filled; the home is the old one, and this is thrown away
    restoring-aside     the new home is whole in `new`; what is old goes to `old`
    restoring-placing   all that is old is in `old`; what is in `new` goes to the home
    before-restore-…    done; what was `old`

From `restoring-aside` on there is only the way forward, and `finish` goes it again from wherever it ended.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ownplug.aio import SystemClock
from ownplug.app.home import HomeFolder
from ownplug.app.snapshot import SNAPSHOT_PREFIX
from ownplug.core.errors import OwnplugError
from ownplug.transport.files import sync_folder

_FILLING, _ASIDE, _PLACING = "restoring", "restoring-aside", "restoring-placing"
_NEW, _OLD = "new", "old"

# The log of a database belongs to it: beside another one it would be read into that.
_REPLACED = ("hub.sqlite3", "hub.sqlite3-wal", "hub.sqlite3-shm", "ownplug.toml", "tls")


def has_home(folder: HomeFolder) -> bool:
    """Whether there is something in the folder that a restore would replace."""
    return any((folder.path / name).exists() for name in _REPLACED)


def begin(folder: HomeFolder) -> HomeFolder:
    """Return an empty folder for the new home; `abandon` takes it away."""
    abandon(folder)
    new = folder.backups / _FILLING / _NEW
    folder.backups.mkdir(mode=0o700, exist_ok=True)
    new.parent.mkdir(mode=0o700)
    new.mkdir(mode=0o700)
    return HomeFolder(new)


def abandon(folder: HomeFolder) -> None:
    """Throw away a new home that was not put in place; it is no error if there is none."""
    shutil.rmtree(folder.backups / _FILLING, ignore_errors=True)


def put_in_place(folder: HomeFolder, now: datetime) -> Path | None:
    """Let the new home take the place of the old one; return where that is kept, None if there was none.

    Raises:
        OwnplugError: the disk does not let it; the next start of the hub finishes it.
    """
    filling = folder.backups / _FILLING
    with _told(folder):
        _check_one_disk(folder, filling)
        (filling / _OLD).mkdir(mode=0o700)
        _sync_all(filling)
        filling.rename(folder.backups / _ASIDE)  # from here on it will be the new home
    return finish(folder, now)


def is_unfinished(folder: HomeFolder) -> bool:
    """Whether a restore was ended between the old home and the new one."""
    return any((folder.backups / name).exists() for name in (_ASIDE, _PLACING))


def finish(folder: HomeFolder, now: datetime) -> Path | None:
    """Go on with a restore from wherever it was ended; return where the old home is kept.

    Raises:
        OwnplugError: the disk does not let it.
    """
    aside, placing = folder.backups / _ASIDE, folder.backups / _PLACING
    with _told(folder):
        if aside.exists():
            _move(folder.path, aside / _OLD)
            aside.rename(placing)
            sync_folder(folder.backups)
        return _place(folder, placing, now) if placing.exists() else None


def finish_restore(folder: HomeFolder) -> None:
    """Finish what a killed restore left, before the home's settings are read.

    Raises:
        Conflict: it is under way in another process.
        OwnplugError: the disk does not let it.
    """
    if is_unfinished(folder):
        with folder.claim():
            finish(folder, SystemClock().now())


def remove_leftovers(folder: HomeFolder) -> None:
    """Remove what a kill left of backups and restores that were under way; whoever holds the home may do so."""
    abandon(folder)
    for snapshot in folder.backups.glob(f"{SNAPSHOT_PREFIX}*"):
        shutil.rmtree(snapshot, ignore_errors=True)


@contextmanager
def _told(folder: HomeFolder) -> Iterator[None]:
    """Say what the disk does not let us do."""
    try:
        yield
    except OSError as error:
        hint = "Mend that, and restore again."
        if is_unfinished(folder):
            hint = "Mend that; the next `ownplug hub run` or `ownplug hub restore` goes on with it."
        raise OwnplugError(
            f"The home in {folder.path} cannot be put in place: {error}.", hint=hint
        ) from error


def _place(folder: HomeFolder, placing: Path, now: datetime) -> Path | None:
    _move(placing / _NEW, folder.path)
    kept = _keep_old(folder, placing / _OLD, now)
    shutil.rmtree(placing)
    return kept


def _move(source: Path, target: Path) -> None:
    if not source.exists():  # it was emptied and removed before
        return
    for name in _REPLACED:
        if (source / name).exists():
            (source / name).rename(target / name)
    sync_folder(source)
    sync_folder(target)


def _keep_old(folder: HomeFolder, old: Path, now: datetime) -> Path | None:
    if not old.exists() or not any(old.iterdir()):
        return None
    kept = folder.backups / f"before-restore-{now:%Y%m%d-%H%M%S}"
    number = 1
    while kept.exists():
        number += 1
        kept = kept.with_name(f"before-restore-{now:%Y%m%d-%H%M%S}-{number}")
    old.rename(kept)
    sync_folder(folder.backups)
    return kept


def _check_one_disk(folder: HomeFolder, filling: Path) -> None:
    """What lies on another disk cannot be renamed, and half a home would be the result."""
    disk = folder.path.stat().st_dev
    there = [folder.path / name for name in _REPLACED if (folder.path / name).exists()]
    for path in (filling, *there):
        if path.lstat().st_dev != disk:
            raise OwnplugError(
                f"{path} lies on another disk than {folder.path}.",
                hint="Restore into another folder with --home.",
            )


def _sync_all(filling: Path) -> None:
    for path in (*(path for path in filling.rglob("*") if path.is_dir()), filling, filling.parent):
        sync_folder(path)
