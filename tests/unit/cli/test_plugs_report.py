"""What a report says, and that a spreadsheet takes no name for a formula."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from ownplug.cli.plugs_report import COLUMNS, fingerprint, render_csv

ROW = dict.fromkeys(COLUMNS)


def test_keys_are_told_apart_and_not_told() -> None:
    # Computed with coreutils' sha256sum.
    assert fingerprint("0123456789abcdef0123456789abcdef") == "3eb1bd43"
    assert fingerprint("") == "none"


@given(st.text(), st.none() | st.floats(allow_nan=False))
def test_whatever_a_plug_is_called_a_row_is_a_row_and_no_cell_a_formula(
    name: str, power_w: float | None
) -> None:
    [header, row] = csv.reader(io.StringIO(render_csv([{**ROW, "name": name, "power_w": power_w}])))
    assert tuple(header) == COLUMNS
    assert len(row) == len(COLUMNS)
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row[COLUMNS.index("power_w")] == ("" if power_w is None else str(power_w))
