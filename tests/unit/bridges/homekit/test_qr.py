from __future__ import annotations

from ownplug.bridges.homekit import qr_rows, qr_svg
from ownplug.cli.qr import render_qr

LINK = "X-HM://0023ISYWYACMN"
_FINDER = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")


def test_the_rows_are_a_qr_code_with_a_border() -> None:
    rows = qr_rows(LINK)
    assert len({len(row) for row in rows} | {len(rows)}) == 1
    assert {*rows[0], *rows[-1], *(row[0] + row[-1] for row in rows)} == {"0", "00"}
    corners = (rows[2:9], 2), (rows[2:9], -9), (rows[-9:-2], 2)
    for lines, at in corners:
        assert tuple(line[at:][:7] for line in lines) == _FINDER


def test_the_picture_is_one_and_has_no_script() -> None:
    svg = qr_svg(LINK)
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")
    assert "script" not in svg


def test_two_rows_are_one_line_of_a_terminal() -> None:
    assert render_qr(("0101", "0011")) == ["█▄▀ "]
    assert render_qr(("10",)) == ["▄█"]
