"""What the load generator says is read as it was meant, and nothing else is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from devtools.measure_load import CannotBuild, Run, build, read_line


def run(**told: float) -> Run:
    return Run(told={"busy": 0.4, "own": 0.3, **told}, server_s=0.5, seconds=2.0, foreign=0.1)


def test_a_line_of_figures_is_read() -> None:
    line = '{"event": "end", "seconds": 2.0004, "busy": 0.181, "own": 0.170, "lost": 0, "delivered": 94320}\n'
    assert read_line(line, "end")["delivered"] == 94320


@pytest.mark.parametrize("line", ['{"event": "begin"}', "{}", "the server refuses the login"])
def test_another_line_than_the_expected_one_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"expected|Expecting"):
        read_line(line, "end")


def test_work_is_counted_by_the_servers_own_processor_time() -> None:
    assert run(connects=1000.0).a_processor_second("connects").value == 2000.0


def test_a_sample_carries_what_tells_how_far_it_is_to_be_trusted() -> None:
    sample = run().sample(7.0)
    assert (sample.value, sample.busy, sample.own, sample.foreign) == (7.0, 0.4, 0.3, 0.1)


def test_without_a_compiler_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(CannotBuild, match="apt-get install gcc libssl-dev"):
        build(tmp_path)
