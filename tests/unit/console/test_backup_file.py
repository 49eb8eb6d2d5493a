"""The file of a backup gives back what was put in, and nothing else passes for one."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.console.backup_file import Backup, load_backup, parse_backup, render_backup, save_backup
from ownplug.console.provenance import PlugFacts, Provenance
from ownplug.core.errors import Malformed, UsageError
from ownplug.core.secret import Secret

ORIGIN = Provenance(
    tool="ownplug 0.1.0",
    taken_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
    port="/dev/ttyUSB0",
    plug=PlugFacts(uuid="u", mac="m", model="mss310", hardware="2.0.0", firmware="2.1.7"),
)
BACKUP = Backup(
    provenance=ORIGIN,
    settings={"STA:Ssid": Secret("Home"), "STA:WpaPsk": Secret("hunter2"), "meross:dev.cfg.Key": Secret("")},
)


def test_the_file_is_what_the_docs_show() -> None:
    assert json.loads(render_backup(BACKUP)) == {
        "backup": 1,
        "tool": "ownplug 0.1.0",
        "taken_at": "2026-01-31T12:00:00+00:00",
        "port": "/dev/ttyUSB0",
        "plug": {"uuid": "u", "mac": "m", "model": "mss310", "hardware": "2.0.0", "firmware": "2.1.7"},
        "settings": {"STA": {"Ssid": "Home", "WpaPsk": "hunter2"}, "meross": {"dev.cfg.Key": ""}},
    }


NAMES = st.from_regex(r"[A-Za-z]+:[\w.]+", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary().map(lambda data: data.decode("utf-8", "surrogateescape"))))
def test_any_bytes_of_any_setting_come_back(settings: dict[str, str]) -> None:
    saved = Backup(
        provenance=ORIGIN, settings={key: Secret(value) for key, value in sorted(settings.items())}
    )
    content = render_backup(saved)
    assert content.isascii()
    assert parse_backup(content) == saved


def test_secrets_print_as_stars() -> None:
    assert "hunter2" not in repr(BACKUP)


def test_a_file_comes_back_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "kettle.json"
    save_backup(file, BACKUP)
    assert load_backup(file) == BACKUP
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def changed(**changes: object) -> bytes:
    document = {**json.loads(render_backup(BACKUP)), **changes}
    return json.dumps({key: value for key, value in document.items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON, or was cut off"),
        (render_backup(BACKUP)[:-40], "not JSON, or was cut off"),
        (b"\xff\xfe", "not JSON, or was cut off"),
        (b"[" * 100_000, "not JSON, or was cut off"),
        (b"[1]", 'no "backup" in it'),
        (b'{"snapshot": 1}', 'no "backup" in it'),
        (changed(backup=2), "format 2"),
        (changed(settings=None), "settings"),
        (changed(settings={"STA": {"Ssid": 1}}), "str"),
        (changed(plug={"uuid": 1}), "uuid"),
        (changed(taken_at="yesterday"), "taken_at"),
    ],
)
def test_what_is_no_backup_is_refused_with_the_reason(content: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=says):
        parse_backup(content)
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=rf"x\.json is no backup of a plug: .*{says}"):
        load_backup(file)


@given(st.binary())
def test_noise_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        parse_backup(content)


def test_later_keys_of_a_file_are_left_alone() -> None:
    assert parse_backup(changed(remark="before the repair")) == BACKUP


@pytest.mark.parametrize(("make", "says"), [(False, "cannot be read: No such file"), (True, "more than")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, says: str, *, make: bool) -> None:
    file = tmp_path / "x.json"
    if make:
        file.write_bytes(b" " * 1_000_001)
    with pytest.raises(UsageError, match=rf"x\.json .*{says}"):
        load_backup(file)
