"""The words of `identity` and `leave-factory`; what they do with a plug is in `tests/e2e/console_tools`."""

from __future__ import annotations

import json

import pytest

from ownplug.cli.console_repair import _step_text
from ownplug.cli.main import run
from ownplug.console import FactoryStep, LeftFactory
from ownplug.core.shell import BootReport, ResetReason

UUID, MAC = "1811081234567890123448e1e9000001", "48:e1:e9:00:00:01"


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["leave-factory", "no-such-port"], 4, "There is no serial port no-such-port"),
        (["identity", "no-such-port"], 4, "There is no serial port no-such-port"),
        (["identity", "no-such-port", "--uuid", UUID, "--mac", MAC], 2, "another one for servers and apps"),
        (["identity", "no-such-port", "--uuid", UUID, "--yes"], 4, "There is no serial port no-such-port"),
        (["identity", "no-such-port", "--uuid", "x", "--yes"], 2, "'x' is not a plug's uuid"),
        (["identity", "no-such-port", "--mac", "", "--yes"], 2, "'' is not a MAC address"),
        (["identity", "no-such-port", "--backup", "x.json"], 2, "--backup goes with"),
    ],
)
def test_each_failure_has_its_sentence_and_status(
    words: list[str], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["console", *words, "--json"]) == status
    assert says in json.loads(capsys.readouterr().out)["message"]


IN = LeftFactory(was_in=True, start=None)
STARTED = LeftFactory(was_in=True, start=BootReport(reset_reason=ResetReason.SOFTWARE))


@pytest.mark.parametrize(
    ("step", "so_far", "text"),
    [
        (FactoryStep.ASKED, IN, "meross fac: in factory mode."),
        (FactoryStep.ASKED, LeftFactory(was_in=False, start=None), "meross fac: not in factory mode."),
        (FactoryStep.LEFT, IN, "meross fac 0: out of it from the next start on."),
        (
            FactoryStep.RESTARTED,
            STARTED,
            "reboot: it has started again; reset reason HAL_WDT_SOFTWARE_RESET.",
        ),
        (
            FactoryStep.RESTARTED,
            LeftFactory(was_in=True, start=BootReport()),
            "reboot: it has started again; reset reason not told.",
        ),
        (FactoryStep.PROVED, STARTED, "meross fac: not in factory mode."),
    ],
)
def test_each_step_is_said(step: FactoryStep, so_far: LeftFactory, text: str) -> None:
    assert _step_text(step, so_far) == text
