"""A backup made into a home again: unpacked beside the present one, looked at from all sides, and only then put in."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from ownplug.aio import Clock, in_thread
from ownplug.app import swap
from ownplug.app.home import HomeFolder
from ownplug.app.settings import load_settings
from ownplug.core.backup import (
    HEADER_BYTES,
    Header,
    Manifest,
    Part,
    Piece,
    open_seal,
    unpack,
    unsealed,
)
from ownplug.core.errors import Conflict, Malformed, OwnplugError
from ownplug.core.records import HomeRecord
from ownplug.core.secret import Secret
from ownplug.store import SqliteStore, check_database, copy_database
from ownplug.transport.certificates import check_certificates
from ownplug.transport.files import write_whole

_PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredHome:
    """A home that was unpacked and found whole, and waits to be put in place.

    Attributes:
        folder: of the home in whose place it will be put.
        clock: dates what is kept of that one.
        manifest: of the backup.
        has_key: whether it has the key that its plugs know; else a new one is made, and they have to be paired.
        advertised: the address to which its plugs come; empty where nobody knows.
    """

    folder: HomeFolder
    clock: Clock
    manifest: Manifest
    has_key: bool
    advertised: str

    def put_in_place(self) -> Path | None:
        """Put it in place of what is there; return where that is kept, None if there was nothing. Blocks.

        Raises:
            OwnplugError: the disk does not let it; the next start of the hub goes on with it.
        """
        return swap.put_in_place(self.folder, self.clock.now())


def read_header(file: IO[bytes]) -> Header:
    """Read what kind of backup it is, from its beginning.

    Raises:
        Malformed, Conflict: see `Header.decode`.
    """
    return Header.decode(file.read(HEADER_BYTES))


def check_backup(file: IO[bytes], passphrase: Secret | None) -> Manifest:
    """Read a whole backup, from its beginning, and return its manifest; nothing is kept of the rest. Blocks.

    Raises:
        UsageError: the passphrase is wrong or missing.
        Malformed, Conflict: it is no whole backup of an ownplug like this one.
    """
    found = _unpacked(file, read_header(file), passphrase)
    [manifest] = [each for each in found if isinstance(each, Manifest)]
    return manifest


@asynccontextmanager
async def open_restore(
    folder: HomeFolder, file: IO[bytes], passphrase: Secret | None, clock: Clock
) -> AsyncIterator[RestoredHome]:
    """Make a backup into a home beside the one in `folder`, which is held meanwhile.

    Raises:
        Conflict: a hub runs there, plugs are on the move, or a newer ownplug made the backup.
        UsageError: the passphrase is wrong, or the settings do not fit.
        Malformed: the backup is damaged, or none.
        OwnplugError: the disk does not let it.
    """
    folder.prepare()
    with _held(folder):
        swap.finish(folder, clock.now())
        swap.remove_leftovers(folder)
        try:
            header = read_header(file)
            new, manifest = await in_thread(lambda: _unpack_beside(folder, file, header, passphrase))
            if not header.is_locked:
                await _add_secrets(folder, new)
            home = await _judge(new, manifest, has_secrets=header.is_locked)
            yield RestoredHome(
                folder=folder,
                clock=clock,
                manifest=manifest,
                has_key=home is not None,
                advertised=home.advertised if home else "",
            )
        finally:
            swap.abandon(folder)


@contextmanager
def _held(folder: HomeFolder) -> Iterator[None]:
    with folder.claim(), folder.claim_move():
        if folder.move_file.exists():
            raise Conflict(
                "Plugs of this home are on the move: they may have other keys than those in the backup.",
                hint="`ownplug move --resume` brings it to an end, `ownplug move --give-up` forgets it.",
            )
        yield


def _unpack_beside(
    folder: HomeFolder, file: IO[bytes], header: Header, passphrase: Secret | None
) -> tuple[HomeFolder, Manifest]:
    with _told():
        new = swap.begin(folder)
        manifest = _write_parts(_unpacked(file, header, passphrase), new)
    check_database(new.database)
    return new, manifest


@contextmanager
def _told() -> Iterator[None]:
    """Say what the disk does not let us do."""
    try:
        yield
    except OSError as error:
        raise OwnplugError(f"The backup cannot be unpacked: {error}.", hint="Is the disk full?") from error


def _unpacked(file: IO[bytes], header: Header, passphrase: Secret | None) -> Iterator[Manifest | Piece]:
    seal = open_seal(header, passphrase)
    frames = unsealed(header, seal, iter(lambda: file.read(_PIECE_BYTES), b""))
    return unpack(frames, header.content_bytes, has_secrets=header.is_locked)


def _write_parts(found: Iterator[Manifest | Piece], new: HomeFolder) -> Manifest:
    """Write each part to its place in a new home; the backup has no say in where that is."""
    with ExitStack() as stack:
        files: dict[Part, IO[bytes]] = {}
        manifest: Manifest | None = None
        for each in found:
            match each:
                case Manifest():
                    manifest = each
                    for facts in each.parts:
                        files[facts.part] = stack.enter_context(_new_file(new.place(facts.part)))
                case Piece():
                    files[each.part].write(each.data)
        for file in files.values():
            file.flush()
            os.fsync(file.fileno())
    assert manifest is not None  # noqa: S101 `unpack` yields it first, or raises
    return manifest


def _new_file(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


async def _add_secrets(folder: HomeFolder, new: HomeFolder) -> None:
    """Give a home that came without secrets those of the home that is there, if one is."""
    if not folder.database.exists():
        return
    own = new.path / "own.sqlite3"
    await in_thread(lambda: copy_database(folder.database, own))
    async with SqliteStore(new.database) as given:
        plugs = await given.plugs()
    async with SqliteStore(own) as store:
        keys = {plug.uuid: plug.key for plug in await store.plugs()}
        await store.replace_plugs(replace(plug, key=keys.get(plug.uuid)) for plug in plugs)
    await in_thread(lambda: _take_over(folder, own, new))


def _take_over(folder: HomeFolder, database: Path, new: HomeFolder) -> None:
    with _told():
        database.replace(new.database)
        if folder.tls.exists():
            new.tls.mkdir(mode=0o700)
        for file in folder.tls.glob("*"):
            write_whole(new.tls / file.name, file.read_bytes())


async def _judge(new: HomeFolder, manifest: Manifest, *, has_secrets: bool) -> HomeRecord | None:
    """Read all that a hub would read at its start; return who the home is, None if that is still open."""
    try:
        async with SqliteStore(new.database) as store:  # makes an older one new, too
            home, plugs, _ = await store.home(), await store.plugs(), await store.users()
            await store.mqtt.load()
            await store.logins.tokens()
            await store.logins.sign_ins()
    except (ValueError, TypeError) as error:
        raise Malformed(f"The database has in it what ownplug did not write: {error}.") from error
    if len(plugs) != manifest.plugs or (has_secrets and home is None):
        raise Malformed("The backup does not hold the home that its manifest names.")
    if has_secrets:
        await in_thread(lambda: check_certificates(new.tls))
    load_settings(new.settings_file, {}, {})
    return home
