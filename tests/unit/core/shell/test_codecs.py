from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from ownplug.core.identity import Mac, Uuid
from ownplug.core.shell import ResetReason, TaskStatus
from ownplug.core.shell.codecs import CODECS

UUID = "1811246584023825189834298f1a2b3c"


@pytest.mark.parametrize(
    ("codec", "text", "value"),
    [
        ("int", "-21", -21),
        ("index", "07", 7),
        ("decimal", "51.500000", Decimal("51.500000")),
        ("duration", "0h8m57s", 537),
        ("duration", "169h52m27s", 611547),
        ("clock", "05:59", 359),
        ("yes", "NO", False),
        ("ok", "error", False),
        ("uuid", UUID, Uuid(UUID)),
        ("mac", "34:29:8f:1a:2b:3c", Mac("34:29:8f:1a:2b:3c")),
        ("status", "B", TaskStatus.BLOCKED),
        ("reset", "HAL_WDT_SOFTWARE_RESET", ResetReason.SOFTWARE),
    ],
)
def test_a_value_is_read_and_written(codec: str, text: str, value: Any) -> None:
    found = CODECS[codec]
    assert re.fullmatch(found.pattern, text)
    assert found.read(text) == value
    assert found.write(value) == text


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("mac", "xx:xx:xx:xx:xx:xx"),
        ("mac", "xx:x:xx:xx:xx:xx"),
        ("mac", "34:29:8F:1A:2B:3C"),  # a Mac is written in lower case
        ("uuid", "x" * 32),
        ("uuid", ""),
        ("status", "Q"),
        ("reset", "HAL_WDT_OTHER"),
    ],
)
def test_what_does_not_fit_its_type_stays_text(codec: str, text: str) -> None:
    assert CODECS[codec].read(text) == text
    assert CODECS[codec].write(text) == text


@pytest.mark.parametrize(
    ("codec", "text"), [("int", "007"), ("int", "-0"), ("int", "9" * 30), ("yes", "yes"), ("ok", "")]
)
def test_what_is_no_value_is_refused(codec: str, text: str) -> None:
    assert not re.fullmatch(CODECS[codec].pattern, text)
