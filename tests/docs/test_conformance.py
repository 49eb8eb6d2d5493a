"""The list of MQTT's clauses: each there once, each with a test that exists or a reason."""

from __future__ import annotations

import re
from collections import Counter
from typing import cast

import pytest
from devtools.source import REPOSITORY

from ownplug.broker import BrokerSettings, Gatekeeper
from ownplug.broker.switchboard import Switchboard
from ownplug.testing import FakeClock

PAGE = REPOSITORY / "docs" / "mqtt-conformance.md"

# How many statements each section of the standard has (its appendix B).
STATEMENTS = {
    "1.5.3": 3, "2.2.2": 2, "2.3.1": 7, "3.1.0": 2, "3.1.2": 24, "3.1.3": 11, "3.1.4": 5, "3.2.0": 1, "3.2.2": 6,
    "3.3.1": 12, "3.3.2": 3, "3.3.4": 1, "3.3.5": 2, "3.6.1": 1, "3.8.1": 1, "3.8.3": 4, "3.8.4": 6, "3.9.3": 2,
    "3.10.1": 1, "3.10.3": 2, "3.10.4": 6, "3.12.4": 1, "3.14.1": 1, "3.14.4": 3, "4.1.0": 2, "4.2.0": 1,
    "4.3.1": 1, "4.3.2": 2, "4.3.3": 2, "4.4.0": 1, "4.5.0": 2, "4.6.0": 6, "4.7.1": 3, "4.7.2": 1, "4.7.3": 4,
    "4.8.0": 2, "6.0.0": 4, "7.0.0": 2,
}  # fmt: skip

ROWS = re.findall(r"^\| MQTT-([\d.]+)-(\d+) \| (.+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
EXISTING = {
    name
    for folder in ("unit/core/mqtt", "unit/broker", "e2e/broker")
    for file in (REPOSITORY / "tests" / folder).rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
}


def test_every_statement_stands_there_once() -> None:
    listed = Counter((section, int(number)) for section, number, _, _ in ROWS)
    wanted = Counter((section, n) for section, count in STATEMENTS.items() for n in range(1, count + 1))
    assert listed == wanted


@pytest.mark.parametrize(
    ("clause", "shown_by"), [(f"{section}-{number}", shown) for section, number, _, shown in ROWS]
)
def test_what_shows_a_statement_exists(clause: str, shown_by: str) -> None:
    named = re.findall(r"`(test_\w+)`", shown_by)
    assert set(named) <= EXISTING
    is_of_others = shown_by.startswith("Client") or clause.startswith(("6.", "7."))
    assert named or is_of_others, "a test or a reason"


def test_everything_below_sys_stands_there() -> None:
    board = Switchboard(BrokerSettings(), cast("Gatekeeper", None), FakeClock(), None)
    told = board.system.values(0.0)
    names = {re.sub(r"/\d+min$", "", topic.removeprefix("$SYS/broker/")) for topic in told}
    page = PAGE.read_text("utf-8")
    paragraph = re.search(r"^- \*\*`\$SYS/broker/…`\*\*(.+?)\n\n", page, re.DOTALL | re.MULTILINE)
    assert paragraph is not None
    named = set(re.findall(r"`([^`]+)`", paragraph[1]))
    assert named - {"broker.sys_interval_s", "1min", "5min", "15min"} == names
