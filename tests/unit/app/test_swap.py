from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.app.homes import NOW, PASSPHRASE, looks

from ownplug.app import HomeFolder, finish_restore, has_home, load_settings, open_hub, swap
from ownplug.core.errors import Conflict, OwnplugError

CopyHome = Callable[[int], HomeFolder]
PROGRAM = str(Path(__file__).with_name("swap_program.py"))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="forks")
@pytest.mark.timeout(600)
def test_a_kill_before_any_step_leaves_the_old_home_or_the_new_one(models: Path, tmp_path: Path) -> None:
    arguments = [models / "home 2", models / "1.ownplug", PASSPHRASE.reveal(), tmp_path]
    command = [sys.executable, PROGRAM, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert [kill["killed"] for kill in kills] == [True] * (len(kills) - 1) + [False]
    assert sum(kill["halfway"] for kill in kills) >= 10  # it was neither, until somebody looked after it
    assert sum(kill["twice"] for kill in kills) >= 5

    names = {looks(HomeFolder(models / "home 1")): "new", looks(HomeFolder(models / "home 2")): "old"}
    homes = [HomeFolder(tmp_path / str(step + 1)) for step in range(len(kills))]
    found = [names.get(looks(home), "neither") for home in homes]
    assert found == sorted(found, reverse=True)  # old ones first: from one step on it is the new one
    assert set(found) == {"old", "new"}
    for home, name in zip(homes, found, strict=True):
        kept = [names.get(looks(HomeFolder(path)), "neither") for path in home.backups.glob("*")]
        assert kept == ([] if name == "old" else ["old"])


@pytest.mark.parametrize("name", ["hub.sqlite3", "ownplug.toml", "tls"])
def test_a_home_is_what_a_restore_would_replace(tmp_path: Path, name: str) -> None:
    home = HomeFolder(tmp_path)
    home.token()
    assert not has_home(home)
    (tmp_path / name).mkdir()
    assert has_home(home)


def new_home(home: HomeFolder) -> None:
    (swap.begin(home).path / "hub.sqlite3").write_bytes(b"new")


def test_two_restores_in_one_second_keep_two_homes(copy_home: CopyHome) -> None:
    home = copy_home(1)
    for number in (1, 2, 3):
        new_home(home)
        kept = swap.put_in_place(home, NOW)
        suffix = "" if number == 1 else f"-{number}"
        assert kept == home.backups / f"before-restore-20260105-120000{suffix}"


def test_what_was_not_put_in_place_is_thrown_away(copy_home: CopyHome) -> None:
    home = copy_home(1)
    new_home(home)
    (home.backups / "snapshot-abc").mkdir()
    (home.backups / "snapshot-abc" / "hub.sqlite3").write_bytes(b"copy")
    (home.backups / "plug.json").write_text("{}")  # not ours
    swap.remove_leftovers(home)
    assert [path.name for path in home.backups.iterdir()] == ["plug.json"]
    assert looks(home).user_id == "10001"


def test_nothing_is_done_to_a_home_that_is_whole(copy_home: CopyHome) -> None:
    home = copy_home(1)
    with home.claim():
        finish_restore(home)  # would want to hold it
    assert swap.finish(home, NOW) is None


def left_halfway(home: HomeFolder) -> None:
    new_home(home)
    (home.backups / "restoring" / "old").mkdir()
    (home.backups / "restoring").rename(home.backups / "restoring-aside")


async def test_no_hub_runs_in_half_a_home_with_settings_that_may_be_another_one_s(
    copy_home: CopyHome,
) -> None:
    home = copy_home(1)
    settings, _ = load_settings(home.settings_file, {}, {})
    left_halfway(home)
    with pytest.raises(Conflict, match="has not come to its end"):
        async with open_hub(home, settings):
            pass
    finish_restore(home)
    assert home.database.read_bytes() == b"new"


def test_a_restore_that_is_under_way_is_left_alone(copy_home: CopyHome) -> None:
    home = copy_home(1)
    left_halfway(home)
    with home.claim(), pytest.raises(Conflict):
        finish_restore(home)
    assert looks(home).user_id == "10001"


def test_a_disk_that_does_not_let_it_is_told(copy_home: CopyHome, monkeypatch: pytest.MonkeyPatch) -> None:
    home = copy_home(1)
    left_halfway(home)

    def refuse(self: Path, _: Path) -> Path:
        raise OSError(30, "Read-only file system", str(self))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(OwnplugError, match="Read-only") as caught:
            finish_restore(home)
    assert "ownplug hub run" in caught.value.hint
    finish_restore(home)
    assert home.database.read_bytes() == b"new"


def test_a_home_on_two_disks_is_left_as_it_is(copy_home: CopyHome, monkeypatch: pytest.MonkeyPatch) -> None:
    home = copy_home(1)
    new_home(home)
    elsewhere = Path("/proc/self").lstat()
    real = Path.lstat
    monkeypatch.setattr(Path, "lstat", lambda self: elsewhere if self.name == "tls" else real(self))
    with pytest.raises(OwnplugError, match="tls lies on another disk"):
        swap.put_in_place(home, NOW)
    assert looks(home).user_id == "10001"
    assert not swap.is_unfinished(home)


def test_a_disk_that_lets_nothing_begin_leaves_the_old_home(
    copy_home: CopyHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_home(1)
    new_home(home)

    def refuse(_: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(swap, "sync_folder", refuse)
    with pytest.raises(OwnplugError, match="Input/output error") as caught:
        swap.put_in_place(home, NOW)
    assert "restore again" in caught.value.hint
    assert looks(home).user_id == "10001"
    assert not swap.is_unfinished(home)
