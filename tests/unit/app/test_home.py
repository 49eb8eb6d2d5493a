"""The folder of a home: private, claimed by one hub, and never somebody else's folder."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ownplug.app import HomeFolder
from ownplug.core.errors import Conflict, OwnplugError

_NOBODY = 65534  # the user id on every Linux


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def folder(tmp_path: Path) -> HomeFolder:
    folder = HomeFolder(tmp_path / "home")
    folder.prepare()
    return folder


def test_a_new_home_is_closed_to_others(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        folder = HomeFolder(tmp_path / "a" / "b" / "home")
        folder.prepare()
    finally:
        os.umask(mask)
    assert mode(folder.path) == 0o700


def test_preparing_it_again_changes_nothing(folder: HomeFolder) -> None:
    folder.token()
    before = {file: file.stat().st_mtime_ns for file in folder.path.iterdir()}
    folder.prepare()
    assert {file: file.stat().st_mtime_ns for file in folder.path.iterdir()} == before


@pytest.mark.parametrize("content", [[], ["hub.sqlite3"], ["hub.sqlite3", "ownplug.toml", "tls"]])
def test_an_empty_folder_and_an_old_home_are_closed_to_others(tmp_path: Path, content: list[str]) -> None:
    tmp_path.chmod(0o755)
    for name in content:
        (tmp_path / name).touch()
    HomeFolder(tmp_path).prepare()
    assert mode(tmp_path) == 0o700


def test_a_folder_full_of_other_things_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letters").mkdir()
    HomeFolder(tmp_path).prepare()
    assert mode(tmp_path) == 0o755


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(OwnplugError, match="cannot be used") as caught:
            HomeFolder(path).prepare()
        assert "--home" in caught.value.hint


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder into which we may not write; to root every folder is open, so it is not root who tries."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(_NOBODY)
    try:
        yield closed
    finally:
        if was_root:
            os.seteuid(0)


def test_a_place_where_we_may_not_write_is_told(closed_folder: Path) -> None:
    with pytest.raises(OwnplugError, match="Permission denied"):
        HomeFolder(closed_folder / "home").prepare()


def test_the_token_is_long_private_and_stays(folder: HomeFolder) -> None:
    token = folder.token()
    assert len(token.reveal()) >= 40
    assert folder.token() == token
    assert HomeFolder(folder.path).token() == token
    assert mode(folder.token_file) == 0o600
    assert token.reveal() not in repr(token)


def test_two_homes_have_two_tokens(folder: HomeFolder, tmp_path: Path) -> None:
    other = HomeFolder(tmp_path / "other")
    other.prepare()
    assert folder.token() != other.token()


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_token_never_lets_anybody_in(folder: HomeFolder, content: str) -> None:
    folder.token_file.write_text(content)
    assert len(folder.token().reveal()) >= 40
    assert folder.token_file.read_text().strip() == folder.token().reveal()


def test_a_token_that_an_owner_wrote_may_end_in_a_newline(folder: HomeFolder) -> None:
    folder.token_file.write_text("a token of my own\n")
    assert folder.token().reveal() == "a token of my own"


def test_where_the_hub_listens_is_told_and_taken_back(folder: HomeFolder) -> None:
    folder.announce({"web": "http://127.0.0.1:8480", "mqtts": ""})
    assert json.loads(folder.runtime_file.read_text()) == {
        "pid": os.getpid(),
        "web": "http://127.0.0.1:8480",
        "mqtts": "",
    }
    assert mode(folder.runtime_file) == 0o600
    folder.retract()
    assert not folder.runtime_file.exists()
    folder.retract()


def test_no_half_written_file_is_left(folder: HomeFolder) -> None:
    folder.token()
    folder.announce({})
    assert {file.name for file in folder.path.iterdir()} == {"token", "runtime.json"}


def test_one_home_has_one_hub(folder: HomeFolder) -> None:
    with folder.claim():
        with pytest.raises(Conflict, match="A hub is running in") as caught, folder.claim():
            pass
        assert "--home" in caught.value.hint
    with folder.claim():
        pass


_CHILD = """
import sys
from pathlib import Path
from ownplug.app import HomeFolder

with HomeFolder(Path(sys.argv[1])).claim():
    print("claimed", flush=True)
    sys.stdin.read()
"""


@pytest.mark.slow
def test_a_hub_that_was_killed_holds_no_home(folder: HomeFolder) -> None:
    command = [sys.executable, "-c", _CHILD, str(folder.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"claimed\n"
        with pytest.raises(Conflict), folder.claim():
            pass
        child.kill()
    with folder.claim():
        pass
