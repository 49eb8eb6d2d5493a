"""Whether plugs are shown as plain topics, and where."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.errors import Malformed, UsageError
from ownplug.core.mqtt import check_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """Settings of plugs as plain MQTT topics; the file's section `[mqtt]`."""

    enabled: bool = False
    """Whether they are shown: docs/bridges.md."""

    prefix: str = "ownplug"
    """What all topics begin with."""

    def __post_init__(self) -> None:
        try:
            check_topic(self.prefix)
        except Malformed as error:
            raise UsageError(f"mqtt.prefix {self.prefix[:80]!r} is no topic: {error}") from error
