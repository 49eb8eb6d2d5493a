"""A figure is one line of the table: a time, or a speed where bytes were read."""

from __future__ import annotations

from devtools.measure_figure import Figure, figure_lines, in_turns


def test_a_figure_is_a_line_with_its_ratio() -> None:
    figure = Figure(what="start", ours_s=0.003, peer="click", peer_s=0.002, aim="at most 1.5")
    assert figure_lines([figure])[1] == ["start", "3 ms", "2 ms", "1.50", "at most 1.5", "click"]


def test_what_reads_bytes_is_shown_by_its_speed() -> None:
    figure = Figure(what="read", ours_s=0.5, peer="other", peer_s=2.0, size=3_000_000)
    assert figure_lines([figure])[1] == ["read", "6 MB/s", "1.5 MB/s", "0.25", "-", "other"]


def test_both_are_called_by_turns_after_one_call_that_does_not_count() -> None:
    called: list[str] = []
    in_turns(lambda: called.append("ours"), lambda: called.append("peer"), 2)
    assert called == ["ours", "peer"] * 3
