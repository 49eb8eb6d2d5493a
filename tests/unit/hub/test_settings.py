"""How the hub behaves: the limits of each setting."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ownplug.core.errors import UsageError
from ownplug.hub import HubSettings


def test_http_is_off_by_default() -> None:
    assert HubSettings().http_fallback is False


@pytest.mark.parametrize(
    "fit",
    [
        *[{"request_timeout_s": value} for value in (0.1, 5, 600)],
        *[{"reading_interval_s": value} for value in (1, 10, 86_400)],
        *[{"position": value} for value in ("", "52.52,13.40", "-33.9, 18.4")],
        *[{"timezone": value} for value in ("UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires")],
    ],
)
def test_what_makes_sense_is_taken(fit: dict[str, Any]) -> None:
    HubSettings(**fit)


@pytest.mark.parametrize(
    "unfit",
    [
        *[{"request_timeout_s": value} for value in (0, 0.09, -1, 600.1, math.nan, math.inf)],
        *[{"reading_interval_s": value} for value in (0, 0.99, -1, 86_401, math.nan, math.inf)],
        *[{"position": value} for value in ("52.52", "52.52,", "91,0", "0,181", "here", "nan,0", "1,2,3")],
        *[
            {"timezone": value}
            for value in ("", "Mars/Olympus", "Europe", "/etc/localtime", "\0", "x" * 5000)
        ],
    ],
)
def test_what_makes_no_sense_is_refused_by_name(unfit: dict[str, Any]) -> None:
    words = {"timezone": "time zone", "position": "no place|no position"}
    name = next(iter(unfit))
    with pytest.raises(UsageError, match=words.get(name, name)):
        HubSettings(**unfit)
