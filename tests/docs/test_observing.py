"""The page about what the hub tells of itself says what the code says."""

from __future__ import annotations

import re

from devtools.source import REPOSITORY

from ownplug.core.meross.masking import SECRET_NAMESPACES
from ownplug.hub import Obstacle
from ownplug.hub.availability import KEPT, KEPT_FOR
from ownplug.hub.messages import ALL_BYTES, MESSAGES, PLUG_BYTES
from ownplug.web.metrics import METRICS

PAGE = (REPOSITORY / "docs" / "observing.md").read_text("utf-8")


def test_every_metric_stands_there_as_it_is() -> None:
    listed = re.findall(r"^\| `(ownplug_\w+)` \| (\w+) \| (.*) \| (.+) \|$", PAGE, re.MULTILINE)
    assert listed == [
        (
            metric.name,
            metric.kind.value,
            ", ".join(f"`{label}`" for label in metric.labels),
            metric.meaning,
        )
        for metric in METRICS
    ]


def test_every_obstacle_is_named() -> None:
    assert [obstacle.value for obstacle in Obstacle if f"`{obstacle.value}`" not in PAGE] == []


def test_every_namespace_that_is_hidden_is_named() -> None:
    assert [name for name in SECRET_NAMESPACES if f"{name.rpartition('.')[2]}`" not in PAGE] == []


def test_the_limits_are_those_of_the_code() -> None:
    assert f"last {KEPT} changes of {KEPT_FOR.days} days" in PAGE
    assert f"the last {MESSAGES} each way" in PAGE
    assert f"{PLUG_BYTES // 1024} KiB each way of a plug and {ALL_BYTES // 1024 // 1024} MiB in all" in PAGE
