"""The page about programs of the vendor's cloud says what the interface answers."""

from __future__ import annotations

import re
from typing import cast

from devtools.source import REPOSITORY

from ownplug.bridges.cloud import Cloud
from ownplug.bridges.cloud.ports import AppsDoor, PlugsDoor
from ownplug.core.meross.cloud import ApiStatus

PAGE = (REPOSITORY / "docs" / "cloud.md").read_text("utf-8")


def test_every_status_is_listed_with_its_words() -> None:
    listed = re.findall(r"^\| (\d+) \| ([^|]+) \| .*\|$", PAGE, re.MULTILINE)
    assert listed == [(str(status.code), status.info) for status in ApiStatus]


def test_every_call_that_is_listed_is_known() -> None:
    cloud = Cloud(cast("PlugsDoor", None), cast("AppsDoor", None), host="127.0.0.1")
    listed = re.findall(r"`(/(?:v1|user|device)/[\w/]+)`", PAGE)
    assert listed
    assert [call for call in listed if not cloud.knows(call)] == []
