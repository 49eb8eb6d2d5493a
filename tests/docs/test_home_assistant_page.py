"""The page about Home Assistant lists the entities that the bridge makes."""

from __future__ import annotations

import re

from devtools.source import REPOSITORY
from tests.unit.bridges.hass.plugs import FEATURES

from ownplug.bridges.hass.words import words_of
from ownplug.hub import Feature

PAGE = REPOSITORY / "docs" / "bridges" / "home-assistant.md"


def row(feature: Feature) -> str:
    words = words_of(feature)
    cells = (
        feature.name,
        words.platform,
        words.options.get("device_class", ""),
        feature.unit,
        words.options.get("state_class", ""),
        words.options.get("entity_category", ""),
    )
    return f"| `{feature.id}` | {' | '.join(map(str, cells))} |".replace("|  |", "| |").replace("|  |", "| |")


def test_the_table_of_entities_is_what_the_bridge_makes() -> None:
    found = re.search(r"<!-- entities -->\n(.*?)\n<!-- /entities -->", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert found[1].splitlines()[2:] == [row(feature) for feature in FEATURES]
