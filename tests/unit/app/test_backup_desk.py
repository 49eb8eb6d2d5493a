from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.app.homes import PASSPHRASE

from ownplug.app import BackupDesk, HomeFolder, check_backup
from ownplug.core.errors import Conflict, NotFound, UsageError
from ownplug.core.secret import Secret
from ownplug.testing import FakeClock

CopyHome = Callable[[int], HomeFolder]


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
async def test_what_it_gives_is_a_whole_backup(
    copy_home: CopyHome, tmp_path: Path, passphrase: Secret | None
) -> None:
    home, file = copy_home(1), tmp_path / "file"
    async with BackupDesk(home, FakeClock()).open(passphrase) as pieces:
        file.write_bytes(b"".join([piece async for piece in pieces]))
    with file.open("rb") as opened:
        manifest = check_backup(opened, passphrase)
    assert (manifest.plugs, manifest.has_secrets) == (2, passphrase is not None)


async def test_a_short_passphrase_is_refused_before_anything_is_copied(copy_home: CopyHome) -> None:
    home = copy_home(1)
    with pytest.raises(UsageError, match="at least 10"):
        async with BackupDesk(home, FakeClock()).open(Secret("short")):
            pass
    assert not home.backups.exists()


async def test_one_at_a_time_and_the_next_one_after_whatever_happened(copy_home: CopyHome) -> None:
    home = copy_home(1)
    desk = BackupDesk(home, FakeClock())
    async with desk.open(None) as pieces:
        assert (await anext(aiter(pieces))).startswith(b"\x89OWNPLUG")
        with pytest.raises(Conflict, match="Another backup"):
            async with desk.open(None):
                pass
    # the caller went away in the middle
    assert list(home.backups.iterdir()) == []
    home.database.rename(home.path / "elsewhere")
    with pytest.raises(NotFound):
        async with desk.open(None):
            pass
    (home.path / "elsewhere").rename(home.database)
    async with desk.open(None):
        pass
