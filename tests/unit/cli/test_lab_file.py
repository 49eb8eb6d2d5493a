from __future__ import annotations

from pathlib import Path

import pytest

from ownplug.cli.lab_file import KeptPlug, KeptPlugs, LabFile
from ownplug.core.errors import UsageError

KEPT = KeptPlugs(
    next_number=4, plugs=[KeptPlug(number=3, seed=7, model="mss310@2.1.7", name="saw", load="motor:800")]
)


def test_what_is_kept_comes_back_and_nobody_else_reads_it(tmp_path: Path) -> None:
    file = LabFile(tmp_path / "lab")
    assert file.load() == KeptPlugs(next_number=1, plugs=[])
    file.prepare()
    file.save(KEPT)
    assert file.load() == KEPT
    assert (tmp_path / "lab").stat().st_mode & 0o077 == 0
    assert (tmp_path / "lab" / "plugs.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "[]", '{"plugs": [{}]}', '{"more": 1}', "[" * 3000])
def test_what_is_no_list_is_refused_with_a_way_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "plugs.json").write_text(text)
    with pytest.raises(UsageError, match="cannot be read") as refused:
        LabFile(tmp_path).load()
    assert "Remove it" in refused.value.hint


def test_links_to_consoles_of_yesterday_are_removed(tmp_path: Path) -> None:
    file = LabFile(tmp_path)
    file.tty(1).symlink_to("/dev/null")  # which is there, as a terminal of somebody else would be
    file.flash(1).write_text("{}")
    file.forget_ttys()
    assert [path.name for path in tmp_path.iterdir()] == ["plug-1.json"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "lab").write_text("")
    with pytest.raises(UsageError, match="cannot be made"):
        LabFile(tmp_path / "lab").prepare()
    with pytest.raises(UsageError, match="cannot be written"):
        LabFile(tmp_path / "lab").save(KEPT)
