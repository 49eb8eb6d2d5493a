"""Whether plugs are shown to Home Assistant, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ownplug.core.errors import UsageError

_PLACE = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class HassSettings:
    """Settings of plugs in Home Assistant; the file's section `[hass]`."""

    enabled: bool = False
    """Whether they are shown: docs/bridges/home-assistant.md."""

    prefix: str = "ownplug/hass"
    """What the topics of states and commands begin with. Two hubs at one server need two."""

    discovery: str = "homeassistant"
    """What Home Assistant's discovery topics begin with, as its MQTT integration says."""

    birth: str = "homeassistant/status"
    """Where Home Assistant says that it has started, as its MQTT integration says."""

    def __post_init__(self) -> None:
        for name in ("prefix", "discovery", "birth"):
            text: str = getattr(self, name)
            if not _PLACE.fullmatch(text):
                raise UsageError(
                    f"hass.{name} {text[:80]!r} is no topic of Home Assistant.",
                    hint="It has letters, digits, - and _, and / between levels.",
                )
