from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.unit.app.homes import make_home, write_backup

from ownplug.app import HomeFolder
from ownplug.core.backup import Cost


@pytest.fixture(scope="session", autouse=True)
def _keys_at_once() -> Iterator[None]:
    """Let no test wait for scrypt; what it costs is said in the file, so that reading is as quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ownplug.core.backup.seal.Cost", lambda: Cost(log2_n=1, r=1, p=1))
        yield


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two homes and their backups, made once: keys take time."""
    folder = tmp_path_factory.mktemp("homes")

    async def make() -> None:
        for number in (1, 2):
            home = await make_home(folder / f"home {number}", number)
            await write_backup(home, folder / f"{number}.ownplug")
            await write_backup(home, folder / f"{number}.plain", None)
            home.backups.rmdir()

    asyncio.run(make())
    return folder


@pytest.fixture
def copy_home(models: Path, tmp_path: Path) -> Callable[[int], HomeFolder]:
    """Give a home, 1 or 2, of the test's own."""

    def copy(number: int) -> HomeFolder:
        return HomeFolder(Path(shutil.copytree(models / f"home {number}", tmp_path / f"home {number}")))

    return copy
