from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from ownplug.cli.logs import start_logging


@pytest.fixture(autouse=True)
def root() -> Iterator[logging.Logger]:
    """The root logger, put back afterwards."""
    logger = logging.getLogger()
    before, level = list(logger.handlers), logger.level
    yield logger
    logger.handlers[:] = before
    logger.setLevel(level)


@pytest.mark.parametrize(
    ("verbose", "told"), [(0, ["warning"]), (1, ["warning", "info"]), (2, ["warning", "info", "debug"])]
)
def test_each_v_tells_more(capsys: pytest.CaptureFixture[str], verbose: int, told: list[str]) -> None:
    start_logging(verbose)
    for level in (logging.WARNING, logging.INFO, logging.DEBUG):
        logging.getLogger("ownplug.x").log(level, "%s", logging.getLevelName(level).lower())
    out, err = capsys.readouterr()
    assert [line.split()[-1] for line in err.splitlines()] == told
    assert out == ""


def test_a_command_may_want_more_than_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(0, quietest=logging.INFO)
    logging.getLogger("ownplug.x").info("here")
    assert "here" in capsys.readouterr().err


def test_starting_again_repeats_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(0)
    start_logging(0)
    logging.getLogger("ownplug.x").warning("once")
    assert capsys.readouterr().err.count("once") == 1


def test_a_log_line_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(0)
    logging.getLogger("ownplug.x").warning("ssid %s", "\x1b[2Jnet")
    assert "ssid \\x1b[2Jnet" in capsys.readouterr().err
