"""A home as it is at one moment, taken while the hub runs or while it does not."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ownplug import __version__
from ownplug.aio import Clock, in_thread
from ownplug.app.home import HomeFolder
from ownplug.core.backup import Manifest, Part, PartFacts, check_size, manifest_bytes
from ownplug.core.errors import NotFound, OwnplugError
from ownplug.core.records import HomeRecord, PlugRecord
from ownplug.store import SCHEMA_VERSION, SqliteStore, check_database, copy_database
from ownplug.transport.certificates import check_certificates

SNAPSHOT_PREFIX = "snapshot-"

_PIECE_BYTES = 256 * 1024
_TLS = (Part.CA, Part.CA_KEY, Part.SERVER, Part.SERVER_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What goes into a backup.

    Attributes:
        manifest: says what is here.
        database: a copy that nobody writes to, gone with the context that made it.
        small: the other parts.
    """

    manifest: Manifest
    database: Path
    small: dict[Part, bytes]

    def content(self) -> Iterator[bytes]:
        """Yield what a backup holds, piece by piece; blocks."""
        yield manifest_bytes(self.manifest)[0]
        for facts in self.manifest.parts:
            if facts.part is Part.DATABASE:
                yield from _pieces(self.database)
            else:
                yield self.small[facts.part]


@asynccontextmanager
async def open_snapshot(folder: HomeFolder, *, with_secrets: bool, clock: Clock) -> AsyncIterator[Snapshot]:
    """Take a snapshot, for as long as the context lasts.

    Args:
        folder: of the home.
        with_secrets: also keys, password hashes and certificates; without, plugs and settings are what is left.
        clock: dates it.

    Raises:
        NotFound: no hub has run in this home yet.
        OwnplugError: something of the home is damaged, or the disk is full.
    """
    if not folder.database.exists():
        raise NotFound(f"There is no home in {folder.path}.", hint="Choose its folder with --home.")
    with _private_folder(folder) as private:
        database = Path(private) / "hub.sqlite3"
        small = await in_thread(lambda: _collect(folder, database, with_secrets=with_secrets))
        async with SqliteStore(database) as store:
            home, plugs = await store.home(), await store.plugs()
        if home is None:
            raise NotFound(f"No hub has run in {folder.path} yet.", hint="There is nothing to back up.")
        if not with_secrets:
            database = await _without_secrets(plugs, Path(private) / "plain.sqlite3")
        parts = await in_thread(lambda: _measure(database, small))
        manifest = _manifest(home, plugs, parts, clock)
        yield Snapshot(manifest=manifest, database=database, small=small)


def _private_folder(folder: HomeFolder) -> tempfile.TemporaryDirectory[str]:
    try:
        folder.backups.mkdir(mode=0o700, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=folder.backups, prefix=SNAPSHOT_PREFIX)  # 0700
    except OSError as error:
        raise OwnplugError(f"{folder.backups} cannot be written: {error.strerror}.") from error


def _collect(folder: HomeFolder, database: Path, *, with_secrets: bool) -> dict[Part, bytes]:
    """Copy the database, and read all else."""
    copy_database(folder.database, database)
    check_database(database)
    small = {}
    if folder.settings_file.exists():
        small[Part.SETTINGS] = _read(folder, Part.SETTINGS)
    if with_secrets:
        if not folder.tls.exists():
            raise NotFound(f"The home {folder.path} has no certificates yet.", hint="Run its hub once.")
        check_certificates(folder.tls)
        small |= {part: _read(folder, part) for part in _TLS}
    return small


def _read(folder: HomeFolder, part: Part) -> bytes:
    try:
        content = folder.place(part).read_bytes()
    except OSError as error:
        raise OwnplugError(f"{folder.place(part)} cannot be read: {error.strerror}.") from error
    check_size(part, len(content))
    return content


async def _without_secrets(plugs: list[PlugRecord], database: Path) -> Path:
    """Make a database with nothing in it but the plugs, and without their keys.

    Built from what is wanted, not made by leaving out: a secret that a later version keeps cannot slip in, and
    nothing lingers in pages that were freed.
    """
    async with SqliteStore(database) as store:
        await store.replace_plugs(replace(plug, key=None) for plug in plugs)
    return database


def _measure(database: Path, small: dict[Part, bytes]) -> tuple[PartFacts, ...]:
    size_bytes, digest = 0, hashlib.sha256()
    for piece in _pieces(database):
        size_bytes += len(piece)
        digest.update(piece)
    check_size(Part.DATABASE, size_bytes)
    facts = [PartFacts(part=Part.DATABASE, size_bytes=size_bytes, sha256=digest.hexdigest())]
    for part, content in small.items():
        sha256 = hashlib.sha256(content).hexdigest()
        facts.append(PartFacts(part=part, size_bytes=len(content), sha256=sha256))
    return tuple(facts)


def _manifest(
    home: HomeRecord, plugs: list[PlugRecord], parts: tuple[PartFacts, ...], clock: Clock
) -> Manifest:
    return Manifest(
        ownplug=__version__,
        schema=SCHEMA_VERSION,
        made_at=clock.now(),
        user_id=home.user_id,
        advertised=home.advertised,
        plugs=len(plugs),
        parts=parts,
    )


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE_BYTES):
            yield piece
