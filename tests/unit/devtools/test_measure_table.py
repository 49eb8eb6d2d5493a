"""The table says what counts, what disturbed it, and whether the aim is met."""

from __future__ import annotations

import pytest
from devtools.measure_table import Aim, Row, Sample, cells, markdown_table, number, percentile, plain_table

MORE = Aim(what="messages", unit="a second", ratio=0.75)
LESS = Aim(what="memory", unit="KiB", ratio=1.5, more_is_better=False)


def row(aim: Aim, **values: list[Sample]) -> Row:
    made = Row(aim=aim)
    for name, samples in values.items():
        for sample in samples:
            made.add(name, sample)
    return made


@pytest.mark.parametrize(("share", "expected"), [(0, 1.0), (50, 5.0), (51, 6.0), (99, 10.0), (100, 10.0)])
def test_a_percentile_is_one_of_the_values(share: float, expected: float) -> None:
    assert percentile([float(10 - n) for n in range(10)], share) == expected


def test_a_percentile_of_nothing_is_nothing() -> None:
    assert percentile([], 99) == 0.0


def test_the_median_leaves_out_what_was_measured_by_a_busy_generator() -> None:
    samples = [Sample(value=1.0), Sample(value=3.0), Sample(value=99.0, busy=0.7)]
    assert row(MORE, ours=samples).value("ours") == 2.0


def test_where_nothing_counts_the_median_stands_with_a_remark() -> None:
    busy = row(MORE, ours=[Sample(value=4.0, busy=0.9, own=0.9)], peer=[Sample(value=5.0)])
    assert busy.value("ours") == 4.0
    assert busy.remark() == "does not count: generator too busy for ours"


def test_a_row_that_nobody_measured_well_names_nobody() -> None:
    assert row(MORE, ours=[Sample(value=4.0, busy=0.9)]).remark() == "does not count: generator too busy"


def test_a_machine_that_was_shared_makes_a_figure_preliminary() -> None:
    quiet, foreign = Sample(value=1.0), Sample(value=1.0, foreign=0.2)
    beside_the_generator = Sample(value=1.0, busy=0.5, own=0.3)
    assert row(MORE, ours=[quiet, quiet, foreign]).remark() == ""
    assert "preliminary" in row(MORE, ours=[foreign], peer=[beside_the_generator]).remark()


@pytest.mark.parametrize(
    ("aim", "ratio", "is_met"),
    [(MORE, 0.75, True), (MORE, 0.74, False), (LESS, 1.5, True), (LESS, 1.51, False)],
)
def test_an_aim_knows_which_side_is_good(aim: Aim, ratio: float, *, is_met: bool) -> None:
    assert aim.is_met(ratio) is is_met


def test_an_aim_of_nothing_is_always_met() -> None:
    assert Aim(what="delay", unit="ms").is_met(1e9)


def test_a_line_has_values_ratios_aim_and_verdict() -> None:
    samples = {"ours": [Sample(value=1800.0)], "slow": [Sample(value=900.0)], "peer": [Sample(value=2000.0)]}
    head, line = cells([row(MORE, **samples)], ["ours", "slow", "peer"], "peer")
    assert head == ["figure", "ours", "slow", "peer", "ratio, ours", "ratio, slow", "aim", ""]
    assert line == ["messages, a second", "1,800", "900", "2,000", "0.90", "0.45", "≥ 0.75", "met"]


def test_without_a_peer_there_is_no_ratio_and_no_verdict() -> None:
    assert cells([row(LESS, ours=[Sample(value=2.0)])], ["ours"], "peer")[1][1:] == ["2", "-", "≤ 1.5", ""]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.2345, "0.234"),
        (12.34, "12.3"),
        (999.4, "999"),
        (1846.0, "1,850"),
        (78_949.0, "78,900"),
    ],
)
def test_a_number_has_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_table_for_a_terminal_has_columns() -> None:
    assert plain_table([["a", "b"], ["long", ""]]) == "a     b\nlong"


def test_a_table_for_a_page_has_a_line_below_its_head() -> None:
    assert markdown_table([["a", "b"], ["1", "2"]]) == "| a | b |\n|---|---|\n| 1 | 2 |"
